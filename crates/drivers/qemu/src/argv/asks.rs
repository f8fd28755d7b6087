//! What is asked about the QEMU that will run.

/// What building a command line asks about a QEMU binary: what it has, never its version.
pub(crate) trait Asks {
    /// Whether `-device NAME` can be made.
    fn has_device(&self, device: &str) -> bool;

    /// Whether the QOM type `kind` has a property.
    fn has_property(&self, kind: &str, property: &str) -> bool;

    /// Whether `-OPTION` has a parameter.
    fn has_option(&self, option: &str, parameter: &str) -> bool;

    /// Whether there is a switch `-OPTION`, such as `-no-acpi`, that a machine's property does not do.
    fn has_switch(&self, option: &str) -> bool;

    /// What is known of a machine type; `None` for one it does not have.
    fn machine(&self, name: &str) -> Option<MachineFacts<'_>>;
}

/// What is known of a machine type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MachineFacts<'a> {
    /// Id of its memory's backend: `pc.ram`; `None` if it takes none.
    pub(crate) default_ram_id: Option<&'a str>,
    /// Whether the size of a NUMA node's memory may be said without a backend.
    pub(crate) numa_mem_supported: bool,
}
