//! What is defined is on disk, and what is on disk is found again.

use std::path::Path;
use std::sync::Arc;

use api::remote::NetworkDefineXml;
use api::{Error, ErrorCode, ErrorDomain, Procedure, Result, Uuid};
use driver::{CallContext, Client, ClientAccess, ObjectKind, Peer};

use crate::{Candidate, Definitions, Kind, Others, Place};

/// A document: a UUID, a name, and a word that nobody else may have.
#[derive(Debug, Clone, PartialEq)]
struct Note {
    uuid: Uuid,
    name: String,
    word: String,
}

struct Notes;

impl Kind for Notes {
    type Document = Note;
    type State = ();

    const OBJECT: ObjectKind = ObjectKind::Network;
    const NOUN: &'static str = "note";
    const DOMAIN: ErrorDomain = ErrorDomain::NETWORK;
    const MISSING: ErrorCode = ErrorCode::NO_NETWORK;
    const EDIT: &'static str = "an editor";

    fn uuid(note: &Note) -> Option<Uuid> {
        Some(note.uuid)
    }

    fn name(note: &Note) -> String {
        note.name.clone()
    }

    fn read(text: &str) -> Result<Note, config::Error> {
        let broken = || config::Error::xml("it is no note");
        let last = text.lines().last().ok_or_else(broken)?;
        let words: Vec<&str> = last.split(' ').collect();
        let [uuid, name, word] = words.as_slice() else { return Err(broken()) };
        let uuid = uuid.parse().map_err(|_| broken())?;
        Ok(Note { uuid, name: (*name).to_owned(), word: (*word).to_owned() })
    }

    fn print(note: &Note) -> String {
        format!("{} {} {}", note.uuid, note.name, note.word)
    }
}

fn uuid(number: u8) -> Uuid {
    Uuid([number; 16])
}

fn context() -> CallContext {
    let client = Arc::new(Client::new(1, Peer::default()));
    CallContext::new(NetworkDefineXml::ROW, client, ClientAccess::ReadWrite, Vec::new())
}

fn load(directory: &Path) -> Definitions<Notes> {
    Definitions::load(&Place::with_autostart(directory.to_owned())).unwrap()
}

fn candidate(number: u8, name: &str, word: &str) -> Candidate<Notes> {
    let note = Note { uuid: uuid(number), name: name.to_owned(), word: word.to_owned() };
    let identity = Notes::identity(&note);
    let complete = Box::new(move |others: &Others<'_, Notes>| {
        match others.documents().find(|other| other.word == note.word) {
            Some(other) => Err(Error::operation_failed(
                Notes::DOMAIN,
                format!("'{}' has the word", other.name),
            )),
            None => Ok(note.clone()),
        }
    });
    Candidate { uuid: uuid(number), name: name.to_owned(), identity, complete }
}

async fn define(notes: &Definitions<Notes>, number: u8, name: &str, word: &str) -> Result<()> {
    notes.define(&context(), &candidate(number, name, word)).await.map(drop)
}

/// Everything that a daemon knows: name, word, whether it starts with it.
fn known(notes: &Definitions<Notes>) -> Vec<(String, String, bool)> {
    let views = notes.all().into_iter().map(|note| note.view().unwrap());
    let mut known: Vec<_> = views
        .map(|view| (view.document.name.clone(), view.document.word.clone(), view.autostart))
        .collect();
    known.sort();
    known
}

fn entry(name: &str, word: &str, autostart: bool) -> (String, String, bool) {
    (name.to_owned(), word.to_owned(), autostart)
}

#[tokio::test]
async fn what_is_acknowledged_is_found_by_the_next_daemon() {
    let directory = tempfile::tempdir().unwrap();
    let notes = load(directory.path());
    define(&notes, 1, "a", "x").await.unwrap();
    define(&notes, 2, "b", "y").await.unwrap();
    notes.set_autostart(&notes.named("a").unwrap(), true).await.unwrap();
    notes.set_autostart(&notes.named("b").unwrap(), true).await.unwrap();
    define(&notes, 1, "a", "z").await.unwrap();
    let expected = [entry("a", "z", true), entry("b", "y", true)];
    assert_eq!(known(&notes), expected);
    assert_eq!(known(&load(directory.path())), expected);
    notes.undefine(&notes.find(uuid(2), "").unwrap()).await.unwrap();
    define(&notes, 2, "b", "y").await.unwrap();
    notes.set_autostart(&notes.named("a").unwrap(), false).await.unwrap();
    let expected = [entry("a", "z", false), entry("b", "y", false)];
    assert_eq!(known(&load(directory.path())), expected);
}

#[tokio::test]
async fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("notes");
    let notes = load(&place);
    define(&notes, 1, "a", "x").await.unwrap();
    notes.set_autostart(&notes.named("a").unwrap(), true).await.unwrap();
    let mode =
        |path: &str| std::fs::metadata(place.join(path)).unwrap().permissions().mode() & 0o777;
    let modes = ["", "autostart", "a.xml", "autostart/a.xml"].map(mode);
    assert_eq!(modes, [0o700, 0o700, 0o600, 0o600]);
}

#[tokio::test]
async fn a_name_and_a_uuid_belong_together() {
    let directory = tempfile::tempdir().unwrap();
    let notes = load(directory.path());
    define(&notes, 1, "a", "x").await.unwrap();
    let one = uuid(1);
    let refused = |outcome: Result<()>| {
        let error = outcome.unwrap_err();
        assert_eq!(error.code, ErrorCode::OPERATION_FAILED);
        error.detail.unwrap()
    };
    assert_eq!(
        refused(define(&notes, 1, "b", "y").await),
        format!("note 'a' is already defined with uuid {one}")
    );
    assert_eq!(
        refused(define(&notes, 2, "a", "y").await),
        format!("note 'a' already exists with uuid {one}")
    );
    assert_eq!(refused(define(&notes, 2, "b", "x").await), "'a' has the word");
    assert_eq!(known(&notes), [entry("a", "x", false)]);
    let missing = notes.find(uuid(3), "c").err().unwrap();
    assert_eq!(missing.code, ErrorCode::NO_NETWORK);
    let words = format!("no note with matching uuid '{}' (c)", uuid(3));
    assert_eq!(missing.detail.unwrap(), words);
}

#[tokio::test]
async fn what_cannot_be_saved_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let notes = load(directory.path());
    let long = "n".repeat(300);
    let error = define(&notes, 1, &long, "x").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::SYSTEM_ERROR);
    assert!(notes.named(&long).is_err() && notes.all().is_empty());
    // Neither its UUID nor its word is taken.
    define(&notes, 1, "a", "x").await.unwrap();
    // A known one stays as it was: its file is in the way of nothing but a directory.
    std::fs::remove_file(directory.path().join("a.xml")).unwrap();
    std::fs::create_dir(directory.path().join("a.xml")).unwrap();
    define(&notes, 1, "a", "y").await.unwrap_err();
    assert_eq!(known(&notes), [entry("a", "x", false)]);
}

/// Each state in which a daemon that was killed leaves a directory.
#[test]
fn a_daemon_killed_at_any_step_leaves_what_was_there_before_or_after() {
    let directory = tempfile::tempdir().unwrap();
    let (path, marks) = (directory.path(), directory.path().join("autostart"));
    let old = format!("{} a old", uuid(1));
    let new = format!("{} a new", uuid(1));
    std::fs::create_dir(&marks).unwrap();
    std::fs::write(path.join("a.xml"), &old).unwrap();
    // Before the rename: an unfinished file, empty or whole, beside the old one.
    for unfinished in ["", &new[..7], &new] {
        std::fs::write(path.join(".77-0.unfinished~"), unfinished).unwrap();
        assert_eq!(known(&load(path)), [entry("a", "old", false)]);
        assert!(!path.join(".77-0.unfinished~").exists());
    }
    // After it.
    std::fs::write(path.join("a.xml"), &new).unwrap();
    assert_eq!(known(&load(path)), [entry("a", "new", false)]);
    // An undefinition: the mark goes first, then the definition.
    std::fs::write(marks.join("a.xml"), "").unwrap();
    assert_eq!(known(&load(path)), [entry("a", "new", true)]);
    std::fs::remove_file(marks.join("a.xml")).unwrap();
    assert_eq!(known(&load(path)), [entry("a", "new", false)]);
    std::fs::remove_file(path.join("a.xml")).unwrap();
    assert_eq!(known(&load(path)), []);
}

#[test]
fn a_broken_file_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let (one, two) = (uuid(1), uuid(2));
    let files = [
        ("a.xml", format!("{one} a x")),
        ("broken.xml", "<".to_owned()),
        // Its name is another's than the file's.
        ("c.xml", format!("{two} d x")),
        // Its UUID is a's.
        ("z.xml", format!("{one} z x")),
        ("other.txt", format!("{two} other x")),
    ];
    for (name, text) in &files {
        std::fs::write(path.join(name), text).unwrap();
    }
    std::fs::write(path.join("binary.xml"), b"\xff\xfe").unwrap();
    std::os::unix::fs::symlink(path.join("other.txt"), path.join("link.xml")).unwrap();
    assert_eq!(known(&load(path)), [entry("a", "x", false)]);
    for (name, text) in &files {
        assert_eq!(std::fs::read_to_string(path.join(name)).unwrap(), *text);
    }
    assert!(path.join("binary.xml").exists() && path.join("link.xml").exists());
}

/// Definitions and undefinitions of few objects by many at a time: memory and disk agree.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_of_one_object_are_made_one_after_the_other() {
    let directory = tempfile::tempdir().unwrap();
    let notes = Arc::new(load(directory.path()));
    let mut tasks = Vec::new();
    for task in 0..8_u8 {
        let notes = Arc::clone(&notes);
        tasks.push(tokio::spawn(async move {
            for turn in 0..12_u8 {
                let number = 1 + (task + turn) % 3;
                let name = format!("n{number}");
                match (task + turn) % 4 {
                    0 => {
                        if let Ok(note) = notes.named(&name) {
                            // Another task may have been first.
                            let _ = notes.undefine(&note).await;
                        }
                    }
                    1 => {
                        if let Ok(note) = notes.named(&name) {
                            let _ = notes.set_autostart(&note, turn % 2 == 0).await;
                        }
                    }
                    _ => {
                        let word = format!("{number}-{task}-{turn}");
                        define(&notes, number, &name, &word).await.unwrap();
                    }
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(known(&load(directory.path())), known(&notes));
}

/// Two want one word at the same time: one is refused, however they meet.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_document_on_its_way_counts() {
    let directory = tempfile::tempdir().unwrap();
    let notes = Arc::new(load(directory.path()));
    for round in 0..20_u8 {
        let word = format!("w{round}");
        let tasks = [1 + 2 * round, 2 + 2 * round].map(|number| {
            let (notes, word) = (Arc::clone(&notes), word.clone());
            tokio::spawn(async move {
                define(&notes, number, &format!("n{number}"), &word).await.is_ok()
            })
        });
        let [one, other] = tasks;
        assert!(one.await.unwrap() != other.await.unwrap(), "round {round}");
    }
}
