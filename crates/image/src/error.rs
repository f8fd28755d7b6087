//! What can be wrong with an image or a chain of them.

use std::io;
use std::path::PathBuf;

/// Why one image cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The system refused.
    #[error("cannot read '{}': {error}", path.display())]
    System {
        /// The image.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// Neither a regular file nor a block device.
    #[error("'{}' is neither a file nor a block device", path.display())]
    NotAnImage {
        /// What was named.
        path: PathBuf,
    },
    /// The image contradicts its own format.
    #[error("image '{}' is damaged: {fault}", path.display())]
    Malformed {
        /// The image.
        path: PathBuf,
        /// How.
        fault: Malformed,
    },
}

/// A field of an image that cannot be true.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {value}")]
pub struct Malformed {
    /// Which field.
    pub field: &'static str,
    /// What it says.
    pub value: u64,
}

/// Why a chain of images cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// A layer cannot be read.
    #[error("{error}{}", referrer.as_ref().map(|path| format!(", the backing image of '{}'", path.display())).unwrap_or_default())]
    Layer {
        /// What is wrong with it; names it.
        error: ImageError,
        /// The image that refers to it; `None` for the top.
        referrer: Option<PathBuf>,
    },
    /// An image is below itself.
    #[error("image '{}' is below itself in its backing chain, as the backing image of '{}'", path.display(), referrer.display())]
    Loop {
        /// The image met twice.
        path: PathBuf,
        /// The image that refers to it the second time.
        referrer: PathBuf,
    },
    /// There are more layers than [`CHAIN_LIMIT`](crate::CHAIN_LIMIT).
    #[error("the backing chain of '{}' has more than {limit} layers", top.display())]
    TooDeep {
        /// The top of the chain.
        top: PathBuf,
        /// The most layers.
        limit: usize,
    },
    /// Nobody recorded the layer's format, and what it seems to be refers to yet another file. A guest that once
    /// wrote to it as raw could have made that up, so it is not followed.
    #[error("the format of '{backing}', the backing image of '{}', was not recorded", image.display())]
    FormatNotRecorded {
        /// The layer, as the image names it.
        backing: String,
        /// The image that refers to it; the layer itself when it is the top.
        image: PathBuf,
    },
    /// The image records a format for its backing image that nobody knows.
    #[error("image '{}' says that its backing image has format '{format}'", image.display())]
    UnknownFormat {
        /// The image.
        image: PathBuf,
        /// The format it names.
        format: String,
    },
}

impl ChainError {
    /// The layer that does not exist, and the image that refers to it.
    pub fn missing(&self) -> Option<(&PathBuf, Option<&PathBuf>)> {
        match self {
            Self::Layer { error: ImageError::System { path, error }, referrer }
                if error.kind() == io::ErrorKind::NotFound =>
            {
                Some((path, referrer.as_ref()))
            }
            _ => None,
        }
    }
}
