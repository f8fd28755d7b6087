use super::*;
use std::collections::HashMap;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use zbus::OwnedVariant;
use zbus::message::Type;

/// A bus of the test's own, which ends with it.
struct Bus {
    directory: tempfile::TempDir,
    daemon: Child,
}

impl Bus {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("bus");
        let configuration = directory.path().join("bus.conf");
        let text = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n\
             <busconfig><type>system</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
             <policy context='default'><allow user='*'/><allow own='*'/>\
             <allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/></policy>\
             </busconfig>\n",
            socket.display()
        );
        std::fs::write(&configuration, text).unwrap();
        let daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", configuration.display()))
            .arg("--nofork")
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed");
        let since = Instant::now();
        while !socket.exists() {
            assert!(since.elapsed() < DEADLINE, "the bus listens");
            std::thread::yield_now();
        }
        Self { directory, daemon }
    }

    fn address(&self) -> String {
        format!("unix:path={}/bus", self.directory.path().display())
    }

    async fn serve(&self, service: &Service) -> Connection {
        let builder = zbus::connection::Builder::address(self.address().as_str());
        builder.name(service.name).build().await.unwrap()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// The next call that comes to a service.
async fn next_call(messages: &mut zbus::MessageStream) -> zbus::Message {
    use std::pin::Pin;
    use zbus::export::futures_core::Stream;
    loop {
        let next = std::future::poll_fn(|cx| Pin::new(&mut *messages).poll_next(cx));
        let message = next.await.expect("the bus is there").unwrap();
        if message.message_type() == Type::MethodCall {
            return message;
        }
    }
}

const GUEST: Machine<'static> =
    Machine { name: "qemu-1-web", uuid: [7; 16], leader: 4242, slice: "machine.slice" };

type Creation = (String, Vec<u8>, String, String, u32, String, Vec<(String, OwnedVariant)>);

#[tokio::test]
async fn a_guest_is_registered_with_its_process_and_slice() {
    let bus = Bus::start();
    let service = bus.serve(&MACHINES).await;
    let mut messages = zbus::MessageStream::from(&service);
    let machined = Machined::at(&bus.address());
    let answer = async {
        let call = next_call(&mut messages).await;
        let header = call.header();
        assert_eq!(header.member().map(|name| name.as_str()), Some("CreateMachine"));
        assert_eq!(header.interface().map(|name| name.as_str()), Some(MACHINES.interface));
        let arguments: Creation = call.body().deserialize().unwrap();
        service.reply(&header, &()).await.unwrap();
        arguments
    };
    let (registered, arguments) = tokio::join!(machined.register(&GUEST), answer);
    registered.unwrap();
    let (name, uuid, service, class, leader, root, properties) = arguments;
    assert_eq!((name.as_str(), uuid, leader), ("qemu-1-web", vec![7; 16], 4242));
    assert_eq!((service.as_str(), class.as_str(), root.as_str()), ("libvirt-qemu", "vm", ""));
    let properties: HashMap<_, _> = properties.into_iter().collect();
    let slice = String::try_from(properties["Slice"].clone()).unwrap();
    assert_eq!(slice, "machine.slice");
    let before = Vec::<String>::try_from(properties["Before"].clone()).unwrap();
    assert_eq!(before, ["virt-guest-shutdown.target"]);
}

#[tokio::test]
async fn a_weight_is_a_property_of_the_unit() {
    let bus = Bus::start();
    let service = bus.serve(&UNITS).await;
    let mut messages = zbus::MessageStream::from(&service);
    let machined = Machined::at(&bus.address());
    let answer = async {
        let call = next_call(&mut messages).await;
        let arguments: (String, bool, Vec<(String, OwnedVariant)>) =
            call.body().deserialize().unwrap();
        service.reply(&call.header(), &()).await.unwrap();
        arguments
    };
    let set = machined.set("a.scope", UnitProperty::IoDeviceWeight("/dev/a", 300));
    let (set, (unit, runtime, properties)) = tokio::join!(set, answer);
    set.unwrap();
    let (name, value) = &properties[0];
    assert_eq!((unit.as_str(), runtime, name.as_str()), ("a.scope", true, "IODeviceWeight"));
    assert_eq!(value.to_string(), "[(\"/dev/a\", uint64 300)]");
}

#[tokio::test]
async fn a_refusal_is_not_an_absence() {
    let bus = Bus::start();
    let machined = Machined::at(&bus.address());
    let absent = machined.register(&GUEST).await.unwrap_err();
    assert!(matches!(absent, MachinedError::Absent(_)), "{absent}");
    let service = bus.serve(&MACHINES).await;
    let mut messages = zbus::MessageStream::from(&service);
    let answer = async {
        let call = next_call(&mut messages).await;
        let name = "org.freedesktop.DBus.Error.FileExists";
        service.reply_error(&call.header(), name, &"Machine exists").await.unwrap();
    };
    let (refused, ()) = tokio::join!(machined.register(&GUEST), answer);
    let refused = refused.unwrap_err();
    assert!(
        matches!(&refused, MachinedError::Refused(text) if text.contains("exists")),
        "{refused}"
    );
}

#[tokio::test]
async fn without_a_bus_there_are_no_machines() {
    let nowhere = Machined::at("unix:path=/nowhere/bus").register(&GUEST).await.unwrap_err();
    assert!(matches!(nowhere, MachinedError::Absent(_)), "{nowhere}");
}

#[test]
fn partitions_are_slices() {
    for (partition, expected) in [
        ("/machine", "machine.slice"),
        ("/machine/web", "machine-web.slice"),
        ("/machine/my-web.partition", "machine-my\\x2dweb.slice"),
        ("/machine.slice", "machine.slice"),
        ("/", "-.slice"),
    ] {
        assert_eq!(slice(partition), expected);
    }
}
