//! Network filters as definitions.

use api::{Error, ErrorCode, ErrorDomain, Uuid};
use config::nwfilter::NwFilter;
use definitions::{Kind, Taken};
use driver::ObjectKind;

/// The domain of a filter's errors.
pub(crate) const NWFILTER: ErrorDomain = ErrorDomain::NWFILTER;

/// Network filters.
pub(crate) struct Filters;

impl Kind for Filters {
    type Document = NwFilter;
    type State = ();

    const OBJECT: ObjectKind = ObjectKind::Nwfilter;
    const NOUN: &'static str = "nwfilter";
    const DOMAIN: ErrorDomain = NWFILTER;
    const MISSING: ErrorCode = ErrorCode::NO_NWFILTER;
    const EDIT: &'static str = "virsh nwfilter-edit, or fv nwfilter-define";

    fn uuid(filter: &NwFilter) -> Option<Uuid> {
        filter.uuid.map(|uuid| Uuid(*uuid.as_bytes()))
    }

    fn name(filter: &NwFilter) -> String {
        filter.name.to_string()
    }

    fn taken(taken: Taken<'_>) -> Error {
        let detail = match taken {
            Taken::Uuid(_, name) => {
                format!("filter with same UUID but different name ('{name}') already exists")
            }
            Taken::Name(..) => taken.words("filter"),
        };
        Error::operation_failed(NWFILTER, detail)
    }

    fn read(text: &str) -> Result<NwFilter, config::Error> {
        NwFilter::parse(text)
    }

    fn print(filter: &NwFilter) -> String {
        filter.format()
    }
}
