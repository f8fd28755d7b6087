//! `<channel>`

use config::Error;
use config::domain::chardev::{Channel, ChannelType, CharSource};
use serde_json::json;

use super::Result;
use super::chardev::HostEnd;
use super::line::{Line, alias};
use super::props::Props;

impl Line<'_> {
    /// `<channel>`
    pub(super) fn channels(&mut self) -> Result<()> {
        let channels = &self.domain.devices.channels;
        channels.iter().try_for_each(|channel| self.channel(channel))
    }

    pub(super) fn channel(&mut self, channel: &Channel) -> Result<()> {
        let alias = alias(&channel.info)?;
        let id = format!("char{alias}");
        let default_path = channel.target.name.as_deref().map(|name| {
            self.context.directories.channels(self.context.id, self.domain.name.as_str()).join(name)
        });
        let end = HostEnd {
            channel: Some("vdagent"),
            default_path,
            ..HostEnd::new(&channel.source, id.clone())
        };
        match channel.target.kind {
            ChannelType::Virtio => {
                self.chardev(&end)?;
                self.virtio_channel(channel, &id, alias)
            }
            ChannelType::Guestfwd => {
                self.chardev(&end)?;
                self.forwarding(channel, &id, alias)
            }
            ChannelType::Xen => {
                Err(Error::unsupported("channel target type 'xen' is not supported"))
            }
        }
    }

    fn virtio_channel(&mut self, channel: &Channel, id: &str, alias: &str) -> Result<()> {
        let mut props = Props::driver("virtserialport");
        self.place(&mut props, &channel.info)?;
        // SPICE clients look for their agent under this name.
        let fallback = match channel.source {
            CharSource::SpiceVmc(_) => Some("com.redhat.spice.0"),
            _ => None,
        };
        props
            .set("chardev", id)
            .set("id", alias)
            .set("name", channel.target.name.as_deref().or(fallback));
        self.device(props)
    }

    /// A TCP address in the guest's user network that leads to the host end.
    fn forwarding(&mut self, channel: &Channel, id: &str, alias: &str) -> Result<()> {
        let (address, port) = match (&channel.target.address, channel.target.port) {
            (Some(address), Some(port)) => (address, port),
            _ => return Err(Error::unsupported("guestfwd channel without an address and a port")),
        };
        let forward = format!("tcp:{address}:{port}-chardev:{id}");
        let mut props = Props::new();
        props.set("type", "user").set("guestfwd", json!([{ "str": forward }])).set("id", alias);
        self.option("-netdev", props);
        Ok(())
    }
}
