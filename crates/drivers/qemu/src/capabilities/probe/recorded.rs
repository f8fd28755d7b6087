//! A QEMU that answers from a recording: what Debian 12's said, cut to what the tests look at.

use std::collections::BTreeMap;
use std::future::Future;

use qmp::scripted::Peer;
use qmp::{Monitor, Options};
use serde_json::Value;

use super::questions::{Fault, acceleration, common};
use crate::capabilities::{Accel, Emulator, ProbeError};

/// Answers by question.
pub(crate) type Recording = BTreeMap<String, Value>;

/// What it said without and with KVM.
pub(crate) fn recording(accel: Accel) -> Recording {
    let text = match accel {
        Accel::Tcg => include_str!("../../../tests/qmp/debian-12-tcg.json"),
        Accel::Kvm => include_str!("../../../tests/qmp/debian-12-kvm.json"),
    };
    serde_json::from_str(text).unwrap()
}

/// Asks the recording.
pub(super) async fn ask<T, F: Future<Output = Result<T, Fault>>>(
    recording: &Recording,
    questions: impl FnOnce(Monitor) -> F,
) -> Result<T, Fault> {
    let (socket, mut qemu) = Peer::pair().unwrap();
    let answering = async {
        qemu.greet().await.unwrap();
        while let Ok(Some(request)) = qemu.request().await {
            let mut key = request.name.clone();
            if request.arguments.as_object().is_some_and(|arguments| !arguments.is_empty()) {
                key = format!("{key} {}", sorted(&request.arguments));
            }
            let answered = match recording.get(&key) {
                Some(answer) => qemu.reply(&request, &answer.to_string()).await,
                None => qemu.refuse(&request, "CommandNotFound", "not recorded").await,
            };
            if answered.is_err() {
                break;
            }
        }
    };
    let asking = async {
        let (monitor, ..) = Monitor::attach(socket, Options::default()).await.unwrap();
        questions(monitor).await
    };
    let (answers, ()) = tokio::join!(asking, answering);
    answers
}

/// The emulator that recordings make.
pub(crate) async fn emulator(
    tcg: &Recording,
    kvm: Option<&Recording>,
) -> Result<Emulator, ProbeError> {
    let fault = |fault| match fault {
        Fault::Answer { question, reason } => {
            ProbeError::Answer { path: "/usr/bin/qemu".into(), question, reason }
        }
        Fault::Monitor(error) => {
            ProbeError::Monitor { path: "/usr/bin/qemu".into(), error, words: String::new() }
        }
    };
    let common = ask(tcg, common).await.map_err(fault)?;
    let by_tcg = ask(tcg, |monitor| acceleration(monitor, Accel::Tcg)).await.map_err(fault)?;
    let by_kvm = match kvm {
        Some(kvm) => ask(kvm, |monitor| acceleration(monitor, Accel::Kvm)).await.ok(),
        None => None,
    };
    common.emulator("/usr/bin/qemu-system-x86_64".as_ref(), Some(by_tcg), by_kvm)
}

fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.iter().collect();
            let members =
                members.iter().map(|(name, value)| format!("\"{name}\":{}", sorted(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
