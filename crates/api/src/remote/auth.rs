//! Authentication.

use xdr::List;

use crate::{limits, procedure::procedures};

procedures! { REMOTE
    /// The ways to authenticate that the server offers; the first call of every connection.
    AuthList = 66, Quick, before_auth: true;
        args (), ret AuthListRet;
    /// Internal to the protocol.
    AuthSaslInit = 67, Quick, before_auth: true;
        args (), ret AuthSaslInitRet;
    /// Internal to the protocol.
    AuthSaslStart = 68, Quick, before_auth: true;
        args AuthSaslStartArgs, ret AuthSaslStartRet;
    /// Internal to the protocol.
    AuthSaslStep = 69, Quick, before_auth: true;
        args AuthSaslStepArgs, ret AuthSaslStepRet;
    /// Internal to the protocol.
    AuthPolkit = 70, Quick, before_auth: true;
        args (), ret AuthPolkitRet;
}

xdr::structs! {
    /// Results of [`AuthList`].
    pub struct AuthListRet {
        types: List<AuthType, { limits::AUTH_TYPE_LIST_MAX }>,
    }

    /// Results of [`AuthSaslInit`].
    pub struct AuthSaslInitRet {
        mechlist: String,
    }

    /// Arguments of [`AuthSaslStart`].
    pub struct AuthSaslStartArgs {
        mech: String,
        nil: i32,
        data: List<i8, { limits::AUTH_SASL_DATA_MAX }>,
    }

    /// Results of [`AuthSaslStart`].
    pub struct AuthSaslStartRet {
        complete: i32,
        nil: i32,
        data: List<i8, { limits::AUTH_SASL_DATA_MAX }>,
    }

    /// Arguments of [`AuthSaslStep`].
    pub struct AuthSaslStepArgs {
        nil: i32,
        data: List<i8, { limits::AUTH_SASL_DATA_MAX }>,
    }

    /// Results of [`AuthSaslStep`].
    pub struct AuthSaslStepRet {
        complete: i32,
        nil: i32,
        data: List<i8, { limits::AUTH_SASL_DATA_MAX }>,
    }

    /// Results of [`AuthPolkit`].
    pub struct AuthPolkitRet {
        complete: i32,
    }
}

/// A way to authenticate; an open enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuthType(pub i32);

impl AuthType {
    /// None needed.
    pub const NONE: Self = Self(0);
    /// SASL.
    pub const SASL: Self = Self(1);
    /// polkit.
    pub const POLKIT: Self = Self(2);
}

impl xdr::Xdr for AuthType {
    const SHAPE: &'static xdr::Shape = i32::SHAPE;

    fn encode(&self, out: &mut xdr::Writer) -> Result<(), xdr::Error> {
        self.0.encode(out)
    }
    fn decode(input: &mut xdr::Reader<'_>) -> Result<Self, xdr::Error> {
        i32::decode(input).map(Self)
    }
}
