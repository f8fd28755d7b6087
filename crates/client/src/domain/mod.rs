//! A domain: which one it is, and looking it up.

mod device;
mod guest;
mod life;
mod limits;
mod metadata;
mod monitor;
mod tuning;

pub use device::{BlockInfo, InterfaceStats};
pub use life::{Autostart, ControlInfo, DomainInfo, SecurityLabel, StateAndReason};
pub use limits::IoThread;
pub use monitor::AgentPatience;
pub use tuning::Vcpu;

use api::remote::{self, NonnullDomain};
use api::{ConnectListAllDomainsFlags, DomainCreateFlags, DomainDefineFlags, Uuid};

use crate::connection::Connection;
use crate::error::Result;

/// A domain of a connection: name, UUID and id as they were when it was looked up.
#[derive(Debug, Clone)]
pub struct Domain {
    connection: Connection,
    reference: NonnullDomain,
}

impl Domain {
    /// Name.
    pub fn name(&self) -> &str {
        &self.reference.name
    }

    /// UUID; it stays when the name changes.
    pub fn uuid(&self) -> Uuid {
        self.reference.uuid
    }

    /// Number of the running guest; none when it did not run.
    pub fn id(&self) -> Option<u32> {
        u32::try_from(self.reference.id).ok()
    }

    /// The connection that it was looked up on.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// As the protocol names it.
    pub(crate) fn reference(&self) -> NonnullDomain {
        self.reference.clone()
    }
}

impl Connection {
    /// A handle for a domain that an event or a statistic names.
    pub fn domain(&self, reference: NonnullDomain) -> Domain {
        Domain { connection: self.clone(), reference }
    }

    /// Domains that match; the empty filter matches all.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn domains(&self, filter: ConnectListAllDomainsFlags) -> Result<Vec<Domain>> {
        let args = remote::ConnectListAllDomainsArgs { need_results: 1, flags: filter.0 };
        let ret = self.call::<remote::ConnectListAllDomains>(args).await?;
        Ok(ret.domains.into_iter().map(|reference| self.domain(reference)).collect())
    }

    /// The domain with this name.
    ///
    /// # Errors
    /// Code 42 when there is none.
    pub async fn lookup_name(&self, name: &str) -> Result<Domain> {
        let args = remote::DomainLookupByNameArgs { name: name.to_owned() };
        Ok(self.domain(self.call::<remote::DomainLookupByName>(args).await?.dom))
    }

    /// The domain with this UUID.
    ///
    /// # Errors
    /// Code 42 when there is none.
    pub async fn lookup_uuid(&self, uuid: Uuid) -> Result<Domain> {
        let args = remote::DomainLookupByUuidArgs { uuid };
        Ok(self.domain(self.call::<remote::DomainLookupByUuid>(args).await?.dom))
    }

    /// The running domain with this id.
    ///
    /// # Errors
    /// Code 42 when there is none.
    pub async fn lookup_id(&self, id: i32) -> Result<Domain> {
        let args = remote::DomainLookupByIdArgs { id };
        Ok(self.domain(self.call::<remote::DomainLookupById>(args).await?.dom))
    }

    /// Defines a domain, or changes its definition; it survives restarts.
    ///
    /// # Errors
    /// What is wrong with the document; code 9 when name or UUID belong to another domain.
    pub async fn define(&self, xml: &str, flags: DomainDefineFlags) -> Result<Domain> {
        let xml = xml.to_owned();
        if flags.is_empty() {
            let args = remote::DomainDefineXmlArgs { xml };
            return Ok(self.domain(self.call::<remote::DomainDefineXml>(args).await?.dom));
        }
        let args = remote::DomainDefineXmlFlagsArgs { xml, flags: flags.0 };
        Ok(self.domain(self.call::<remote::DomainDefineXmlFlags>(args).await?.dom))
    }

    /// Starts a guest that is gone once it stops.
    ///
    /// # Errors
    /// What is wrong with the document, or why the guest did not start.
    pub async fn create(&self, xml: &str, flags: DomainCreateFlags) -> Result<Domain> {
        let args = remote::DomainCreateXmlArgs { xml_desc: xml.to_owned(), flags: flags.0 };
        Ok(self.domain(self.call::<remote::DomainCreateXml>(args).await?.dom))
    }
}

/// Methods that make one call with the domain, maybe some more arguments, and give back nothing
/// or a part of the reply.
macro_rules! domain_calls {
    ($($(#[$meta:meta])* $name:ident($($arg:ident: $type:ty),*) $(-> $out:ty = $part:expr)?,
        $procedure:path, $($args:ident)::+ { $($field:ident: $value:expr),* };)*) => {
        impl $crate::Domain {
            $($(#[$meta])*
            pub async fn $name(&self $(, $arg: $type)*) -> $crate::Result<$crate::domain::domain_calls!(@out $($out)?)> {
                let args = $($args)::+ { dom: self.reference() $(, $field: $value)* };
                let ret = self.connection().call::<$procedure>(args).await?;
                Ok($crate::domain::domain_calls!(@part ret $($part)?))
            })*
        }
    };
    (@out) => { () };
    (@out $out:ty) => { $out };
    (@part $ret:ident) => { $ret };
    (@part $ret:ident $part:expr) => { $part($ret) };
}
pub(crate) use domain_calls;
