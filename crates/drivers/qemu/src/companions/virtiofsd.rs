//! Daemons of shared directories: `virtiofsd`.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use api::{Error, Result};
use config::OnOff;
use config::domain::peripheral::{
    Filesystem, FilesystemBinary, FilesystemCache, FilesystemDriverType, FilesystemSandbox,
};
use host::process::Spawn;

use super::description::{Serves, program};
use super::{Plan, environment};
use crate::errors::QEMU;

/// The number at which a daemon finds its socket.
const SOCKET_FD: i32 = 3;

/// Whether a shared directory has a daemon that is ours to run.
pub(crate) fn is_ours(filesystem: &Filesystem) -> bool {
    let source = filesystem.source.as_ref();
    filesystem.driver.kind == Some(FilesystemDriverType::Virtiofs)
        && source.is_none_or(|source| source.socket.is_none())
}

/// Chooses the program of each shared directory whose document names none.
///
/// # Errors
/// `OPERATION_FAILED` when the host has none.
pub(crate) fn choose(document: &mut config::Domain) -> Result<()> {
    for filesystem in document.devices.filesystems.iter_mut().filter(|it| is_ours(it)) {
        let binary = filesystem.binary.get_or_insert_with(|| Box::new(unsaid()));
        if binary.path.is_none() {
            let found = program(Serves::Fs).ok_or_else(|| {
                Error::operation_failed(QEMU, "Unable to find a satisfying virtiofsd")
            })?;
            binary.path = Some(found.to_string_lossy().into());
        }
    }
    Ok(())
}

fn unsaid() -> FilesystemBinary {
    let (path, xattr, cache, sandbox, lock, thread_pool) = (None, None, None, None, None, None);
    FilesystemBinary { path, xattr, cache, sandbox, lock, thread_pool }
}

/// The daemon of a shared directory, which listens on `socket`.
///
/// # Errors
/// `INTERNAL_ERROR` when there is no such program or directory.
pub(crate) fn plan(filesystem: &Filesystem, socket: OwnedFd) -> Result<Plan> {
    let unsaid = unsaid();
    let binary = filesystem.binary.as_deref().unwrap_or(&unsaid);
    let path = PathBuf::from(binary.path.as_deref().unwrap_or_default());
    if !path.is_file() || rustix::fs::access(&path, rustix::fs::Access::EXEC_OK).is_err() {
        let detail = format!("virtiofsd binary '{}' is not executable", path.display());
        return Err(Error::internal(QEMU, detail));
    }
    let directory = filesystem.source.as_ref().and_then(|source| source.dir.as_deref());
    let directory = directory.unwrap_or_default();
    if !std::path::Path::new(directory).exists() {
        let detail = format!("the virtiofs export directory '{directory}' does not exist");
        return Err(Error::internal(QEMU, detail));
    }
    let mut spawn = Spawn::new(path);
    spawn.arguments = arguments(binary, directory).into_iter().map(Into::into).collect();
    spawn.environment = environment();
    spawn.descriptors = vec![(socket, SOCKET_FD)];
    Ok(Plan { name: "virtiofsd", spawn, log: None })
}

/// A value of an option, in which a comma would begin the next.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(',', "\\,")
}

fn arguments(binary: &FilesystemBinary, directory: &str) -> Vec<String> {
    let switch = |name: &str, on: Option<OnOff>| {
        on.map(|on| format!("{}{name}", if on == OnOff::On { "" } else { "no_" }))
    };
    let cache = binary.cache.and_then(|cache| cache.mode).map(FilesystemCache::word);
    let sandbox = binary.sandbox.and_then(|sandbox| sandbox.mode).map(FilesystemSandbox::word);
    // The options are one word, in which a comma ends each.
    let mut options = vec![format!("source={}", escaped(directory))];
    options.extend(cache.map(|cache| format!("cache={cache}")));
    options.extend(sandbox.map(|sandbox| format!("sandbox={sandbox}")));
    options.extend(switch("xattr", binary.xattr));
    options.extend(switch("flock", binary.lock.and_then(|lock| lock.flock)));
    options.extend(switch("posix_lock", binary.lock.and_then(|lock| lock.posix)));
    let mut words = vec![format!("--fd={SOCKET_FD}"), "-o".to_owned(), options.join(",")];
    words.extend(binary.thread_pool.map(|pool| format!("--thread-pool-size={}", pool.size)));
    words
}

#[cfg(test)]
mod tests {
    use config::domain::ParseFlags;

    use super::*;

    fn filesystem(inside: &str) -> Filesystem {
        let xml = format!(
            "<domain type='qemu'><name>a</name><os><type>hvm</type></os><devices>\
             <filesystem type='mount'><driver type='virtiofs'/>{inside}<target dir='t'/></filesystem>\
             </devices></domain>"
        );
        let document = config::Domain::parse(&xml, ParseFlags::Inactive).unwrap();
        document.devices.filesystems.into_iter().next().unwrap()
    }

    #[test]
    fn a_daemon_is_told_what_its_document_says() {
        for (inside, words) in [
            ("<binary/>", "--fd=3 -o source=/a\\,b"),
            (
                "<binary xattr='on'><cache mode='always'/><sandbox mode='chroot'/>\
                 <lock posix='on' flock='off'/><thread_pool size='16'/></binary>",
                "--fd=3 -o source=/a\\,b,cache=always,sandbox=chroot,xattr,no_flock,posix_lock --thread-pool-size=16",
            ),
            (
                "<binary xattr='off'><thread_pool size='0'/></binary>",
                "--fd=3 -o source=/a\\,b,no_xattr --thread-pool-size=0",
            ),
        ] {
            let filesystem = filesystem(inside);
            let told = arguments(filesystem.binary.as_deref().unwrap(), "/a,b");
            assert_eq!(told.join(" "), words);
        }
    }

    #[test]
    fn somebody_elses_daemon_is_left_alone() {
        assert!(is_ours(&filesystem("<source dir='/a'/>")));
        assert!(!is_ours(&filesystem("<source socket='/a'/>")));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let socket = || OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
        let refusal = |inside: &str| plan(&filesystem(inside), socket()).unwrap_err().message;
        let no_program = refusal("<binary path='/nonexistent/v'/><source dir='/'/>");
        assert!(no_program.ends_with("virtiofsd binary '/nonexistent/v' is not executable"));
        let no_directory = refusal("<binary path='/bin/sh'/><source dir='/nonexistent'/>");
        assert!(no_directory.ends_with("export directory '/nonexistent' does not exist"));
    }
}
