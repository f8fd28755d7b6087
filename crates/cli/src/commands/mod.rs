//! The commands, a file each, and the table of them.

use std::future::Future;
use std::pin::Pin;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};

/// What a command does; it borrows what it works with.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// A command: what it is called, what it takes and what it does.
pub(crate) struct Command {
    /// Name.
    pub(crate) name: &'static str,
    /// A line of help.
    pub(crate) summary: &'static str,
    /// What it takes, positional ones in their order.
    pub(crate) options: &'static [Opt],
    /// What it does.
    pub(crate) run: for<'a> fn(&'a Context, &'a Args) -> Running<'a>,
}

/// Declares the command of a file, which `run` carries out.
macro_rules! command {
    ($name:literal, $summary:literal, [$($option:expr),* $(,)?]) => {
        pub(super) static COMMAND: super::Command = super::Command {
            name: $name,
            summary: $summary,
            options: &[$($option),*],
            run: |cx, args| Box::pin(run(cx, args)),
        };
    };
}

/// Declares the modules of the commands, and their table by group.
macro_rules! commands {
    ($($group:literal: $($module:ident)*;)*) => {
        $($(mod $module;)*)*
        /// All commands by group.
        pub(crate) static GROUPS: &[(&str, &[&Command])] =
            &[$(($group, &[$(&$module::COMMAND),*])),*];
    };
}

commands! {
    "Domains":
        autostart console create define desc destroy domblkinfo domblklist domblkstat domcontrol
        domdisplay domid domiflist domifstat dominfo dommemstat domname domrename domstate
        domstats domuuid domxml_to_native dumpxml event inject_nmi list metadata
        qemu_agent_command qemu_monitor_command qemu_monitor_event reboot reset resume screenshot
        send_key setmaxmem setmem setvcpus shutdown start suspend ttyconsole undefine vcpucount
        vcpuinfo vncdisplay;
    "Host and connection":
        capabilities domcapabilities hostname nodecpumap nodeinfo uri version;
}

pub(crate) use domstats::value_text;

/// The command of that name.
pub(crate) fn find(name: &str) -> Option<&'static Command> {
    GROUPS.iter().flat_map(|(_, commands)| commands.iter()).find(|it| it.name == name).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::GROUPS;
    use crate::arguments::Takes;

    #[test]
    fn names_are_unique_and_nothing_positional_follows_the_rest() {
        let commands: Vec<_> = GROUPS.iter().flat_map(|(_, commands)| commands.iter()).collect();
        let names: HashSet<_> = commands.iter().map(|command| command.name).collect();
        assert_eq!(names.len(), commands.len());
        for command in commands {
            let options: HashSet<_> = command.options.iter().map(|opt| opt.name).collect();
            assert_eq!(options.len(), command.options.len(), "{}", command.name);
            let mut after = command.options.iter().skip_while(|opt| opt.takes != Takes::Rest);
            after.next();
            assert!(after.all(|opt| opt.takes == Takes::Nothing), "{}", command.name);
        }
    }
}
