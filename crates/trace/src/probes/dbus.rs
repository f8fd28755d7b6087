//! Calls over D-Bus. Libvirt had these up to version 6.7.

probes! {
    /// A method is called.
    dbus_method_call(interface: &str, member: &str, object: &str, destination: &str);
    /// The call was answered with an error.
    dbus_method_error(
        interface: &str,
        member: &str,
        object: &str,
        destination: &str,
        name: &dyn Fn() -> String,
        message: &dyn Fn() -> String,
    );
    /// The call was answered.
    dbus_method_reply(interface: &str, member: &str, object: &str, destination: &str);
}
