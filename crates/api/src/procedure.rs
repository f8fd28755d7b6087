//! One procedure, one row.
//!
//! A row of `procedures!` yields a unit type that implements [`Procedure`] (or [`EventMessage`])
//! and a [`Row`] in its program's table. Everything that is true of a call is said there once:
//! number, arguments and results, who may make it, how long it may take.

use std::fmt;

use xdr::{Shape, Xdr};

/// A call: client to server and back.
pub trait Procedure: Send + Sync + 'static {
    /// What the client sends.
    type Args: Xdr + fmt::Debug + Send + Sync + 'static;
    /// What the server answers when all went well.
    type Ret: Xdr + fmt::Debug + Send + Sync + 'static;
    /// What else is true of the call.
    const ROW: &'static Row;
}

/// A message that nobody answers: an event, or keepalive.
pub trait EventMessage: Send + Sync + 'static {
    /// What is sent.
    type Body: Xdr + fmt::Debug + Send + Sync + 'static;
    /// What else is true of the message.
    const ROW: &'static Row;
}

/// A program: a family of procedures with its own number space.
#[derive(Debug)]
pub struct Program {
    /// Name, such as `remote`.
    pub name: &'static str,
    /// Number in every packet's header.
    pub number: u32,
    /// Version in every packet's header.
    pub version: u32,
    /// Its rows, by subject.
    pub groups: &'static [&'static [Row]],
}

impl Program {
    /// All rows, in no particular order.
    pub fn rows(&self) -> impl Iterator<Item = &'static Row> {
        self.groups.iter().flat_map(|group| group.iter())
    }
}

/// What is true of one procedure or event.
#[derive(Debug)]
pub struct Row {
    /// Number of the program.
    pub program: u32,
    /// Number within the program.
    pub number: i32,
    /// Name as Rust spells it: `DomainGetBlockInfo`.
    pub name: &'static str,
    /// How long it may take, or that it is an event.
    pub lane: Lane,
    /// What the caller must be allowed to; all of it.
    pub access: &'static [Access],
    /// What the caller must be allowed to on each object of a returned list.
    pub filter: Option<Permission>,
    /// The stream that the call opens.
    pub stream: Option<StreamDirection>,
    /// Whether it may be called before the client is authenticated.
    pub before_auth: bool,
    /// Whether file descriptors travel with it.
    pub fds: bool,
    /// First release of libvirt that has it; empty for what is internal.
    pub since: &'static str,
    /// What the client sends; the body of an event.
    pub args: &'static Shape,
    /// What the server answers when all went well.
    pub ret: &'static Shape,
    /// Decodes arguments and encodes them again, then the same for results.
    #[cfg(any(test, feature = "recode"))]
    pub recode: [Recode; 2],
}

/// Decodes bytes as a type and encodes the value again.
#[cfg(any(test, feature = "recode"))]
pub type Recode = fn(&[u8]) -> Result<Vec<u8>, xdr::Error>;

#[cfg(any(test, feature = "recode"))]
pub(crate) fn recode<T: Xdr>(bytes: &[u8]) -> Result<Vec<u8>, xdr::Error> {
    xdr::to_bytes(&xdr::from_bytes::<T>(bytes)?)
}

/// Which queue a call stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Never waits for a guest (libvirt's priority "high").
    Quick,
    /// May wait for a guest or for storage.
    Ordinary,
    /// Not a call.
    Event,
}

/// Where the data of a stream flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamDirection {
    /// Server to client.
    Download,
    /// Client to server.
    Upload,
    /// Both ways.
    Both,
}

/// A right on one kind of object, by libvirt's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// Such as `domain`.
    pub object: &'static str,
    /// Such as `read_secure`.
    pub name: &'static str,
}

/// A permission and when it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// What is needed.
    pub permission: Permission,
    /// When.
    pub when: When,
}

/// When a permission is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// For every call.
    Always,
    /// When one of these flag bits is set.
    With(u32),
    /// When none of these flag bits is set.
    Without(u32),
    /// When the argument that picks a source of answers is this one.
    Source(u32),
}

impl Permission {
    /// Whether it lets its holder only look.
    pub fn only_reads(&self) -> bool {
        matches!(self.name, "getattr" | "read") || self.name.starts_with("search_")
    }
}

impl Row {
    /// Whether a read-only connection may make the call, by the permissions it always needs.
    pub fn is_read_only(&self) -> bool {
        self.access
            .iter()
            .all(|access| access.when != When::Always || access.permission.only_reads())
    }
}

impl Row {
    /// Name as libvirt's protocol files, traces and policies spell it: `domain_get_block_info`.
    pub fn wire_name(&self) -> String {
        let mut name = String::with_capacity(self.name.len() + 8);
        for (index, letter) in self.name.char_indices() {
            // Digits join the word before them, save here.
            let begins_word = letter.is_ascii_uppercase()
                || letter.is_ascii_digit() && self.name == "DomainEventBlockJob2";
            if begins_word && index > 0 {
                name.push('_');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }

    /// Name of the call in libvirt's C interface, as its messages spell it: `virDomainGetXMLDesc`.
    pub fn api_name(&self) -> String {
        let infix = match self.program {
            0x2000_8087 => "Qemu",
            0x0006_8000 => "Lxc",
            _ => "",
        };
        let mut name = String::from("vir");
        let mut rest = self.name;
        while !rest.is_empty() {
            let end = rest.char_indices().skip(1).find(|(_, c)| c.is_ascii_uppercase());
            let (word, tail) = rest.split_at(end.map_or(rest.len(), |(index, _)| index));
            name.push_str(ACRONYMS.iter().find(|(ours, _)| *ours == word).map_or(word, |(_, c)| c));
            if word == "Domain" && !infix.is_empty() {
                name.push_str(infix);
            }
            rest = tail;
        }
        name
    }
}

/// Words of our names that libvirt's C interface writes otherwise.
static ACRONYMS: &[(&str, &str)] = &[
    ("Cpu", "CPU"),
    ("Dhcp", "DHCP"),
    ("Fd", "FD"),
    ("Fsfreeze", "FSFreeze"),
    ("Fsinfo", "FSInfo"),
    ("Fsthaw", "FSThaw"),
    ("Fstrim", "FSTrim"),
    ("Id", "ID"),
    ("Iothread", "IOThread"),
    ("Mac", "MAC"),
    ("Nmi", "NMI"),
    ("Nwfilter", "NWFilter"),
    ("Nwfilters", "NWFilters"),
    ("Os", "OS"),
    ("Pm", "PM"),
    ("Scsi", "SCSI"),
    ("Sev", "SEV"),
    ("Ssh", "SSH"),
    ("Uri", "URI"),
    ("Uuid", "UUID"),
    ("Wwn", "WWN"),
    ("Xml", "XML"),
];

macro_rules! procedures {
    ($program:ident $($(#[$meta:meta])*
        $name:ident = $number:literal, $lane:ident
        $(, access: [$($object:ident . $permission:ident $(if $when:ident ($bits:literal))?),* $(,)?])?
        $(, filter: $fobject:ident . $fpermission:ident)?
        $(, stream: $stream:ident)?
        $(, before_auth: $before:literal)?
        $(, fds: $fds:literal)?
        $(, since: $since:literal)?;
        args $args:ty, ret $ret:ty;
    )*) => {
        pub(crate) static ROWS: &[$crate::procedure::Row] = &[$($crate::procedure::Row {
            program: $crate::procedure::procedures!(@program $program),
            number: $number,
            name: stringify!($name),
            lane: $crate::procedure::Lane::$lane,
            access: &[$($($crate::procedure::Access {
                permission: $crate::procedure::Permission {
                    object: stringify!($object),
                    name: stringify!($permission),
                },
                when: $crate::procedure::procedures!(@when $($when $bits)?),
            }),*)?],
            filter: $crate::procedure::procedures!(@filter $($fobject $fpermission)?),
            stream: $crate::procedure::procedures!(@stream $($stream)?),
            before_auth: $crate::procedure::procedures!(@or_false $($before)?),
            fds: $crate::procedure::procedures!(@or_false $($fds)?),
            since: concat!($($since)?),
            args: <$args as xdr::Xdr>::SHAPE,
            ret: <$ret as xdr::Xdr>::SHAPE,
            #[cfg(any(test, feature = "recode"))]
            recode: [$crate::procedure::recode::<$args>, $crate::procedure::recode::<$ret>],
        }),*];
        $crate::procedure::procedures! { @types 0usize; $($(#[$meta])* $name $lane ($args) ($ret);)* }
    };
    (@types $index:expr;) => {};
    (@types $index:expr; $(#[$meta:meta])* $name:ident Event ($args:ty) ($ret:ty); $($rest:tt)*) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl $crate::procedure::EventMessage for $name {
            type Body = $args;
            const ROW: &'static $crate::procedure::Row = &ROWS[$index];
        }
        $crate::procedure::procedures! { @types $index + 1; $($rest)* }
    };
    (@types $index:expr; $(#[$meta:meta])* $name:ident $lane:ident ($args:ty) ($ret:ty); $($rest:tt)*) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl $crate::procedure::Procedure for $name {
            type Args = $args;
            type Ret = $ret;
            const ROW: &'static $crate::procedure::Row = &ROWS[$index];
        }
        $crate::procedure::procedures! { @types $index + 1; $($rest)* }
    };
    (@program REMOTE) => { 0x2000_8086 };
    (@program QEMU) => { 0x2000_8087 };
    (@program LXC) => { 0x0006_8000 };
    (@program ADMIN) => { 0x0690_0690 };
    (@program FERROVIRT) => { 0x4656_5254 };
    (@program KEEPALIVE) => { 0x6b65_6570 };
    (@when) => { $crate::procedure::When::Always };
    (@when $when:ident $bits:literal) => { $crate::procedure::When::$when($bits) };
    (@filter) => { None };
    (@filter $object:ident $permission:ident) => {
        Some($crate::procedure::Permission {
            object: stringify!($object),
            name: stringify!($permission),
        })
    };
    (@stream) => { None };
    (@stream $stream:ident) => { Some($crate::procedure::StreamDirection::$stream) };
    (@or_false) => { false };
    (@or_false $value:literal) => { $value };
}
pub(crate) use procedures;
