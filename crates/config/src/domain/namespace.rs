//! `qemu:`: what is handed to QEMU as it is.

use xml::{Namespaces, element, words};

/// URI of the namespace.
pub const QEMU_NAMESPACE: &str = "http://libvirt.org/schemas/domain/qemu/1.0";
/// The namespaces of a domain's document.
pub const NAMESPACES: Namespaces = &[("qemu", QEMU_NAMESPACE)];

words! {
    /// Type of an overridden property.
    pub enum PropertyType { String = "string", Signed = "signed", Unsigned = "unsigned", Bool = "bool", Remove = "remove" }
}

element! {
    /// Everything in the `qemu:` namespace.
    #[derive(Eq, Default)]
    pub struct QemuNamespace {
        /// Arguments and environment.
        child commandline: Option<Commandline> = "qemu:commandline",
        /// Capabilities forced on or off.
        child capabilities: Option<Capabilities> = "qemu:capabilities",
        /// Properties overridden.
        child overrides: Option<Override> = "qemu:override",
        /// What happens when something deprecated is used.
        child deprecation: Option<Deprecation> = "qemu:deprecation",
    }

    /// `<qemu:commandline>`
    #[derive(Eq)]
    pub struct Commandline {
        /// Arguments.
        child args: Vec<Argument> = "qemu:arg",
        /// Environment.
        child env: Vec<Variable> = "qemu:env",
    }

    /// `<qemu:arg>`
    #[derive(Eq)]
    pub struct Argument {
        /// The argument.
        attr value: Box<str> = "value",
    }

    /// `<qemu:env>`
    #[derive(Eq)]
    pub struct Variable {
        /// Name.
        attr name: Box<str> = "name",
        /// Value.
        attr value: Option<Box<str>> = "value",
    }

    /// `<qemu:capabilities>`
    #[derive(Eq)]
    pub struct Capabilities {
        /// Forced on.
        child add: Vec<Capability> = "qemu:add",
        /// Forced off.
        child del: Vec<Capability> = "qemu:del",
    }

    /// `<qemu:add>`, `<qemu:del>`
    #[derive(Eq)]
    pub struct Capability {
        /// The capability.
        attr capability: Box<str> = "capability",
    }

    /// `<qemu:override>`
    #[derive(Eq)]
    pub struct Override {
        /// Devices.
        child devices: Vec<DeviceOverride> = "qemu:device",
    }

    /// `<qemu:device>`
    #[derive(Eq)]
    pub struct DeviceOverride {
        /// Alias of the device.
        attr alias: Box<str> = "alias",
        /// What the guest sees.
        group frontend: FrontendOverride = "qemu:frontend",
    }

    /// `<qemu:frontend>`
    #[derive(Eq, Default)]
    pub struct FrontendOverride {
        /// Properties.
        child properties: Vec<Property> = "qemu:property",
    }

    /// `<qemu:property>`
    #[derive(Eq)]
    pub struct Property {
        /// Name.
        attr name: Box<str> = "name",
        /// Type.
        attr kind: PropertyType = "type",
        /// Value; none to remove it.
        attr value: Option<Box<str>> = "value",
    }

    /// `<qemu:deprecation>`
    #[derive(Eq)]
    pub struct Deprecation {
        /// What QEMU does: `omit`, `reject`, `crash` or `none`; anything else is refused at start.
        attr behavior: Box<str> = "behavior",
    }
}

impl QemuNamespace {
    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
