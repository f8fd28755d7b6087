//! What QEMU's own description of its monitor says about the few places that matter.
//!
//! `query-qmp-schema` answers with 200 kB; of it only the paths below are kept. A path is the name of
//! a command, `arg` or `ret`, then members; `+name` goes into the variant of that name, `^value` asks
//! for a value of an enumeration, `$feature` for a feature.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Names;

macro_rules! schema_paths {
    ($($(#[$doc:meta])* $name:ident = $path:literal,)*) => {
        /// A place in the schema of the monitor that we ask about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SchemaPath {
            $($(#[$doc])* $name,)*
        }

        impl SchemaPath {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The path as text.
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $path,)*
                }
            }
        }
    };
}

schema_paths! {
    /// `-device` takes JSON.
    DeviceJson = "device_add/$json-cli",
    /// A device given as JSON can be removed while the guest runs.
    DeviceJsonHotplug = "device_add/$json-cli-hotplug",
    /// `-netdev` takes JSON.
    NetdevJson = "netdev_add/arg/type/^stream",
    /// User-mode network.
    NetdevUser = "netdev_add/arg/type/^user",
    /// Network through a VDPA device.
    NetdevVdpa = "netdev_add/arg/type/^vhost-vdpa",
    /// `io_uring` for files.
    FileIoUring = "blockdev-add/arg/+file/aio/^io_uring",
    /// Dropping the host's cache when a disk migrates.
    FileDropCache = "blockdev-add/arg/+file/drop-cache",
    /// Clusters that were discarded keep their place.
    Qcow2DiscardNoUnref = "blockdev-add/arg/+qcow2/discard-no-unref",
    /// NVMe disks without the host's driver.
    BlockdevNvme = "blockdev-add/arg/driver/^nvme",
    /// A block device that limits rates.
    BlockdevThrottle = "blockdev-add/arg/driver/^throttle",
    /// The size of an image can be given apart from its format.
    BlockdevRawSize = "blockdev-add/arg/+raw/size",
    /// The clipboard of VNC and D-Bus.
    ChardevVdagent = "chardev-add/arg/backend/type/^qemu-vdagent",
    /// Character devices of SPICE.
    ChardevSpice = "chardev-add/arg/backend/type/^spicevmc",
    /// Log of a character device.
    ChardevLogfile = "chardev-add/arg/backend/+file/data/logfile",
    /// Reconnection of a socket, in ms.
    ChardevReconnectMs = "chardev-add/arg/backend/+socket/data/reconnect-ms",
    /// Display by SDL.
    DisplaySdl = "query-display-options/ret/type/^sdl",
    /// Display by EGL without a window.
    DisplayEglHeadless = "query-display-options/ret/type/^egl-headless",
    /// Display over D-Bus.
    DisplayDbus = "query-display-options/ret/type/^dbus",
    /// Memory encrypted by AMD SEV-SNP.
    ObjectSevSnp = "object-add/arg/qom-type/^sev-snp-guest",
    /// Memory encrypted by Intel TDX.
    ObjectTdx = "object-add/arg/qom-type/^tdx-guest",
    /// Threads of an I/O thread's pool.
    IothreadPoolMax = "object-add/arg/+iothread/thread-pool-max",
    /// Memory that is prepared by several threads.
    MemoryPreallocThreads = "object-add/arg/+memory-backend-ram/prealloc-threads",
    /// A picture of one of several displays.
    ScreendumpDevice = "screendump/arg/device",
    /// A picture in another format than PPM.
    ScreendumpFormat = "screendump/arg/format",
    /// What happens on shutdown and panic can be changed while the guest runs.
    SetAction = "set-action/arg/reboot",
    /// Which features of a CPU model are on their way out.
    CpuDeprecatedProps = "query-cpu-model-expansion/ret/deprecated-props",
    /// Migration to a file.
    MigrateChannels = "migrate/arg/channels",
}

/// How deep lists of lists are followed.
const LIST_DEPTH_LIMIT: usize = 4;

/// One entity of the schema. Names of types are numbers, which mean nothing elsewhere.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Entity {
    name: String,
    meta_type: String,
    arg_type: Option<String>,
    ret_type: Option<String>,
    element_type: Option<String>,
    members: Vec<Member>,
    variants: Vec<Variant>,
    /// Of an enumeration, before `members` told more.
    values: Vec<String>,
    features: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Member {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Variant {
    case: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The paths of [`SchemaPath::ALL`] that `schema`, a reply to `query-qmp-schema`, has.
///
/// # Errors
/// When it is not a list of entities.
pub(super) fn known_paths(schema: &RawValue) -> Result<Names, serde_json::Error> {
    let entities: Vec<Entity> = serde_json::from_str(schema.get())?;
    let by_name: HashMap<&str, &Entity> =
        entities.iter().map(|entity| (entity.name.as_str(), entity)).collect();
    let has = |path: &SchemaPath| has_path(&by_name, path.text());
    Ok(SchemaPath::ALL.iter().filter(|path| has(path)).map(|path| path.text()).collect())
}

fn has_path(entities: &HashMap<&str, &Entity>, path: &str) -> bool {
    let mut steps = path.split('/');
    let Some(mut at) = steps.next().and_then(|name| entities.get(name)).copied() else {
        return false;
    };
    for step in steps {
        at = element(entities, at);
        if let Some(feature) = step.strip_prefix('$') {
            return at.features.iter().any(|known| known == feature);
        }
        if let Some(value) = step.strip_prefix('^') {
            return at.values.iter().any(|known| known == value)
                || at.meta_type == "enum" && at.members.iter().any(|known| known.name == value);
        }
        match below(at, step).and_then(|kind| entities.get(kind)) {
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}

/// What a list holds. A description that goes round in circles is left at some turn.
fn element<'a>(entities: &HashMap<&str, &'a Entity>, mut at: &'a Entity) -> &'a Entity {
    for _ in 0..LIST_DEPTH_LIMIT {
        match at.element_type.as_deref().and_then(|kind| entities.get(kind)) {
            Some(element) => at = element,
            None => break,
        }
    }
    at
}

/// The type that one step leads to.
fn below<'a>(entity: &'a Entity, step: &str) -> Option<&'a str> {
    match (entity.meta_type.as_str(), step) {
        ("command", "arg") => entity.arg_type.as_deref(),
        ("command", "ret") => entity.ret_type.as_deref(),
        _ => match step.strip_prefix('+') {
            Some(case) => {
                entity.variants.iter().find(|known| known.case == case).map(|v| v.kind.as_str())
            }
            None => entity.members.iter().find(|known| known.name == step).map(|m| m.kind.as_str()),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::to_raw_value;
    use serde_json::{Value, json};

    use super::{SchemaPath, known_paths};

    fn paths(schema: &Value) -> Vec<String> {
        let names = known_paths(&to_raw_value(schema).unwrap()).unwrap();
        names.iter().map(str::to_owned).collect()
    }

    #[test]
    fn members_variants_values_and_features_are_found() {
        let schema = json!([
            {"name": "device_add", "meta-type": "command", "arg-type": "1", "features": ["json-cli"]},
            {"name": "blockdev-add", "meta-type": "command", "arg-type": "2"},
            {"name": "2", "meta-type": "object", "tag": "driver", "future": {},
             "members": [{"name": "driver", "type": "3"}],
             "variants": [{"case": "file", "type": "4"}]},
            {"name": "3", "meta-type": "enum", "values": ["file"], "members": [{"name": "nvme"}]},
            {"name": "4", "meta-type": "object", "members": [{"name": "drop-cache", "type": "bool"}]},
            {"name": "bool", "meta-type": "builtin"},
        ]);
        assert_eq!(
            paths(&schema),
            [SchemaPath::FileDropCache, SchemaPath::BlockdevNvme, SchemaPath::DeviceJson]
                .map(|path| path.text().to_owned())
                .into_iter()
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_schema_that_refers_to_itself_or_to_nothing_ends() {
        let schema = json!([
            {"name": "screendump", "meta-type": "command", "arg-type": "9"},
            {"name": "migrate", "meta-type": "command", "arg-type": "1"},
            {"name": "1", "meta-type": "object", "members": [{"name": "channels", "type": "1"}]},
            {"name": "set-action", "meta-type": "command", "arg-type": "2"},
            {"name": "2", "meta-type": "array", "element-type": "2"},
        ]);
        assert_eq!(paths(&schema), ["migrate/arg/channels"]);
    }
}
