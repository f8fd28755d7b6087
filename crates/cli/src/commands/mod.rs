//! The commands, a file each, and the table of them.

use std::future::Future;
use std::pin::Pin;

use crate::arguments::{Args, Syntax};
use crate::context::{Context, Outcome};

/// What a command does; it borrows what it works with.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// A command: what it is called, what it takes and what it does.
pub(crate) struct Command {
    /// What it is called and what it takes.
    pub(crate) syntax: Syntax,
    /// A line of help.
    pub(crate) summary: &'static str,
    /// What it does.
    pub(crate) run: for<'a> fn(&'a Context, &'a Args) -> Running<'a>,
}

/// Declares the command of a file, which `run` carries out.
macro_rules! command {
    ($name:literal, $summary:literal, [$($option:expr),* $(,)?]) => {
        pub(super) static COMMAND: super::Command = super::Command {
            syntax: crate::arguments::Syntax { name: $name, options: &[$($option),*] },
            summary: $summary,
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
        autostart blkiotune console create define desc destroy domblkinfo domblklist domblkstat
        domcontrol domdisplay domid domiflist domifstat dominfo dommemstat domname domrename
        domstate domstats domuuid domxml_to_native dumpxml event get_user_sshkeys inject_nmi
        iothreadadd iothreaddel iothreadinfo iothreadpin iothreadset list memtune metadata numatune
        qemu_agent_command qemu_monitor_command qemu_monitor_event reboot reset resume screenshot
        send_key set_lifecycle_action set_user_sshkeys setmaxmem setmem setvcpus shutdown start
        suspend ttyconsole undefine vcpucount vcpuinfo vncdisplay;
    "Devices":
        attach_device attach_disk attach_interface blkdeviotune change_media detach_device
        detach_device_alias detach_disk detach_interface domif_getlink domif_setlink domiftune
        update_device;
    "Networks":
        net_autostart net_define net_dumpxml net_info net_list net_name net_undefine net_update
        net_uuid;
    "Storage pools":
        find_storage_pool_sources pool_autostart pool_capabilities pool_define pool_dumpxml
        pool_info pool_list pool_name pool_undefine pool_uuid;
    "Network filters":
        nwfilter_define nwfilter_dumpxml nwfilter_list nwfilter_undefine;
    "Secrets":
        secret_define secret_dumpxml secret_get_value secret_list secret_set_value
        secret_undefine;
    "Host and connection":
        allocpages capabilities cpu_baseline cpu_compare cpu_models domcapabilities freepages
        hostname hypervisor_cpu_baseline hypervisor_cpu_compare maxvcpus nodecpumap nodecpustats
        nodeinfo nodememstats nodesuspend sasl_passwd uri version;
    "Watching":
        trace;
    "The daemon itself":
        admin_client_info admin_clients admin_disconnect admin_limits admin_log_filters
        admin_log_outputs admin_servers can_i;
}

pub(crate) use domstats::value_text;

/// The command of that name.
pub(crate) fn find(name: &str) -> Option<&'static Command> {
    GROUPS
        .iter()
        .flat_map(|(_, commands)| commands.iter())
        .find(|it| it.syntax.name == name)
        .copied()
}

/// The command that a line begins with, and what follows it. Some names are two words.
pub(crate) fn named(first: &str, mut rest: Vec<String>) -> Option<(&'static Command, Vec<String>)> {
    if let Some(command) = find(first) {
        return Some((command, rest));
    }
    let command = find(&format!("{first} {}", rest.first()?))?;
    rest.remove(0);
    Some((command, rest))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{GROUPS, named};
    use crate::arguments::Takes;

    #[test]
    fn names_are_unique_and_nothing_positional_follows_the_rest() {
        let commands: Vec<_> = GROUPS.iter().flat_map(|(_, commands)| commands.iter()).collect();
        let names: HashSet<_> = commands.iter().map(|command| command.syntax.name).collect();
        assert_eq!(names.len(), commands.len());
        for command in commands {
            let options: HashSet<_> = command.syntax.options.iter().map(|opt| opt.name).collect();
            assert_eq!(options.len(), command.syntax.options.len(), "{}", command.syntax.name);
            let mut after =
                command.syntax.options.iter().skip_while(|opt| opt.takes != Takes::Rest);
            after.next();
            assert!(after.all(|opt| opt.takes == Takes::Nothing), "{}", command.syntax.name);
        }
    }

    #[test]
    fn a_name_may_be_two_words() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (command, rest) = named("admin", words("client-info 7")).unwrap();
        assert_eq!((command.syntax.name, rest), ("admin client-info", words("7")));
        let (command, rest) = named("uri", words("clients")).unwrap();
        assert_eq!((command.syntax.name, rest), ("uri", words("clients")));
        assert!(named("admin", words("nosuch")).is_none() && named("admin", Vec::new()).is_none());
    }
}
