//! `<redirdev>`: USB devices of a client.

use std::fmt::Write;

use config::YesNo;
use config::domain::peripheral::{RedirRule, Redirdev};

use super::Result;
use super::boot_order;
use super::chardev::HostEnd;
use super::line::{Line, alias};
use super::props::Props;

impl Line<'_> {
    /// `<redirdev>`
    pub(super) fn redirected_devices(&mut self) -> Result<()> {
        let devices = &self.domain.devices.redirdevs;
        devices.iter().try_for_each(|device| self.redirected_device(device))
    }

    pub(super) fn redirected_device(&mut self, device: &Redirdev) -> Result<()> {
        let alias = alias(&device.info)?;
        let id = format!("char{alias}");
        self.chardev(&HostEnd {
            channel: Some("usbredir"),
            ..HostEnd::new(&device.source, id.clone())
        })?;
        let mut props = Props::driver("usb-redir");
        let rules =
            self.domain.devices.redirfilter.as_ref().map(|filter| filter_rules(&filter.devices));
        props
            .set("chardev", id)
            .set("id", alias)
            .set("filter", rules)
            .set("bootindex", boot_order::own(&device.info));
        self.place(&mut props, &device.info)?;
        self.device(props)
    }
}

/// `class:vendor:product:version:allow`, divided by `|`; -1 is any.
fn filter_rules(rules: &[RedirRule]) -> String {
    let mut text = String::new();
    for rule in rules {
        let separator = if text.is_empty() { "" } else { "|" };
        let field = |number: Option<u32>, width: usize| match number {
            Some(number) => format!("0x{number:0width$X}"),
            None => "-1".to_owned(),
        };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{separator}{}:{}:{}:{}:{}",
            field(rule.class.map(|class| class.0), 2),
            field(rule.vendor.map(|vendor| vendor.0), 4),
            field(rule.product.map(|product| product.0), 4),
            rule.version.as_deref().map_or_else(|| "-1".to_owned(), bcd),
            u32::from(rule.allow == YesNo::Yes),
        );
    }
    text
}

/// A version such as `1.10` as the device says it: `0x0110`.
fn bcd(version: &str) -> String {
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    format!("0x{major:0>2}{minor:0>2}")
}
