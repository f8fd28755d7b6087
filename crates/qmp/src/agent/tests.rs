use super::*;
use crate::scripted::Peer;
use serde_json::Value;

const SHORT: Duration = Duration::from_millis(40);

fn patient() -> AgentOptions {
    AgentOptions {
        sync_deadline: Duration::from_secs(20),
        command_deadline: Duration::from_secs(20),
    }
}

fn connected(options: AgentOptions) -> (Agent, Peer) {
    let (socket, guest) = Peer::pair().unwrap();
    (Agent::attach(socket, options), guest)
}

/// The agent's proof that it listens.
async fn synchronise(guest: &mut Peer) -> io::Result<()> {
    let sync = guest.expect("guest-sync-delimited").await?;
    guest.send(&[DELIMITER]).await?;
    guest.reply(&sync, &sync.arguments["id"].to_string()).await
}

#[tokio::test]
async fn a_command_follows_the_proof() {
    let (agent, mut guest) = connected(patient());
    let command = Command::new("guest-get-host-name");
    let (answer, script) = tokio::join!(agent.execute_as::<Value>(&command), async {
        synchronise(&mut guest).await?;
        let request = guest.expect("guest-get-host-name").await?;
        guest.reply(&request, "{\"host-name\": \"g\"}").await
    });
    script.unwrap();
    assert_eq!(answer.unwrap(), json!({"host-name": "g"}));
}

#[tokio::test]
async fn a_silent_agent_fails_at_its_deadline() {
    let (agent, _guest) = connected(AgentOptions { sync_deadline: SHORT, ..patient() });
    let answer = agent.execute_as::<Value>(&Command::new("guest-ping")).await;
    assert!(matches!(answer, Err(AgentError::Silent { deadline }) if deadline == SHORT));
}

#[tokio::test]
async fn a_late_answer_is_not_the_next_ones() {
    let (agent, mut guest) = connected(patient());
    let impatient = agent.within(SHORT);
    let slow = Command::new("guest-slow");
    let (answer, late) = tokio::join!(impatient.execute_as::<Value>(&slow), async {
        synchronise(&mut guest).await?;
        guest.expect("guest-slow").await
    });
    assert!(matches!(answer, Err(AgentError::Timeout { command, .. }) if command == "guest-slow"));

    let ping = Command::new("guest-ping");
    let (answer, script) = tokio::join!(agent.execute_as::<Value>(&ping), async {
        guest.reply(&late.unwrap(), "\"late\"").await?;
        guest.send_line("{\"return\": 17}").await?;
        synchronise(&mut guest).await?;
        let request = guest.expect("guest-ping").await?;
        guest.reply(&request, "\"in time\"").await
    });
    script.unwrap();
    assert_eq!(answer.unwrap(), json!("in time"));
}

#[tokio::test]
async fn an_old_number_proves_nothing() {
    let (agent, mut guest) = connected(AgentOptions { sync_deadline: SHORT, ..patient() });
    let ping = Command::new("guest-ping");
    let (answer, script) = tokio::join!(agent.execute_as::<Value>(&ping), async {
        let sync = guest.expect("guest-sync-delimited").await?;
        guest.send(&[DELIMITER]).await?;
        guest.reply(&sync, "1").await
    });
    script.unwrap();
    assert!(matches!(answer, Err(AgentError::Silent { .. })));
}

#[tokio::test]
async fn an_unfinished_line_does_not_swallow_the_proof() {
    let (agent, mut guest) = connected(patient());
    let ping = Command::new("guest-ping");
    let (answer, script) = tokio::join!(agent.execute_raw("{\"execute\":\"guest-ping\"}"), async {
        guest.send(b"{\"return\": \"half a li").await?;
        synchronise(&mut guest).await?;
        let request = guest.expect(ping.name()).await?;
        guest.refuse(&request, "CommandDisabled", "no").await
    });
    script.unwrap();
    assert_eq!(answer.unwrap(), r#"{"error":{"class":"CommandDisabled","desc":"no"}}"#);
}

#[tokio::test]
async fn a_second_caller_waits_its_turn() {
    let (agent, mut guest) = connected(patient());
    let calls = ["guest-one", "guest-two"].map(|name| {
        let agent = agent.clone();
        tokio::spawn(async move { agent.execute_as::<Value>(&Command::new(name)).await })
    });
    for _ in 0..2 {
        synchronise(&mut guest).await.unwrap();
        let request = guest.request().await.unwrap().unwrap();
        guest.reply(&request, &Value::from(request.name.as_str()).to_string()).await.unwrap();
    }
    let [one, two] = calls;
    assert_eq!(
        (one.await.unwrap().unwrap(), two.await.unwrap().unwrap()),
        (json!("guest-one"), json!("guest-two"))
    );
}

#[tokio::test]
async fn a_caller_that_waits_too_long_is_told_so() {
    let (agent, mut guest) = connected(AgentOptions { sync_deadline: SHORT, ..patient() });
    let first = tokio::spawn({
        let agent = agent.clone();
        async move { agent.execute_as::<Value>(&Command::new("guest-slow")).await }
    });
    synchronise(&mut guest).await.unwrap();
    guest.expect("guest-slow").await.unwrap();
    assert!(matches!(
        agent.execute_as::<Value>(&Command::new("guest-ping")).await,
        Err(AgentError::Busy)
    ));
    drop(guest);
    assert!(matches!(first.await.unwrap(), Err(AgentError::Closed(Disconnect::EndOfFile))));
}

#[tokio::test]
async fn a_command_without_answer_succeeds_in_silence() {
    let (agent, mut guest) = connected(patient());
    let shutdown = Command::new("guest-shutdown");
    let (done, script) =
        tokio::join!(agent.execute_unanswered(&shutdown, SHORT), synchronise(&mut guest));
    script.unwrap();
    done.unwrap();
}

#[tokio::test]
async fn a_command_without_answer_may_be_refused() {
    let (agent, mut guest) = connected(patient());
    let shutdown = Command::new("guest-shutdown");
    let (done, script) =
        tokio::join!(agent.execute_unanswered(&shutdown, Duration::from_secs(20)), async {
            synchronise(&mut guest).await?;
            let request = guest.expect("guest-shutdown").await?;
            guest.refuse(&request, "GenericError", "no").await
        });
    script.unwrap();
    assert!(matches!(done, Err(AgentError::Refused { error, .. }) if error.desc == "no"));
}

#[tokio::test]
async fn a_guest_that_never_ends_a_line_is_cut_off() {
    let (agent, mut guest) = connected(patient());
    let call =
        tokio::spawn(async move { agent.execute_as::<Value>(&Command::new("guest-ping")).await });
    // The agent stops reading in the middle, so the last writes fail.
    let _ = guest.send(&vec![b'a'; LINE_LIMIT + 65536]).await;
    assert!(matches!(call.await.unwrap(), Err(AgentError::Closed(Disconnect::LineTooLong { .. }))));
}
