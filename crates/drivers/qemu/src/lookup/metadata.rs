//! Title, description, and what applications keep with a domain.

use api::remote::{
    DomainGetMetadata, DomainGetMetadataArgs, DomainGetMetadataRet, DomainSetMetadata,
    DomainSetMetadataArgs,
};
use api::{
    DomainMetadataType as Kind, DomainModificationImpact as Flag, Error, ErrorCode, ErrorDomain,
    Result,
};
use config::domain::metadata::{InvalidMetadata, MetadataEntry};
use driver::{CallContext, DomainEventBody, Handler, Identity};

use crate::domain::{Domain, Impact, tags};
use crate::driver::QemuDriver;
use crate::flags;

const DOMAIN: ErrorDomain = ErrorDomain::DOMAIN;

impl Handler<DomainGetMetadata> for QemuDriver {
    async fn handle(
        &self,
        _: &CallContext,
        args: DomainGetMetadataArgs,
    ) -> Result<DomainGetMetadataRet> {
        known_flags(args.flags, "virDomainObjGetMetadata")?;
        let uri = namespace(args.kind, args.uri.as_deref(), "virDomainGetMetadata")?;
        let view = self.registry.find(&args.dom)?.published();
        let document = Impact::document(args.flags, &view)?;
        let text = match Kind(args.kind) {
            Kind::DESCRIPTION => document.description.as_deref().map(str::to_owned),
            Kind::TITLE => document.title.as_deref().map(str::to_owned),
            _ => document.metadata.entry(uri).map(MetadataEntry::plain),
        };
        let metadata = text.ok_or_else(|| {
            let detail = "Requested metadata element is not present";
            Error::new(ErrorCode::NO_DOMAIN_METADATA, DOMAIN, detail)
        })?;
        Ok(DomainGetMetadataRet { metadata })
    }
}

impl Handler<DomainSetMetadata> for QemuDriver {
    async fn handle(&self, cx: &CallContext, args: DomainSetMetadataArgs) -> Result<()> {
        known_flags(args.flags, "virDomainObjSetMetadata")?;
        let change = Change::new(&args)?;
        let domain = self.registry.find(&args.dom)?;
        let _job = domain.modify("DomainSetMetadata", &self.settings.deadlines).await?;
        let impact = Impact::of(args.flags, &domain.published())?;
        if args.uri.as_deref() == Some(tags::NAMESPACE) {
            change.check_tags(cx, &domain).await?;
        }
        if impact.config {
            self.change_definition(&domain, |document| {
                change.apply(document);
                Ok(())
            })
            .await?;
        }
        if let Some(live) = domain.live().filter(|_| impact.live) {
            self.change_live(&domain, &live, |document| change.apply(document));
        }
        let kind = Kind(args.kind);
        self.tell(&domain, DomainEventBody::MetadataChange { kind, ns_uri: args.uri });
        Ok(())
    }
}

/// A checked change.
enum Change {
    Title(Option<Box<str>>),
    Description(Option<Box<str>>),
    Put(MetadataEntry),
    Remove(String),
}

impl Change {
    fn new(args: &DomainSetMetadataArgs) -> Result<Self> {
        let function = "virDomainSetMetadata";
        let uri = namespace(args.kind, args.uri.as_deref(), function)?;
        // What is empty is not there.
        let text = args.metadata.as_deref().filter(|text| !text.is_empty());
        match Kind(args.kind) {
            Kind::TITLE | Kind::DESCRIPTION => {
                absent(args.key.as_deref(), "key", function)?;
                absent(args.uri.as_deref(), "uri", function)?;
                if Kind(args.kind) == Kind::DESCRIPTION {
                    return Ok(Self::Description(text.map(Into::into)));
                }
                if text.is_some_and(|text| text.contains('\n')) {
                    let message = "metadata title can't contain newlines";
                    return Err(flags::refused(DOMAIN, message));
                }
                Ok(Self::Title(text.map(Into::into)))
            }
            _ => match text {
                None => Ok(Self::Remove(uri.to_owned())),
                Some(text) => {
                    let key = present(args.key.as_deref(), "key", function)?;
                    MetadataEntry::new(text, key, uri)
                        .map(Self::Put)
                        .map_err(|fault| refusal(&fault))
                }
            },
        }
    }

    /// Whether the caller may have the domain with the tags that it would have after the change.
    async fn check_tags(&self, cx: &CallContext, domain: &Domain) -> Result<()> {
        let view = domain.published();
        let Some(document) = view.current() else { return Ok(()) };
        let mut document = config::Domain::clone(&document);
        self.apply(&mut document);
        cx.check(&Identity { tags: tags::of(&document), ..domain.identity() }).await
    }

    fn apply(&self, document: &mut config::Domain) {
        match self {
            Self::Title(title) => document.title.clone_from(title),
            Self::Description(description) => document.description.clone_from(description),
            Self::Put(entry) => document.metadata.replace(entry.clone()),
            Self::Remove(uri) => document.metadata.remove(uri),
        }
    }
}

fn refusal(fault: &InvalidMetadata) -> Error {
    match fault {
        InvalidMetadata::Xml(_) => Error::new(ErrorCode::XML_DETAIL, DOMAIN, fault.to_string()),
        InvalidMetadata::Prefix => Error::internal(ErrorDomain::XML, fault.to_string()),
    }
}

/// The namespace of an element; empty for what has none.
fn namespace<'a>(kind: i32, uri: Option<&'a str>, function: &str) -> Result<&'a str> {
    match Kind(kind) {
        Kind::DESCRIPTION | Kind::TITLE => Ok(""),
        Kind::ELEMENT => present(uri, "uri", function),
        _ => Err(Error::invalid_arg(DOMAIN, format!("unknown metadata type '{kind}'"))),
    }
}

fn present<'a>(value: Option<&'a str>, name: &str, function: &str) -> Result<&'a str> {
    value.ok_or_else(|| flags::refused(DOMAIN, format!("{name} in {function} must not be NULL")))
}

fn absent(value: Option<&str>, name: &str, function: &str) -> Result<()> {
    match value {
        None => Ok(()),
        Some(_) => Err(flags::refused(DOMAIN, format!("{name} in {function} must be NULL"))),
    }
}

/// As [`flags::only`], in the part of libvirt that all drivers share.
fn known_flags(flags: u32, function: &str) -> Result<()> {
    let known = Flag::LIVE | Flag::CONFIG;
    flags::only(flags, known.0, function).map_err(|error| Error { domain: DOMAIN, ..error })
}

#[cfg(test)]
mod tests {
    use api::remote::DomainSetMetadataArgs;
    use api::{DomainMetadataType as Kind, ErrorCode};

    use super::Change;

    fn refused(
        kind: Kind,
        metadata: &str,
        key: Option<&str>,
        uri: Option<&str>,
    ) -> (ErrorCode, String) {
        let args = DomainSetMetadataArgs {
            kind: kind.0,
            metadata: Some(metadata.to_owned()),
            key: key.map(str::to_owned),
            uri: uri.map(str::to_owned),
            ..Default::default()
        };
        let error = Change::new(&args).err().expect("must be refused");
        (error.code, error.message)
    }

    #[test]
    fn what_libvirt_refuses_is_refused_in_its_words() {
        let invalid = |message: &str| (ErrorCode::INVALID_ARG, message.to_owned());
        assert_eq!(
            refused(Kind::TITLE, "a\nb", None, None),
            invalid("metadata title can't contain newlines")
        );
        assert_eq!(
            refused(Kind::TITLE, "a", Some("k"), None),
            invalid("key in virDomainSetMetadata must be NULL")
        );
        assert_eq!(
            refused(Kind::ELEMENT, "<a/>", None, Some("u")),
            invalid("key in virDomainSetMetadata must not be NULL")
        );
        assert_eq!(
            refused(Kind(9), "a", None, None),
            invalid("invalid argument: unknown metadata type '9'")
        );
        assert_eq!(refused(Kind::ELEMENT, "<a", Some("k"), Some("u")).0, ErrorCode::XML_DETAIL);
    }
}
