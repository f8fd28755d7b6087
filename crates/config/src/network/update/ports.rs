//! What a network leads through, and its kinds of ports.

use super::{Change, Entry, Section, fixed, invalid};
use crate::Error;
use crate::network::Network;
use crate::network::forward::{Forward, ForwardInterface};

impl Network {
    pub(super) fn update_interface(
        &mut self,
        change: Change,
        entry: &Entry<'_>,
    ) -> Result<(), Error> {
        if change == Change::Modify {
            return Err(fixed(Section::ForwardInterface));
        }
        let root = entry.document.any_root(xml::View::PLAIN);
        let dev = root.attribute("dev");
        let dev = dev.ok_or_else(|| Error::xml("missing dev attribute in <interface> element"))?;
        change.refuse_unknown()?;
        let known = self.forward.iter().flat_map(|forward| &forward.interfaces);
        let known = known.enumerate().find(|(_, it)| *it.dev == *dev).map(|(place, _)| place);
        let name = &self.name;
        match (known, change == Change::Delete) {
            (None, true) => {
                let what = format!("couldn't find an interface entry in network '{name}'");
                return Err(invalid(format!("{what} matching <interface dev='{dev}'>")));
            }
            (Some(_), false) => {
                let what = format!("there is an existing interface entry in network '{name}'");
                return Err(invalid(format!("{what} that matches \"<interface dev='{dev}'>\"")));
            }
            (Some(_), true) | (None, false) => {}
        }
        let Some(forward) = self.forward.as_mut().filter(|forward| takes_interfaces(forward))
        else {
            let what = format!("network '{name}' does not lead through interfaces that are named");
            return Err(invalid(what));
        };
        match known {
            Some(known) => drop(forward.interfaces.remove(known)),
            None => {
                let interface = ForwardInterface { dev: dev.into(), connections: None };
                change.add(&mut forward.interfaces, interface);
            }
        }
        forward.dev = None;
        Ok(())
    }

    pub(super) fn update_portgroup(
        &mut self,
        change: Change,
        entry: &Entry<'_>,
    ) -> Result<(), Error> {
        let group = entry.alone(&[], None)?.portgroups.pop().ok_or_else(|| entry.lost())?;
        change.refuse_unknown()?;
        let (network, name) = (&self.name, &group.name);
        let known = self.portgroups.iter().position(|known| known.name == group.name);
        if known.is_none() && !change.adds() {
            let what = format!("couldn't find a portgroup entry in network '{network}'");
            return Err(invalid(format!("{what} matching <portgroup name='{name}'>")));
        }
        if known.is_some() && change.adds() {
            let what = format!("there is an existing portgroup entry in network '{network}'");
            return Err(invalid(format!("{what} that matches \"<portgroup name='{name}'>\"")));
        }
        let is_other = |(place, other): (usize, &_)| Some(place) != known && is_default(other);
        if change != Change::Delete
            && is_default(&group)
            && self.portgroups.iter().enumerate().any(is_other)
        {
            return Err(invalid(format!(
                "a different portgroup entry in network '{network}' is already set as the default. Only one \
                 default is allowed."
            )));
        }
        match (known, change == Change::Delete) {
            (Some(known), true) => drop(self.portgroups.remove(known)),
            (Some(known), false) => self.portgroups[known] = group,
            (None, _) => change.add(&mut self.portgroups, group),
        }
        Ok(())
    }
}

/// Whether devices that are named have a place in it: one of a physical function takes its own.
fn takes_interfaces(forward: &Forward) -> bool {
    forward.pf.is_none() && forward.addresses.is_empty()
}

fn is_default(group: &crate::network::PortGroup) -> bool {
    group.default.is_some_and(|default| default.0)
}
