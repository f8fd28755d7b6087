use super::*;
use crate::event::Delivery;
use crate::scripted::{Answer, Peer, Request};
use crate::{CommandError, RequestFault};
use serde_json::json;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;

const SHORT: Duration = Duration::from_millis(40);

/// A greeted connection and the QEMU behind it.
async fn connected() -> (Monitor, EventReceiver, Peer) {
    let (socket, mut qemu) = Peer::pair().unwrap();
    let (greeted, attached) =
        tokio::join!(qemu.greet(), Monitor::attach(socket, Options::default()));
    greeted.unwrap();
    let (monitor, _, events) = attached.unwrap();
    (monitor, events, qemu)
}

/// Starts a call, and waits until QEMU has the request.
async fn started(monitor: &Monitor, qemu: &mut Peer, name: &'static str) -> (Call, Request) {
    let monitor = monitor.clone();
    let call = tokio::spawn(async move { monitor.execute_value(&Command::new(name)).await });
    (call, qemu.expect(name).await.unwrap())
}

type Call = tokio::task::JoinHandle<Result<Value, QmpError>>;

fn event_name(delivery: Option<Delivery>) -> Option<String> {
    match delivery {
        Some(Delivery::Event(event)) => Some(event.name),
        _ => None,
    }
}

#[tokio::test]
async fn the_greeting_is_read_and_answered() {
    let (socket, mut qemu) = Peer::pair().unwrap();
    let (greeted, attached) =
        tokio::join!(qemu.greet(), Monitor::attach(socket, Options::default()));
    greeted.unwrap();
    let (_, greeting, _) = attached.unwrap();
    assert_eq!((greeting.version.qemu.major, greeting.version.package.as_str()), (7, "scripted"));
}

/// Writes down what it sees.
#[derive(Debug, Default)]
struct Seen {
    watching: std::sync::atomic::AtomicBool,
    lines: std::sync::Mutex<Vec<String>>,
}

impl Seen {
    fn push(&self, line: String) {
        self.lines.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lines.lock().unwrap())
    }
}

impl crate::Observer for Seen {
    fn is_watching(&self) -> bool {
        self.watching.load(std::sync::atomic::Ordering::Relaxed)
    }
    fn sent(&self, line: &str) {
        self.push(format!("sent {}", line.trim_end()));
    }
    fn answered(&self, command: &str, _: Duration, answer: crate::Answer, line: &str) {
        self.push(format!("{answer:?} {command} {line}"));
    }
    fn event(&self, line: &str) {
        self.push(format!("event {}", line.contains("\"RESUME\"")));
    }
    fn waited(&self, _: Duration) {
        self.push("waited".to_owned());
    }
}

#[tokio::test]
async fn an_observer_sees_all_that_is_said_while_it_watches_and_every_wait() {
    let (socket, mut qemu) = Peer::pair().unwrap();
    let seen = Arc::new(Seen::default());
    let options = Options { observer: Some(Arc::clone(&seen) as _), ..Options::default() };
    let (greeted, attached) = tokio::join!(qemu.greet(), Monitor::attach(socket, options));
    greeted.unwrap();
    let (monitor, _, mut events) = attached.unwrap();
    assert_eq!(seen.take(), ["waited"], "nothing is shown to who does not watch");
    seen.watching.store(true, std::sync::atomic::Ordering::Relaxed);
    let (call, request) = started(&monitor, &mut qemu, "cont").await;
    assert_eq!(seen.take(), [r#"sent {"execute":"cont","id":"libvirt-2"}"#]);
    qemu.event("RESUME", "{}").await.unwrap();
    qemu.reply(&request, "{}").await.unwrap();
    call.await.unwrap().unwrap();
    events.recv().await.unwrap();
    let done = r#"Done cont {"return": {}, "id": "libvirt-2"}"#;
    assert_eq!(seen.take(), ["event true", done, "waited"]);
    let (call, request) = started(&monitor, &mut qemu, "stop").await;
    qemu.refuse(&request, "GenericError", "no").await.unwrap();
    call.await.unwrap().unwrap_err();
    assert!(seen.take().get(1).is_some_and(|line| line.starts_with("Refused stop ")));
}

#[tokio::test]
async fn a_qemu_that_does_not_greet_is_given_up() {
    let (socket, _qemu) = Peer::pair().unwrap();
    let options = Options { greeting_deadline: SHORT, ..Options::default() };
    assert!(matches!(Monitor::attach(socket, options).await, Err(QmpError::Timeout { .. })));
}

#[tokio::test]
async fn a_qemu_that_exits_before_it_greets_is_closed() {
    let (socket, qemu) = Peer::pair().unwrap();
    drop(qemu);
    let attached = Monitor::attach(socket, Options::default()).await;
    assert!(matches!(attached, Err(QmpError::Closed(Disconnect::EndOfFile))));
}

#[tokio::test]
async fn answers_find_their_callers_in_any_order() {
    let (monitor, _events, mut qemu) = connected().await;
    let (first, one) = started(&monitor, &mut qemu, "query-one").await;
    let (second, two) = started(&monitor, &mut qemu, "query-two").await;
    qemu.reply(&two, "2").await.unwrap();
    qemu.reply(&one, "1").await.unwrap();
    assert_eq!(
        (first.await.unwrap().unwrap(), second.await.unwrap().unwrap()),
        (json!(1), json!(2))
    );
}

#[tokio::test]
async fn two_answers_in_one_write_are_two() {
    let (monitor, _events, mut qemu) = connected().await;
    let (first, one) = started(&monitor, &mut qemu, "query-one").await;
    let (second, two) = started(&monitor, &mut qemu, "query-two").await;
    let both = format!(
        "{{\"return\": 1, \"id\": {}}}\r\n{{\"return\": 2, \"id\": {}}}\r\n",
        one.id, two.id
    );
    qemu.send(both.as_bytes()).await.unwrap();
    assert_eq!(
        (first.await.unwrap().unwrap(), second.await.unwrap().unwrap()),
        (json!(1), json!(2))
    );
}

#[tokio::test]
async fn an_answer_may_come_byte_by_byte() {
    let (monitor, _events, mut qemu) = connected().await;
    let (call, request) = started(&monitor, &mut qemu, "query-status").await;
    for byte in format!("{{\"return\": {{\"é\": true}}, \"id\": {}}}\n", request.id).bytes() {
        qemu.send(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(call.await.unwrap().unwrap(), json!({"é": true}));
}

#[tokio::test]
async fn a_refusal_keeps_qemus_words() {
    let (monitor, _events, mut qemu) = connected().await;
    let (call, request) = started(&monitor, &mut qemu, "nope").await;
    qemu.refuse(&request, "CommandNotFound", "The command nope has not been found").await.unwrap();
    let error = call.await.unwrap().unwrap_err();
    let words = CommandError {
        class: "CommandNotFound".into(),
        desc: "The command nope has not been found".into(),
    };
    assert_eq!(error.refusal(), Some(&words));
    assert!(words.is_unknown_command());
}

#[tokio::test]
async fn an_answer_of_the_wrong_shape_names_the_command() {
    let (monitor, _events, mut qemu) = connected().await;
    let (status, script) = tokio::join!(monitor.query_status(), async {
        let request = qemu.expect("query-status").await?;
        qemu.reply(&request, "[1]").await
    });
    script.unwrap();
    assert!(matches!(status, Err(QmpError::Decode { command, .. }) if command == "query-status"));
}

#[tokio::test]
async fn garbage_closes_the_connection() {
    let (monitor, mut events, mut qemu) = connected().await;
    let (call, _) = started(&monitor, &mut qemu, "query-status").await;
    qemu.send(b"\x00\xffhello\n").await.unwrap();
    assert!(matches!(call.await.unwrap(), Err(QmpError::Closed(Disconnect::Garbage { .. }))));
    assert!(events.recv().await.is_none());
    assert!(matches!(monitor.stop().await, Err(QmpError::Closed(Disconnect::Garbage { .. }))));
}

#[tokio::test]
async fn a_line_without_end_closes_the_connection() {
    let (monitor, _events, mut qemu) = connected().await;
    let (call, _) = started(&monitor, &mut qemu, "query-status").await;
    // The monitor stops reading in the middle, so the last writes fail.
    let _ = qemu.send(&vec![b'a'; crate::LINE_LIMIT + 65536]).await;
    assert!(matches!(call.await.unwrap(), Err(QmpError::Closed(Disconnect::LineTooLong { .. }))));
}

#[tokio::test]
async fn a_long_answer_is_read_whole() {
    let (monitor, _events, mut qemu) = connected().await;
    let (call, request) = started(&monitor, &mut qemu, "query-qmp-schema").await;
    let long = "x".repeat(1 << 20);
    qemu.reply(&request, &format!("\"{long}\"")).await.unwrap();
    assert_eq!(call.await.unwrap().unwrap(), json!(long));
}

#[tokio::test]
async fn the_end_in_the_middle_of_an_answer_fails_everything() {
    let (monitor, mut events, mut qemu) = connected().await;
    let (first, request) = started(&monitor, &mut qemu, "query-one").await;
    let (second, _) = started(&monitor, &mut qemu, "query-two").await;
    qemu.send(format!("{{\"return\": 1, \"id\": {}", request.id).as_bytes()).await.unwrap();
    drop(qemu);
    for call in [first, second] {
        assert!(matches!(call.await.unwrap(), Err(QmpError::Closed(Disconnect::EndOfFile))));
    }
    assert!(events.recv().await.is_none());
    assert!(matches!(monitor.disconnect(), Some(Disconnect::EndOfFile)));
}

#[tokio::test]
async fn last_words_before_the_end_are_delivered() {
    let (monitor, mut events, mut qemu) = connected().await;
    let (call, _) = started(&monitor, &mut qemu, "quit").await;
    for number in 0..500 {
        qemu.event("FILLER", &number.to_string()).await.unwrap();
    }
    qemu.event("SHUTDOWN", "{}").await.unwrap();
    drop(qemu);
    // A request that finds the pipe broken must not make the reader forget what came before.
    let _ = monitor.stop().await;
    assert!(call.await.unwrap().is_err());
    let mut last = None;
    while let Some(delivery) = events.recv().await {
        last = event_name(Some(delivery));
    }
    assert_eq!(last.as_deref(), Some("SHUTDOWN"));
}

#[tokio::test]
async fn an_answer_to_nobody_is_ignored() {
    let (monitor, _events, mut qemu) = connected().await;
    let (call, request) = started(&monitor, &mut qemu, "query-status").await;
    qemu.send_line(r#"{"return": "wrong", "id": "libvirt-9999"}"#).await.unwrap();
    qemu.send_line(r#"{"return": "wrong", "id": 7}"#).await.unwrap();
    qemu.reply(&request, "\"right\"").await.unwrap();
    assert_eq!(call.await.unwrap().unwrap(), json!("right"));
}

#[tokio::test]
async fn silence_is_noticed_and_forgiven() {
    let (monitor, _events, mut qemu) = connected().await;
    assert_eq!(monitor.health(), Health::Responsive);
    let before = std::time::Instant::now();
    let missed = monitor.within(SHORT).query_status().await;
    assert!(
        matches!(missed, Err(QmpError::Timeout { command, deadline }) if command == "query-status" && deadline == SHORT)
    );
    let Health::Unresponsive { since } = monitor.health() else {
        panic!("silence was not noticed")
    };
    assert!(since >= before && since.elapsed() >= SHORT);

    let late = qemu.expect("query-status").await.unwrap();
    let (call, request) = started(&monitor, &mut qemu, "query-name").await;
    qemu.reply(&late, "\"late\"").await.unwrap();
    qemu.reply(&request, "\"in time\"").await.unwrap();
    assert_eq!(call.await.unwrap().unwrap(), json!("in time"));
    assert_eq!(monitor.health(), Health::Responsive);
}

#[tokio::test]
async fn a_silent_qemu_is_owed_a_limited_number_of_answers() {
    let (monitor, _events, mut qemu) = connected().await;
    let impatient = monitor.within(SHORT);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT_LIMIT * 3 {
        let monitor = impatient.clone();
        calls.spawn(async move { monitor.stop().await });
    }
    while let Some(call) = calls.join_next().await {
        assert!(matches!(call.unwrap(), Err(QmpError::Timeout { .. })));
    }
    for _ in 0..IN_FLIGHT_LIMIT {
        let request = qemu.expect("stop").await.unwrap();
        qemu.reply(&request, "{}").await.unwrap();
    }
    // The next request QEMU sees is a new one: the others were never sent.
    let (call, request) = started(&monitor, &mut qemu, "cont").await;
    qemu.reply(&request, "{}").await.unwrap();
    call.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_was_not_sent_is_withdrawn() {
    let (monitor, _events, mut qemu) = connected().await;
    // More than the socket takes while nobody reads: it stays half sent, and the next one unsent.
    let big = Command::with("big", json!({"text": "x".repeat(4 << 20)}));
    let impatient = monitor.within(SHORT);
    assert!(matches!(impatient.execute(&big).await, Err(QmpError::Timeout { .. })));
    assert!(matches!(impatient.stop().await, Err(QmpError::Timeout { .. })));
    let later = tokio::spawn(async move { monitor.cont().await });
    let request = qemu.expect("big").await.unwrap();
    qemu.reply(&request, "{}").await.unwrap();
    let request = qemu.expect("cont").await.unwrap();
    qemu.reply(&request, "{}").await.unwrap();
    later.await.unwrap().unwrap();
}

#[tokio::test]
async fn events_come_in_order_beside_answers() {
    let (monitor, mut events, mut qemu) = connected().await;
    let (call, request) = started(&monitor, &mut qemu, "stop").await;
    qemu.event("STOP", "{\"n\": 1}").await.unwrap();
    qemu.reply(&request, "{}").await.unwrap();
    qemu.event("FROM_THE_FUTURE", "{}").await.unwrap();
    call.await.unwrap().unwrap();
    let Some(Delivery::Event(event)) = events.recv().await else { panic!("no event") };
    assert_eq!(
        (event.name.as_str(), event.seconds, event.microseconds),
        ("STOP", 1_700_000_000, 5)
    );
    assert_eq!(event.decode::<Value>().unwrap(), json!({"n": 1}));
    assert_eq!(event_name(events.recv().await).as_deref(), Some("FROM_THE_FUTURE"));
}

#[tokio::test]
async fn a_flood_of_events_never_holds_up_an_answer() {
    let (monitor, mut events, mut qemu) = connected().await;
    let (call, request) = started(&monitor, &mut qemu, "query-status").await;
    for number in 0..3000 {
        qemu.event("FLOOD", &number.to_string()).await.unwrap();
    }
    qemu.reply(&request, "1").await.unwrap();
    call.await.unwrap().unwrap();
    let (mut received, mut lost) = (0, 0);
    while let Some(delivery) = events.try_recv() {
        match delivery {
            Delivery::Event(_) => received += 1,
            Delivery::EventsLost { count } => lost += count,
        }
    }
    assert_eq!((received, lost), (1024, 3000 - 1024));
}

#[tokio::test]
async fn passing_through_gives_the_whole_answer() {
    let (monitor, _events, mut qemu) = connected().await;
    let (answer, script) = tokio::join!(monitor.execute_raw("{ \"execute\" : \"x\" }"), async {
        let request = qemu.expect("x").await?;
        assert_eq!(request.line, "{\"execute\":\"x\",\"id\":\"libvirt-2\"}");
        qemu.refuse(&request, "GenericError", "no \"x\"").await
    });
    script.unwrap();
    let expected = r#"{"error":{"class":"GenericError","desc":"no \"x\""},"id":"libvirt-2"}"#;
    assert_eq!(answer.unwrap(), expected);
}

#[tokio::test]
async fn passing_through_nonsense_gets_qemus_answer_without_id() {
    let (monitor, _events, mut qemu) = connected().await;
    let (answer, script) = tokio::join!(monitor.execute_raw("{\"foo\":1}"), async {
        let request = qemu.expect("").await?;
        qemu.refuse(&request, "GenericError", "QMP input member 'foo' is unexpected").await
    });
    script.unwrap();
    assert_eq!(
        answer.unwrap(),
        r#"{"error":{"class":"GenericError","desc":"QMP input member 'foo' is unexpected"}}"#
    );
}

#[tokio::test]
async fn fifty_guests_are_asked_at_once() {
    let mut guests = Vec::new();
    for _ in 0..50 {
        let (monitor, events, mut qemu) = connected().await;
        let answers = |request: &Request| match request.name.as_str() {
            "query-balloon" => Answer::Return("{\"actual\": 1}".into()),
            name => {
                Answer::Error("CommandNotFound", format!("The command {name} has not been found"))
            }
        };
        guests.push((monitor, events, tokio::spawn(async move { qemu.serve(answers).await })));
    }
    let mut calls = tokio::task::JoinSet::new();
    for (monitor, ..) in &guests {
        let monitor = monitor.clone();
        calls.spawn(
            async move { tokio::join!(monitor.query_balloon(), monitor.query_stats_schemas()) },
        );
    }
    while let Some(answers) = calls.join_next().await {
        let (balloon, schemas) = answers.unwrap();
        assert_eq!(balloon.unwrap().actual, 1);
        assert!(schemas.unwrap_err().refusal().unwrap().is_unknown_command());
    }
}

#[tokio::test]
async fn what_cannot_be_passed_through_is_not_sent() {
    let (monitor, _events, _qemu) = connected().await;
    let error = monitor.execute_raw(r#"{"execute":"stop","id":"mine"}"#).await.unwrap_err();
    assert!(matches!(error, QmpError::Request(RequestFault::OwnId)));
}

#[tokio::test]
async fn a_descriptor_travels_with_its_request() {
    let (monitor, _events, qemu) = connected().await;
    let (reader, mut writer) = std::io::pipe().unwrap();
    let command = Command::with("getfd", json!({"fdname": "net0"}));
    let call = tokio::spawn(async move { monitor.execute_with_fd(&command, reader.into()).await });
    let (text, fds) = receive_with_fds(qemu.stream()).await;
    assert!(text.starts_with("{\"execute\":\"getfd\""), "{text}");
    writer.write_all(b"hello").unwrap();
    drop(writer);
    let [fd] = <[OwnedFd; 1]>::try_from(fds).unwrap();
    assert!(fd.as_raw_fd() > 2);
    assert_eq!(std::io::read_to_string(std::fs::File::from(fd)).unwrap(), "hello");
    drop(qemu);
    assert!(matches!(call.await.unwrap(), Err(QmpError::Closed(Disconnect::EndOfFile))));
}

async fn receive_with_fds(stream: &UnixStream) -> (String, Vec<OwnedFd>) {
    use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
    let mut text = vec![0; 4096];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    loop {
        stream.readable().await.unwrap();
        let received = stream.try_io(tokio::io::Interest::READABLE, || {
            let mut parts = [std::io::IoSliceMut::new(&mut text)];
            Ok(recvmsg(stream, &mut parts, &mut control, RecvFlags::empty())?)
        });
        let Ok(message) = received else { continue };
        let fds = control.drain().flat_map(|part| match part {
            RecvAncillaryMessage::ScmRights(fds) => fds.collect(),
            _ => Vec::new(),
        });
        return (String::from_utf8_lossy(&text[..message.bytes]).into_owned(), fds.collect());
    }
}

#[tokio::test]
async fn descriptors_wait_for_each_other() {
    let (monitor, _events, mut qemu) = connected().await;
    let mut calls = Vec::new();
    for name in ["a", "b"] {
        let (monitor, (reader, _)) = (monitor.clone(), std::io::pipe().unwrap());
        let command = Command::with("getfd", json!({"fdname": name}));
        calls.push(tokio::spawn(
            async move { monitor.execute_with_fd(&command, reader.into()).await },
        ));
    }
    for _ in 0..2 {
        let request = qemu.expect("getfd").await.unwrap();
        // What would be on its way with a second descriptor has not been sent before the first is answered.
        let (call, status) = started(&monitor, &mut qemu, "query-status").await;
        qemu.reply(&request, "{}").await.unwrap();
        qemu.reply(&status, "{}").await.unwrap();
        call.await.unwrap().unwrap();
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_last_handle_closes_the_connection() {
    let (monitor, mut events, mut qemu) = connected().await;
    let clone = monitor.clone();
    drop(monitor);
    assert!(clone.disconnect().is_none());
    drop(clone);
    assert!(events.recv().await.is_none());
    assert_eq!(qemu.request().await.unwrap(), None);
}

#[tokio::test]
async fn closing_fails_what_is_in_flight() {
    let (monitor, _events, mut qemu) = connected().await;
    let (call, _) = started(&monitor, &mut qemu, "query-status").await;
    monitor.close();
    assert!(matches!(call.await.unwrap(), Err(QmpError::Closed(Disconnect::Dropped))));
}

#[tokio::test]
async fn a_monitor_is_reached_by_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("monitor.sock");
    let missing = Monitor::connect(&path, Options::default()).await.unwrap_err();
    assert!(matches!(missing, QmpError::Connect { .. }));
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let script = async {
        let (stream, _) = listener.accept().await.unwrap();
        Peer::new(stream).greet().await
    };
    let (greeted, connected) = tokio::join!(script, Monitor::connect(&path, Options::default()));
    greeted.unwrap();
    connected.unwrap();
}
