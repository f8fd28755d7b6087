//! Title, description and the metadata of other programs.
#![forbid(unsafe_code)]

use e2e::{Daemon, Document};

#[test]
fn title_and_description_are_set_shown_and_removed() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    assert_eq!(daemon.virsh(["desc", &name]).word(), format!("No description for domain: {name}"));
    assert_eq!(
        daemon.virsh(["desc", &name, "--title"]).word(),
        format!("No title for domain: {name}")
    );
    assert_eq!(
        daemon.virsh(["desc", &name, "--config", "two words"]).word(),
        "Domain description updated successfully"
    );
    daemon.virsh(["desc", &name, "--config", "--title", "a title"]).ok();
    assert_eq!(daemon.virsh(["desc", &name]).word(), "two words");
    assert_eq!(daemon.virsh(["desc", &name, "--title"]).word(), "a title");
    let xml = daemon.virsh(["dumpxml", &name]).ok();
    assert!(
        xml.contains("  <title>a title</title>\n  <description>two words</description>\n"),
        "{xml}"
    );
    daemon.virsh(["desc", &name, "--config", "--title", ""]).ok();
    assert!(!daemon.virsh(["dumpxml", &name]).ok().contains("<title>"));
    daemon.virsh(["desc", "no-such-guest"]).fails("failed to get domain 'no-such-guest'");
}

#[test]
fn a_title_is_one_line() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    daemon
        .virsh(["desc", &name, "--config", "--title", "two\nlines"])
        .fails("metadata title can't contain newlines");
}

#[test]
fn a_running_guest_has_a_live_and_a_persistent_description() {
    let daemon = Daemon::start();
    let name = daemon.paused("guest");
    daemon.virsh(["desc", &name, "--live", "now"]).ok();
    daemon.virsh(["desc", &name, "--config", "later"]).ok();
    assert_eq!(daemon.virsh(["desc", &name, "--live"]).word(), "now");
    assert_eq!(daemon.virsh(["desc", &name, "--config"]).word(), "later");
    daemon.virsh(["undefine", &name]).ok();
    daemon
        .virsh(["desc", &name, "--config", "x"])
        .fails("transient domains do not have any persistent config");
}

#[test]
fn metadata_of_a_program_is_kept_under_its_namespace() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    let (ours, theirs) = ("urn:e2e:ours", "urn:e2e:theirs");
    let set = |uri: &str, key: &str, element: &str| {
        daemon.virsh(["metadata", &name, uri, "--config", "--key", key, "--set", element]).word()
    };
    assert_eq!(set(ours, "o", "<owner id='7'><team>a &amp; b</team></owner>"), "Metadata modified");
    set(theirs, "t", "<other/>");
    let got = daemon.virsh(["metadata", &name, ours, "--config"]).lines();
    assert_eq!(got, ["<owner id=\"7\">", "<team>a &amp; b</team>", "</owner>"]);
    let xml = daemon.virsh(["dumpxml", &name]).ok();
    assert!(xml.contains(&format!("<o:owner xmlns:o=\"{ours}\" id=\"7\">")), "{xml}");

    set(ours, "o", "<owner id='8'/>");
    assert_eq!(daemon.virsh(["metadata", &name, ours, "--config"]).word(), "<owner id=\"8\"/>");
    assert_eq!(
        daemon.virsh(["metadata", &name, ours, "--config", "--remove"]).word(),
        "Metadata removed"
    );
    let gone = "metadata not found: Requested metadata element is not present";
    daemon.virsh(["metadata", &name, ours, "--config"]).fails(gone);
    assert_eq!(daemon.virsh(["metadata", &name, theirs, "--config"]).word(), "<other/>");
}

#[test]
fn metadata_that_is_no_xml_is_refused() {
    let daemon = Daemon::start();
    let name = daemon.define(&Document::new(&daemon.name("guest")));
    daemon
        .virsh(["metadata", &name, "urn:e2e", "--config", "--key", "k", "--set", "<open>"])
        .fails("metadata");
    daemon
        .virsh(["metadata", &name, "urn:e2e", "--config"])
        .fails("Requested metadata element is not present");
}
