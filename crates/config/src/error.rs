//! What a document can be refused for.

use xml::Fault;

pub use xml::Position;

/// libvirt's number for a kind of error (`virErrorNumber`); clients act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Code {
    /// `VIR_ERR_INTERNAL_ERROR`
    InternalError = 1,
    /// `VIR_ERR_NO_SUPPORT`
    NoSupport = 3,
    /// `VIR_ERR_INVALID_ARG`
    InvalidArg = 8,
    /// `VIR_ERR_OS_TYPE`
    OsType = 17,
    /// `VIR_ERR_NO_SOURCE`
    NoSource = 19,
    /// `VIR_ERR_NO_TARGET`
    NoTarget = 20,
    /// `VIR_ERR_NO_NAME`
    NoName = 21,
    /// `VIR_ERR_XML_ERROR`
    XmlError = 27,
    /// `VIR_ERR_XML_DETAIL`
    XmlDetail = 35,
    /// `VIR_ERR_SYSTEM_ERROR`
    SystemError = 38,
    /// `VIR_ERR_OPERATION_INVALID`
    OperationInvalid = 55,
    /// `VIR_ERR_CONFIG_UNSUPPORTED`
    ConfigUnsupported = 67,
    /// `VIR_ERR_ARGUMENT_UNSUPPORTED`
    ArgumentUnsupported = 74,
    /// `VIR_ERR_OVERFLOW`
    Overflow = 82,
    /// `VIR_ERR_OPERATION_UNSUPPORTED`
    OperationUnsupported = 84,
    /// `VIR_ERR_XML_INVALID_SCHEMA`
    XmlInvalidSchema = 92,
}

impl Code {
    /// Every code.
    const ALL: [Self; 16] = [
        Self::InternalError,
        Self::NoSupport,
        Self::InvalidArg,
        Self::OsType,
        Self::NoSource,
        Self::NoTarget,
        Self::NoName,
        Self::XmlError,
        Self::XmlDetail,
        Self::SystemError,
        Self::OperationInvalid,
        Self::ConfigUnsupported,
        Self::ArgumentUnsupported,
        Self::Overflow,
        Self::OperationUnsupported,
        Self::XmlInvalidSchema,
    ];

    /// The number on the wire.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What libvirt puts before the message of an error with this code.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::InternalError => "internal error: ",
            Self::NoSupport => "this function is not supported by the connection driver: ",
            Self::InvalidArg => "invalid argument: ",
            Self::OsType => "unknown OS type ",
            Self::XmlError => "XML error: ",
            Self::OperationInvalid => "Requested operation is not valid: ",
            Self::ConfigUnsupported => "unsupported configuration: ",
            Self::ArgumentUnsupported => "argument unsupported: ",
            Self::Overflow => "numerical overflow: ",
            Self::OperationUnsupported => "Operation not supported: ",
            Self::XmlInvalidSchema => "XML document failed to validate against schema: ",
            Self::NoSource
            | Self::NoTarget
            | Self::NoName
            | Self::XmlDetail
            | Self::SystemError => "",
        }
    }

    fn of(number: u32) -> Self {
        Self::ALL.into_iter().find(|code| code.number() == number).unwrap_or(Self::XmlError)
    }
}

/// Why a document was refused.
///
/// The message is complete: it begins with what libvirt says for the code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The kind of error.
    pub code: Code,
    /// What was wrong, with the value in quotes.
    pub message: String,
    /// Where in the text, if the text is to blame.
    pub position: Option<Position>,
}

impl Error {
    /// An error with its code's prefix before `what`.
    pub fn new(code: Code, what: impl AsRef<str>) -> Self {
        Self { code, message: format!("{}{}", code.prefix(), what.as_ref()), position: None }
    }

    /// [`Code::XmlError`].
    pub fn xml(what: impl AsRef<str>) -> Self {
        Self::new(Code::XmlError, what)
    }

    /// [`Code::ConfigUnsupported`].
    pub fn unsupported(what: impl AsRef<str>) -> Self {
        Self::new(Code::ConfigUnsupported, what)
    }

    /// [`Code::XmlDetail`].
    pub fn detail(what: impl AsRef<str>) -> Self {
        Self::new(Code::XmlDetail, what)
    }

    /// [`Code::InternalError`].
    pub fn internal(what: impl AsRef<str>) -> Self {
        Self::new(Code::InternalError, what)
    }

    /// The error of reading `document` (libvirt's name for the text, such as `domain_definition`).
    pub fn reading(document: &str, error: xml::Error) -> Self {
        let position = error.position;
        let mut made = match *error.fault {
            Fault::Malformed(_)
            | Fault::TooDeep
            | Fault::TooLarge(_)
            | Fault::TooManyAttributes => Self::detail(format!(
                "({document}):{}: {} at column {}",
                position.line, error.fault, position.column
            )),
            Fault::Root { found, expected } => {
                Self::xml(format!("expecting root element of '{expected}', not '{found}'"))
            }
            Fault::Rule { class, message } => Self::new(Code::of(class), message),
            fault @ (Fault::Attribute { .. }
            | Fault::Text { .. }
            | Fault::MissingAttribute { .. }
            | Fault::MissingElement { .. }) => Self::xml(fault.to_string()),
        };
        made.position = Some(position);
        made
    }
}

/// Why JSON is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidJson {
    /// It has not the document's shape.
    #[error("{0}")]
    Json(#[from] xml::JsonError),
    /// The document it stands for is refused.
    #[error(transparent)]
    Document(#[from] Error),
}
