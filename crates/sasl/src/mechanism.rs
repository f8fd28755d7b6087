//! The mechanisms, and where each may be used.

/// A way to prove a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// A challenge and a salted, iterated hash; the password never travels.
    ScramSha256,
    /// The password as it is.
    Plain,
    /// A challenge and an old hash, and then an encrypted and signed connection.
    DigestMd5,
}

/// What lies below the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Nobody else can listen, as on a unix socket.
    Local,
    /// TLS.
    Encrypted,
    /// Anybody on the way can listen and change: the mechanism has to encrypt.
    Open,
}

impl Mechanism {
    /// All of them, the preferred first.
    pub const ALL: [Self; 3] = [Self::ScramSha256, Self::Plain, Self::DigestMd5];

    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::Plain => "PLAIN",
            Self::DigestMd5 => "DIGEST-MD5",
        }
    }

    /// The one of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
    }

    /// Whether it may be used over `wire`.
    pub const fn fits(self, wire: Wire) -> bool {
        match self {
            Self::ScramSha256 => matches!(wire, Wire::Local | Wire::Encrypted),
            Self::Plain => matches!(wire, Wire::Encrypted),
            Self::DigestMd5 => matches!(wire, Wire::Open),
        }
    }

    /// How strong its own encryption is. **Units**: bits; 0 without.
    pub const fn strength_bits(self) -> u32 {
        match self {
            Self::ScramSha256 | Self::Plain => 0,
            Self::DigestMd5 => 128,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mechanism, Wire};

    #[test]
    fn what_does_not_encrypt_is_not_used_where_anybody_listens() {
        let fitting = |wire| Mechanism::ALL.into_iter().filter(move |one| one.fits(wire));
        assert!(fitting(Wire::Open).all(|mechanism| mechanism.strength_bits() >= 112));
        assert!(fitting(Wire::Local).all(|mechanism| mechanism != Mechanism::Plain));
        assert!(fitting(Wire::Encrypted).any(|mechanism| mechanism == Mechanism::Plain));
    }
}
