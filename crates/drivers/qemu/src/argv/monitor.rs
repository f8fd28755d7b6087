//! The daemon's own connection to QEMU, and the key of its secrets.

use config::Error;

use super::Result;
use super::command_line::Resource;
use super::line::Line;
use super::options::Options;
use super::props::Props;

impl Line<'_> {
    /// The key that encrypts secrets on their way to QEMU.
    pub(super) fn master_key(&mut self) -> Result<()> {
        let path = self.context.directories.master_key(self.context.id, self.domain.name.as_str());
        let path =
            path.to_str().ok_or_else(|| Error::internal("directory of the guest is not UTF-8"))?;
        let mut key = Props::object("secret", "masterKey0");
        key.set("format", "raw").set("file", path);
        self.object(&key);
        Ok(())
    }

    /// The monitor.
    pub(super) fn monitor(&mut self) -> Result<()> {
        let path = self.context.directories.monitor(self.context.id, self.domain.name.as_str());
        let mut socket = Options::new("socket");
        socket.set("id", "charmonitor");
        if self.starts() {
            socket.set("fd", self.open(Resource::ListeningSocket { path }));
        } else {
            socket.set("path", path.display());
        }
        socket.set("server", config::OnOff::On).set("wait", config::OnOff::Off);
        self.option("-chardev", socket);
        self.option("-mon", "chardev=charmonitor,id=monitor,mode=control");
        Ok(())
    }
}
