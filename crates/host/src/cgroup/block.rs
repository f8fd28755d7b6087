//! How much a group may trouble block devices.

use super::{Controller, Group, GroupError, Version};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

const BLOCK: Controller = Controller::Block;
/// Weights as the BFQ scheduler takes them.
const WEIGHTS_V1: [&str; 2] = ["blkio.weight", "blkio.bfq.weight"];
const WEIGHTS_V2: [&str; 2] = ["io.bfq.weight", "io.weight"];

/// A limit of traffic with one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceLimit {
    /// Bytes read a second.
    ReadBytes,
    /// Bytes written a second.
    WriteBytes,
    /// Reads a second.
    ReadOps,
    /// Writes a second.
    WriteOps,
}

impl DeviceLimit {
    const fn knob_v1(self) -> &'static str {
        match self {
            Self::ReadBytes => "blkio.throttle.read_bps_device",
            Self::WriteBytes => "blkio.throttle.write_bps_device",
            Self::ReadOps => "blkio.throttle.read_iops_device",
            Self::WriteOps => "blkio.throttle.write_iops_device",
        }
    }

    const fn key_v2(self) -> &'static str {
        match self {
            Self::ReadBytes => "rbps",
            Self::WriteBytes => "wbps",
            Self::ReadOps => "riops",
            Self::WriteOps => "wiops",
        }
    }
}

impl Group {
    /// The group's weight among its siblings.
    ///
    /// **Errors**: [`GroupError::NoKnob`] where nothing divides traffic by weight, [`GroupError::Read`].
    pub fn block_weight(&self) -> Result<u32, GroupError> {
        let knob = self.weight_knob()?;
        let text = self.read(BLOCK, knob)?;
        let line = text.lines().next().unwrap_or_default();
        let number = line.strip_prefix("default ").unwrap_or(line).trim();
        number.parse().map_err(|_| self.unexpected(BLOCK, knob, "a weight", &text))
    }

    /// Sets the group's weight among its siblings.
    ///
    /// **Errors**: [`GroupError::NoKnob`], [`GroupError::Write`].
    pub fn set_block_weight(&self, weight: u32) -> Result<(), GroupError> {
        let knob = self.weight_knob()?;
        let default = if knob == "io.weight" { "default " } else { "" };
        self.write(BLOCK, knob, &format!("{default}{weight}"))
    }

    fn weight_knob(&self) -> Result<&'static str, GroupError> {
        let known = match self.version(BLOCK) {
            Some(Version::V2) => WEIGHTS_V2,
            Some(Version::V1) => WEIGHTS_V1,
            None => return Err(GroupError::NoController(BLOCK)),
        };
        let offered = known.into_iter().find(|knob| self.offers(BLOCK, knob));
        offered.ok_or(GroupError::NoKnob("blkio.weight"))
    }

    /// Sets the group's weight at one device.
    ///
    /// **Errors**: [`GroupError::Device`], [`GroupError::NoKnob`], [`GroupError::Write`].
    pub fn set_device_weight(&self, path: &str, weight: u32) -> Result<(), GroupError> {
        let knob = match self.version(BLOCK) {
            Some(Version::V2) => "io.weight",
            Some(Version::V1) | None => "blkio.weight_device",
        };
        if !self.offers(BLOCK, knob) {
            return Err(GroupError::NoKnob("blkio.weight_device"));
        }
        let device = device_number(path)?;
        self.write(BLOCK, knob, &format!("{device} {weight}"))
    }

    /// Sets a limit of one device; `None` is no limit.
    ///
    /// **Errors**: [`GroupError::Device`], [`GroupError::NoController`], [`GroupError::Write`].
    pub fn set_device_limit(
        &self,
        path: &str,
        limit: DeviceLimit,
        value: Option<u64>,
    ) -> Result<(), GroupError> {
        let device = device_number(path)?;
        if self.version(BLOCK) == Some(Version::V2) {
            let value = value.map_or_else(|| "max".to_owned(), |value| value.to_string());
            return self.write(BLOCK, "io.max", &format!("{device} {}={value}", limit.key_v2()));
        }
        self.write(BLOCK, limit.knob_v1(), &format!("{device} {}", value.unwrap_or(0)))
    }
}

/// The kernel's name of a block device: `MAJOR:MINOR`.
fn device_number(path: &str) -> Result<String, GroupError> {
    let unfit = |what, error| GroupError::Device { path: path.to_owned(), what, error };
    let found = std::fs::metadata(path).map_err(|error| unfit("is not accessible", error))?;
    if !found.file_type().is_block_device() {
        let reason = io::Error::from_raw_os_error(libc::EINVAL);
        return Err(unfit("must be a block device", reason));
    }
    let device = found.rdev();
    Ok(format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device)))
}
