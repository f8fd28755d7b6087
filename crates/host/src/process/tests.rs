use super::*;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;

const DEADLINE: Duration = Duration::from_secs(20);

fn shell(script: &str) -> Spawn {
    Spawn { arguments: vec!["-c".into(), script.into()], ..Spawn::new("/bin/sh") }
}

/// Runs a script to its end, and gives what it printed.
async fn output_of(spawn: Spawn) -> (String, Exit) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let spawn = Spawn { stdout: Output::To(writer.into()), ..spawn };
    let process = spawn.start().unwrap().release(DEADLINE).await.unwrap();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    (text, process.wait_exit().await.unwrap())
}

#[tokio::test]
async fn a_program_does_not_begin_before_it_may() {
    let directory = tempfile::tempdir().unwrap();
    let mark = directory.path().join("begun");
    let held = shell(&format!("echo > {}", mark.display())).start().unwrap();
    let reference = held.process();
    assert!(reference.is_alive());
    assert_eq!(ProcessRef::of(reference.pid).unwrap(), reference);
    assert!(!mark.exists());
    let process = held.release(DEADLINE).await.unwrap();
    assert_eq!(process.reference(), reference);
    assert_eq!(process.wait_exit().await.unwrap(), Exit::Code(0));
    assert!(mark.exists());
}

#[tokio::test]
async fn a_held_process_that_is_dropped_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let mark = directory.path().join("begun");
    let held = shell(&format!("echo > {}", mark.display())).start().unwrap();
    let pid = held.process().pid;
    drop(held);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    assert!(!mark.exists());
}

#[tokio::test]
async fn a_held_process_ends_when_its_keeper_dies() {
    // Two children, each forked while the other's gate is open, as the one that is forked second inherits it.
    let first = shell("exit 3").start().unwrap();
    let second = shell("exit 4").start().unwrap();
    let watched = [&first, &second].map(|held| held.process().open().unwrap());
    let abandoned = [first.abandon_gate(), second.abandon_gate()];
    for process in watched {
        tokio::time::timeout(DEADLINE, process.wait_exit()).await.unwrap().unwrap();
    }
    drop(abandoned);
}

#[tokio::test]
async fn a_program_finds_what_it_was_given() {
    let (input, mut feed) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut feed, b"from 9").unwrap();
    drop(feed);
    let directory = tempfile::tempdir().unwrap();
    let spawn = Spawn {
        environment: vec![("GREETING".into(), "hello".into())],
        directory: Some(directory.path().into()),
        descriptors: vec![(input.into(), 9)],
        umask: Some(0o027),
        nice: Some(5),
        limits: vec![(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })],
        ..shell("echo $GREETING; pwd; cat <&9; echo; umask; nice; ulimit -c; ls /proc/$$/fd; cat")
    };
    let spawn = Spawn {
        environment: [spawn.environment, vec![("PATH".into(), "/usr/bin:/bin".into())]].concat(),
        ..spawn
    };
    let (text, exit) = output_of(spawn).await;
    let here = directory.path().display();
    assert_eq!(text, format!("hello\n{here}\nfrom 9\n0027\n5\n0\n0\n1\n2\n9\n"));
    assert_eq!(exit, Exit::Code(0));
}

#[tokio::test]
async fn descriptors_may_swap_their_numbers() {
    let made: Vec<(OwnedFd, OwnedFd)> = (0..2)
        .map(|_| std::io::pipe().map(|(reader, writer)| (reader.into(), writer.into())).unwrap())
        .collect();
    let (readers, writers): (Vec<OwnedFd>, Vec<OwnedFd>) = made.into_iter().unzip();
    let numbers: Vec<i32> = readers.iter().map(std::os::fd::AsRawFd::as_raw_fd).collect();
    for (writer, text) in writers.iter().zip(["first", "second"]) {
        rustix::io::write(writer, text.as_bytes()).unwrap();
    }
    drop(writers);
    let [a, b] = numbers[..] else { panic!("two pipes") };
    let spawn = Spawn {
        descriptors: readers.into_iter().zip([b, a]).collect(),
        ..shell(&format!("cat /dev/fd/{a}; echo; cat /dev/fd/{b}"))
    };
    let spawn = Spawn { environment: vec![("PATH".into(), "/usr/bin:/bin".into())], ..spawn };
    assert_eq!(output_of(spawn).await.0, "second\nfirst");
}

#[tokio::test]
async fn a_program_leads_its_session_and_blocks_nothing() {
    let script = "read -r stat < /proc/self/stat; set -- $stat; echo $(($1 == $6)); grep -E 'Sig(Blk|Ign)' /proc/self/status";
    let spawn =
        Spawn { environment: vec![("PATH".into(), "/usr/bin:/bin".into())], ..shell(script) };
    let (text, _) = output_of(spawn).await;
    assert_eq!(text, "1\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

#[tokio::test]
async fn a_program_that_cannot_be_loaded_says_why() {
    let held = Spawn::new("/nonexistent/program").start().unwrap();
    let pid = held.process().pid;
    let error = held.release(DEADLINE).await.unwrap_err();
    let ProcessError::Child { step, error, .. } = error else { panic!("{error}") };
    assert_eq!((step, error.kind()), ("loading the program", io::ErrorKind::NotFound));
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_named() {
    let spawn = Spawn { directory: Some("/nonexistent".into()), ..shell("true") };
    let error = spawn.start().unwrap().release(DEADLINE).await.unwrap_err();
    assert!(matches!(error, ProcessError::Child { step: "entering its directory", .. }), "{error}");
}

#[test]
fn a_wrong_plan_starts_nothing() {
    let reason = |spawn: Spawn| match spawn.start() {
        Err(ProcessError::Plan { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(Spawn::new("sh")), "not an absolute path");
    assert_eq!(
        reason(Spawn { arguments: vec!["a\0b".into()], ..Spawn::new("/bin/sh") }),
        "a null byte in its words"
    );
    let null = || OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
    let descriptors = vec![(null(), 5), (null(), 5)];
    assert!(
        reason(Spawn { descriptors, ..Spawn::new("/bin/sh") }).starts_with("a descriptor's number")
    );
}

/// Runs a script that prints a line when it is ready.
async fn ready(spawn: Spawn) -> Process {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let spawn = Spawn { stdout: Output::To(writer.into()), ..spawn };
    let process = spawn.start().unwrap().release(DEADLINE).await.unwrap();
    reader.read_exact(&mut [0]).unwrap();
    process
}

#[tokio::test]
async fn a_process_that_listens_is_ended_politely() {
    let (input, writer) = std::io::pipe().unwrap();
    let script = shell("trap 'exit 7' TERM; cat <&9 > /dev/null & echo; wait");
    let process = ready(Spawn { descriptors: vec![(input.into(), 9)], ..script }).await;
    assert_eq!(process.end(DEADLINE).await.unwrap(), Exit::Code(7));
    drop(writer);
}

#[tokio::test]
async fn a_process_that_does_not_listen_is_killed() {
    let process = ready(shell("trap '' TERM; echo; kill -STOP $$")).await;
    assert_eq!(process.end(Duration::from_millis(20)).await.unwrap(), Exit::Signal(9));
    assert!(matches!(process.signal(Signal::TERM), Err(ProcessError::Gone { .. })));
    assert_eq!(process.end(DEADLINE).await.unwrap(), Exit::Signal(9));
}

#[tokio::test]
async fn a_process_is_found_again_and_no_other_taken_for_it() {
    let started = shell("exec cat /dev/fd/9 > /dev/null");
    let (reader, writer) = std::io::pipe().unwrap();
    let started = Spawn { descriptors: vec![(reader.into(), 9)], ..started };
    let process = started.start().unwrap().release(DEADLINE).await.unwrap();
    let reference = process.reference();
    let found = reference.open().unwrap();
    let impostor = ProcessRef { start_time: reference.start_time + 1, ..reference };
    assert!(!impostor.is_alive());
    assert!(matches!(impostor.open(), Err(ProcessError::Gone { .. })));
    found.signal(Signal::KILL).unwrap();
    assert_eq!(process.wait_exit().await.unwrap(), Exit::Signal(9));
    found.wait_exit().await.unwrap();
    assert!(!reference.is_alive());
    assert!(matches!(reference.open(), Err(ProcessError::Gone { .. })));
    drop(writer);
}

#[tokio::test]
async fn a_zombie_counts_as_ended() {
    let mut command = std::process::Command::new("/bin/sh");
    let mut child = command.arg0("sh").args(["-c", "exit 5"]).spawn().unwrap();
    let reference = ProcessRef::of(child.id().cast_signed()).unwrap();
    let id = rustix::process::Pid::from_child(&child);
    let options = rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT;
    rustix::process::waitid(rustix::process::WaitId::Pid(id), options).unwrap();
    assert!(!reference.is_alive());
    assert!(matches!(reference.open(), Err(ProcessError::Gone { .. })));
    child.wait().unwrap();
}
