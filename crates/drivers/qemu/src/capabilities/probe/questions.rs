//! What is asked, and how the answers become an [`Emulator`].
//!
//! A question that this QEMU does not know is answered by nothing. An answer that is there must make
//! sense; what it says beyond what we know is left aside.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::Pin;
use std::task::Poll;

use qmp::{Command, Monitor, QmpError, Version};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::ProbeError;
use crate::capabilities::cpu::CpuData;
use crate::capabilities::schema::known_paths;
use crate::capabilities::{
    Accel, Acceleration, CpuModel, Emulator, Gic, Machine, Names, PROBED_TYPES, Sev, Sgx,
};

/// Most CPU models that are looked into; QEMU has a tenth of that.
const MODELS_LIMIT: usize = 1024;

/// Most machine types that are kept; QEMU has a tenth of that.
const MACHINES_LIMIT: usize = 4096;

/// Why the questions came to no end.
#[derive(Debug)]
pub(super) enum Fault {
    /// The connection.
    Monitor(QmpError),
    /// An answer.
    Answer { question: &'static str, reason: String },
}

/// What does not depend on how instructions are executed.
pub(super) struct Common {
    version: Version,
    target: String,
    commands: Names,
    types: Names,
    properties: BTreeMap<String, Names>,
    schema: Names,
    options: BTreeMap<String, Names>,
    migration_capabilities: Names,
    tpm_models: Names,
    tpm_types: Names,
    machines: Vec<Machine>,
}

/// What does.
pub(super) struct Accelerated {
    accel: Acceleration,
    gic: Vec<Gic>,
    sev: Option<Sev>,
    sgx: Option<Sgx>,
}

impl Common {
    /// Puts the answers together.
    pub(super) fn emulator(
        self,
        path: &Path,
        tcg: Option<Accelerated>,
        kvm: Option<Accelerated>,
    ) -> Result<Emulator, ProbeError> {
        let triple = self.version.qemu;
        if self.target.is_empty() {
            let reason = "no target".to_owned();
            return Err(ProbeError::Answer { path: path.into(), question: "query-target", reason });
        }
        let host = kvm.as_ref().or(tcg.as_ref());
        Ok(Emulator {
            path: path.into(),
            version: (triple.major, triple.minor, triple.micro),
            package: self.version.package,
            target: self.target,
            commands: self.commands,
            types: self.types,
            properties: self.properties,
            schema: self.schema,
            options: self.options,
            switches: Names::default(),
            migration_capabilities: self.migration_capabilities,
            tpm_models: self.tpm_models,
            tpm_types: self.tpm_types,
            gic: host.map(|host| host.gic.clone()).unwrap_or_default(),
            sev: host.and_then(|host| host.sev.clone()),
            sgx: host.and_then(|host| host.sgx.clone()),
            machines: self.machines,
            tcg: tcg.map(|tcg| tcg.accel),
            kvm: kvm.map(|kvm| kvm.accel),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Target {
    arch: String,
}

/// Asks for all that is the same with every accelerator.
pub(super) async fn common(monitor: Monitor) -> Result<Common, Fault> {
    let ask = Ask(&monitor);
    let kinds =
        |of: &'static str| ask.maybe::<Vec<Named>>("qom-list-types", json!({"implements": of}));
    let nothing = || json!({});
    let (version, target, commands, devices, objects, machines, schema) = tokio::try_join!(
        ask.must::<Version>("query-version"),
        ask.must::<Target>("query-target"),
        ask.must::<Vec<Named>>("query-commands"),
        kinds("device"),
        kinds("user-creatable"),
        ask.must::<Vec<qmp::commands::Machine>>("query-machines"),
        ask.maybe::<Box<RawValue>>("query-qmp-schema", nothing()),
    )?;
    let (options, migration, tpm_models, tpm_types, properties) = tokio::try_join!(
        ask.maybe::<Vec<qmp::commands::CommandLineOption>>("query-command-line-options", nothing()),
        ask.maybe::<Vec<qmp::commands::MigrationCapability>>(
            "query-migrate-capabilities",
            nothing()
        ),
        ask.maybe::<Vec<String>>("query-tpm-models", nothing()),
        ask.maybe::<Vec<String>>("query-tpm-types", nothing()),
        all(PROBED_TYPES.iter().map(|kind| properties_of(ask, kind)).collect()),
    )?;
    let types = [devices, objects].into_iter().flatten().flatten().map(|kind| kind.name);
    let option = |option: qmp::commands::CommandLineOption| {
        (option.option, option.parameters.into_iter().map(|parameter| parameter.name).collect())
    };
    Ok(Common {
        version,
        target: target.arch,
        commands: commands.into_iter().map(|command| command.name).collect(),
        types: types.collect(),
        properties: properties.into_iter().flatten().collect(),
        schema: match schema {
            Some(schema) => known_paths(&schema).map_err(|e| nonsense("query-qmp-schema", e))?,
            None => Names::default(),
        },
        options: options.into_iter().flatten().map(option).collect(),
        migration_capabilities: migration
            .into_iter()
            .flatten()
            .map(|known| known.capability)
            .collect(),
        tpm_models: tpm_models.unwrap_or_default().into_iter().collect(),
        tpm_types: tpm_types.unwrap_or_default().into_iter().collect(),
        machines: machines_in_order(machines),
    })
}

async fn properties_of(ask: Ask<'_>, kind: &str) -> Result<Option<(String, Names)>, Fault> {
    let device = kind.ends_with("-machine") || kind.starts_with("memory-backend-");
    let question = if device { "qom-list-properties" } else { "device-list-properties" };
    let mut found = ask.maybe::<Vec<Named>>(question, json!({"typename": kind})).await?;
    if found.is_none() && !device {
        found = ask.maybe("qom-list-properties", json!({"typename": kind})).await?;
    }
    Ok(found.map(|names| (kind.to_owned(), names.into_iter().map(|known| known.name).collect())))
}

/// The default first, then in QEMU's order; without the machine that has nothing.
fn machines_in_order(machines: Vec<qmp::commands::Machine>) -> Vec<Machine> {
    let mut known: Vec<Machine> = machines
        .into_iter()
        .filter(|machine| machine.name != "none" && !machine.name.is_empty())
        .take(MACHINES_LIMIT)
        .map(|machine| Machine {
            // `-x86_64-cpu`, `-arm-cpu`: what follows the model is the name of its type.
            default_cpu: machine.default_cpu_type.as_deref().map(model_of_type),
            name: machine.name,
            alias: machine.alias,
            is_default: machine.is_default,
            deprecated: machine.deprecated,
            hotpluggable_cpus: machine.hotpluggable_cpus,
            max_cpus: machine.cpu_max,
            numa_mem: machine.numa_mem_supported,
            default_ram_id: machine.default_ram_id,
            acpi: machine.acpi,
        })
        .collect();
    known.sort_by_key(|machine| !machine.is_default);
    known
}

fn model_of_type(kind: &str) -> String {
    let model = kind.strip_suffix("-cpu").and_then(|kind| kind.rsplit_once('-'));
    model.map_or(kind, |(model, _)| model).to_owned()
}

/// Asks for what depends on the accelerator.
pub(super) async fn acceleration(monitor: Monitor, accel: Accel) -> Result<Accelerated, Fault> {
    let ask = Ask(&monitor);
    let nothing = || json!({});
    let (kvm, definitions, gic, sev, sgx) = tokio::try_join!(
        ask.maybe::<qmp::commands::KvmSupport>("query-kvm", nothing()),
        ask.maybe::<Vec<qmp::commands::CpuDefinition>>("query-cpu-definitions", nothing()),
        ask.maybe::<Vec<Gic>>("query-gic-capabilities", nothing()),
        ask.maybe::<Sev>("query-sev-capabilities", nothing()),
        ask.maybe::<Sgx>("query-sgx-capabilities", nothing()),
    )?;
    if accel == Accel::Kvm && !kvm.is_some_and(|kvm| kvm.enabled) {
        return Err(nonsense("query-kvm", "not enabled although nothing else was asked for"));
    }
    let models = models_of(definitions.unwrap_or_default());
    // Without `migratable` the host's CPU comes with what cannot move to another host.
    let host = match accel {
        Accel::Kvm => json!({"name": "host", "props": {"migratable": false}}),
        Accel::Tcg => json!({"name": "max"}),
    };
    let hyperv = json!({"name": "host", "props": {"hv-passthrough": true}});
    let (host_cpu, hyperv) = tokio::try_join!(ask.expanded("full", host), async {
        match accel {
            Accel::Kvm => ask.expanded("full", hyperv).await,
            Accel::Tcg => Ok(None),
        }
    },)?;
    let on = |(name, value): (String, Value)| {
        (name.starts_with("hv-") && value == Value::Bool(true)).then_some(name)
    };
    Ok(Accelerated {
        accel: Acceleration {
            cpu_models: models,
            host_cpu: host_cpu.map(|properties| data(&properties)),
            hyperv: hyperv.into_iter().flatten().filter_map(on).collect(),
        },
        gic: gic.unwrap_or_default(),
        sev,
        sgx,
    })
}

/// The models a guest is given by name: no versions of them, and none that is the host by another name.
fn models_of(definitions: Vec<qmp::commands::CpuDefinition>) -> Vec<CpuModel> {
    let version = |name: &str| {
        name.rsplit_once("-v").is_some_and(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()))
    };
    let named = |name: &str| !matches!(name, "" | "host" | "max" | "base") && !version(name);
    definitions
        .into_iter()
        .filter(|model| named(&model.name))
        .take(MODELS_LIMIT)
        .map(|model| CpuModel {
            name: model.name,
            blockers: model.unavailable_features.unwrap_or_default(),
            deprecated: model.deprecated,
        })
        .collect()
}

fn data(properties: &Map<String, Value>) -> CpuData {
    CpuData::from_properties(properties.iter().map(|(name, value)| (name.as_str(), value)))
}

/// The asking side of a monitor.
#[derive(Clone, Copy)]
struct Ask<'a>(&'a Monitor);

impl Ask<'_> {
    /// Asks what every QEMU can answer.
    async fn must<T: DeserializeOwned>(self, question: &'static str) -> Result<T, Fault> {
        let answer = self.maybe(question, json!({})).await?;
        answer.ok_or_else(|| nonsense(question, "refused"))
    }

    /// Asks what this QEMU may not know.
    async fn maybe<T: DeserializeOwned>(
        self,
        question: &'static str,
        arguments: Value,
    ) -> Result<Option<T>, Fault> {
        match self.0.execute_as(&Command::with(question, arguments)).await {
            Ok(answer) => Ok(Some(answer)),
            Err(QmpError::Refused { .. }) => Ok(None),
            Err(error @ QmpError::Decode { .. }) => Err(nonsense(question, error)),
            Err(error) => Err(Fault::Monitor(error)),
        }
    }

    /// The properties of a CPU model.
    async fn expanded(
        self,
        depth: &'static str,
        model: Value,
    ) -> Result<Option<Map<String, Value>>, Fault> {
        let arguments = json!({"type": depth, "model": model});
        let answer: Option<Expansion> = self.maybe("query-cpu-model-expansion", arguments).await?;
        Ok(answer.map(|answer| answer.model.props))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Expansion {
    model: Expanded,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Expanded {
    props: Map<String, Value>,
}

fn nonsense(question: &'static str, reason: impl ToString) -> Fault {
    Fault::Answer { question, reason: reason.to_string() }
}

/// Runs all futures at once in this task, and gives their results in order, or the first error.
async fn all<T, F: Future<Output = Result<T, Fault>>>(futures: Vec<F>) -> Result<Vec<T>, Fault> {
    let mut pending: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<T>> = pending.iter().map(|_| None).collect();
    poll_fn(move |cx| {
        for (future, done) in pending.iter_mut().zip(&mut done) {
            if done.is_none()
                && let Poll::Ready(result) = future.as_mut().poll(cx)
            {
                match result {
                    Ok(value) => *done = Some(value),
                    Err(fault) => return Poll::Ready(Err(fault)),
                }
            }
        }
        if done.iter().any(Option::is_none) {
            return Poll::Pending;
        }
        Poll::Ready(Ok(done.iter_mut().filter_map(Option::take).collect()))
    })
    .await
}
