//! Users and groups of the system: `/etc/passwd` and `/etc/group`.

use std::io;
use std::path::Path;

/// What is known of users and groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    users: Vec<User>,
    groups: Vec<GroupLine>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct User {
    name: Box<str>,
    uid: u32,
    gid: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct GroupLine {
    name: Box<str>,
    gid: u32,
    members: Vec<Box<str>>,
}

impl Accounts {
    /// Those of this system.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn of_system() -> io::Result<Self> {
        let read = |path: &str| std::fs::read(Path::new(path));
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        let (users, groups) = (read("/etc/passwd")?, read("/etc/group")?);
        Ok(Self::parse(&text(&users), &text(&groups)))
    }

    /// Those that two files name. Lines that are not as they should be are passed over.
    pub fn parse(passwd: &str, group: &str) -> Self {
        Self {
            users: passwd.lines().filter_map(user).collect(),
            groups: group.lines().filter_map(group_line).collect(),
        }
    }

    /// A user's number, by name or number.
    pub(super) fn uid(&self, name: &str) -> Option<u32> {
        let user = self.users.iter().find(|user| &*user.name == name);
        user.map(|user| user.uid).or_else(|| name.parse().ok())
    }

    /// A group's number, by name or number.
    pub(super) fn gid(&self, name: &str) -> Option<u32> {
        let group = self.groups.iter().find(|group| &*group.name == name);
        group.map(|group| group.gid).or_else(|| name.parse().ok())
    }

    /// Everybody in a group: whose own it is, and whom it lists.
    pub(super) fn members(&self, gid: u32) -> Vec<u32> {
        let listed = |user: &&User| {
            let lists = |group: &&GroupLine| group.gid == gid && group.members.contains(&user.name);
            user.gid == gid || self.groups.iter().find(lists).is_some()
        };
        self.users.iter().filter(listed).map(|user| user.uid).collect()
    }
}

fn user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let (name, _, uid, gid) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    Some(User { name: name.into(), uid: uid.parse().ok()?, gid: gid.parse().ok()? })
}

fn group_line(line: &str) -> Option<GroupLine> {
    let mut fields = line.split(':');
    let (name, _, gid, members) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let members = members.split(',').filter(|name| !name.is_empty()).map(Into::into).collect();
    Some(GroupLine { name: name.into(), gid: gid.parse().ok()?, members })
}

#[cfg(test)]
mod tests {
    use super::Accounts;

    #[test]
    fn a_group_has_those_whose_own_it_is_and_those_it_lists() {
        let passwd = "root:x:0:0::/:/bin/sh\nann:x:1000:1000::/:\nbob:x:1001:50::/:\nbroken\n";
        let group = "root:x:0:\nops:x:50:ann,gone\nann:x:1000:\n#\nempty:x:60:\n";
        let accounts = Accounts::parse(passwd, group);
        assert_eq!(accounts.members(50), [1000, 1001]);
        assert!(accounts.members(60).is_empty());
        assert_eq!(
            (accounts.uid("ann"), accounts.uid("7"), accounts.uid("eve")),
            (Some(1000), Some(7), None)
        );
        assert_eq!(
            (accounts.gid("ops"), accounts.gid("7"), accounts.gid("eve")),
            (Some(50), Some(7), None)
        );
    }
}
