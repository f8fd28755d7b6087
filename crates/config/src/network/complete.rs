//! What a network's document leaves to the daemon.

use super::forward::{Forward, ForwardInterface, ForwardMode};
use super::{BridgeMac, Network, Stp};
use crate::{Entropy, Error, Mac, Text, Uuid};

impl Network {
    /// Draws identity and the bridge's address if they are not said, chooses the bridge's name, and says
    /// what follows from the rest.
    ///
    /// `is_used` says of the name of a bridge whether another network or the host has it.
    ///
    /// # Errors
    /// [`Code::InternalError`](crate::Code::InternalError) for a bridge that another has, and when no name is left.
    pub fn complete(
        &mut self,
        is_used: impl Fn(&str) -> bool,
        entropy: &mut dyn Entropy,
    ) -> Result<(), Error> {
        self.uuid.get_or_insert_with(|| Uuid::random(entropy));
        self.complete_forward();
        for group in &mut self.portgroups {
            group.virtualport.take_if(|port| port.is_empty());
        }
        if let Some(bridge) = &mut self.bridge {
            bridge.delay = bridge.delay.filter(|delay| *delay != 0);
        }
        if self.forward_mode().has_own_bridge() {
            self.mac
                .get_or_insert(BridgeMac { address: None })
                .address
                .get_or_insert_with(|| Mac::random(entropy));
            let bridge = self.bridge.get_or_insert_default();
            bridge.stp.get_or_insert(Stp(true));
            bridge.delay.get_or_insert(0);
            match bridge.name.as_deref().filter(|name| !name.is_empty() && !name.contains("%d")) {
                Some(name) if is_used(name) => {
                    return Err(Error::internal(format!("bridge name '{name}' already in use.")));
                }
                Some(_) => {}
                None => bridge.name = Some(free_name(bridge.name.as_deref(), is_used)?),
            }
        }
        Ok(())
    }

    /// Where it leads.
    pub fn forward_mode(&self) -> ForwardMode {
        match &self.forward {
            None => ForwardMode::None,
            Some(forward) => forward.mode.unwrap_or(ForwardMode::Nat),
        }
    }

    pub(super) fn complete_forward(&mut self) {
        let mode = self.forward_mode();
        if mode == ForwardMode::None {
            self.forward = None;
        }
        let Some(forward) = &mut self.forward else { return };
        forward.mode = Some(mode);
        let managed = forward.managed.unwrap_or_default();
        forward.managed = (mode == ForwardMode::Hostdev).then_some(managed);
        complete_devices(forward);
    }
}

/// The first device stands twice, as an attribute and as a child.
fn complete_devices(forward: &mut Forward) {
    if let (Some(dev), true) = (&forward.dev, forward.interfaces.is_empty()) {
        forward.interfaces.push(ForwardInterface { dev: dev.0.clone(), connections: None });
    }
    forward.dev = forward.interfaces.first().map(|interface| Text(interface.dev.clone()));
    if forward.interfaces.is_empty() {
        if forward.pf.is_some() {
            forward.addresses.clear();
        }
    } else {
        forward.pf = None;
        forward.addresses.clear();
    }
}

/// Most bridges of a name.
const MAX_BRIDGES: u32 = 256;

fn free_name(template: Option<&str>, is_used: impl Fn(&str) -> bool) -> Result<Box<str>, Error> {
    let template = template.filter(|name| name.contains("%d")).unwrap_or("virbr%d");
    (0..=MAX_BRIDGES)
        .map(|number| template.replacen("%d", &number.to_string(), 1))
        .find(|name| !is_used(name))
        .map(String::into_boxed_str)
        .ok_or_else(|| Error::internal(format!("Bridge generation exceeded max id {MAX_BRIDGES}")))
}
