//! [`Domain`] to JSON and back.
//!
//! The shape is the document's own, made for people: see [`xml::to_json`].

use serde_json::Value;
use xml::JsonError;

use super::namespace::NAMESPACES;
use super::{Domain, FormatFlags, ParseFlags};
use crate::{Error, InvalidJson};

impl Domain {
    /// The document as JSON: the same parts that [`Self::format`] prints.
    ///
    /// # Errors
    /// [`Code::XmlDetail`](crate::Code::XmlDetail) if what applications keep in the metadata is no XML.
    pub fn to_json(&self, flags: FormatFlags) -> Result<Value, Error> {
        xml::to_json(self, flags.view(), NAMESPACES)
            .map_err(|error| Error::reading("domain_definition", error))
    }

    /// The domain that JSON stands for.
    ///
    /// # Errors
    /// What is wrong with the JSON, by its path; else what [`Self::parse`] says.
    pub fn from_json(json: &Value, flags: ParseFlags) -> Result<Self, InvalidJson> {
        xml::from_json(json, flags.view(), NAMESPACES).map_err(|error| match error {
            JsonError::Element(error) => InvalidJson::Document(Self::worded(error)),
            shape @ JsonError::Shape { .. } => InvalidJson::Json(shape),
        })
    }
}
