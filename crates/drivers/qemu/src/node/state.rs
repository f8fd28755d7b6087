//! What is kept about the host.

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use api::{Error, Result, Uuid};
use host::Root;
use host::kvm::Kvm;
use tokio::sync::{Mutex, OnceCell};

use super::unknown;
use crate::capabilities::document::{HostFacts, SecurityLabel, Surroundings, capabilities};
use crate::capabilities::firmware::Firmwares;
use crate::capabilities::{Arch, Emulator, Emulators};
use crate::errors::QEMU;

/// How long a printed document is as good as a new one; memory and huge pages change under it.
const DOCUMENT_LIFETIME: Duration = Duration::from_secs(5);

/// Images that exist in many distributions without a description.
const FALLBACK_LOADERS: [(&str, &[&str]); 3] = [
    ("aarch64", &["/usr/share/AAVMF/AAVMF_CODE.fd"]),
    ("i686", PC_LOADERS),
    ("x86_64", PC_LOADERS),
];
const PC_LOADERS: &[&str] =
    &["/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_CODE.secboot.fd"];

/// The host, and what is kept about it.
pub(crate) struct Node {
    pub(super) root: Root,
    uuid: OnceCell<Uuid>,
    document: Mutex<Option<Document>>,
}

struct Document {
    text: Arc<str>,
    printed: Instant,
    emulators: Vec<(Arch, Weak<Emulator>)>,
}

impl Document {
    fn is_current(&self, emulators: &[(Arch, Arc<Emulator>)]) -> bool {
        let known = self.emulators.iter().map(|(arch, emulator)| (*arch, emulator.as_ptr()));
        let present = emulators.iter().map(|(arch, emulator)| (*arch, Arc::as_ptr(emulator)));
        self.printed.elapsed() < DOCUMENT_LIFETIME && known.eq(present)
    }
}

impl Default for Node {
    fn default() -> Self {
        Self { root: Root::default(), uuid: OnceCell::new(), document: Mutex::default() }
    }
}

impl Node {
    /// Begins to find out what the emulators can do, so that nobody has to wait for it later.
    pub(crate) fn warm(emulators: &Emulators) {
        let emulators = emulators.clone();
        tokio::spawn(async move {
            emulators.all().await;
            // Their answers are read from documents of megabytes.
            host::memory::give_back();
        });
    }

    /// The capability document.
    ///
    /// # Errors
    /// When the kernel does not tell of its CPUs.
    pub(super) async fn capabilities(&self, emulators: &Emulators) -> Result<Arc<str>> {
        let emulators = emulators.all().await;
        // Those who ask while it is printed get the one that is printed.
        let mut kept = self.document.lock().await;
        if let Some(document) = kept.as_ref().filter(|document| document.is_current(&emulators)) {
            return Ok(Arc::clone(&document.text));
        }
        let (root, uuid) = (self.root.clone(), self.uuid().await);
        let weak =
            emulators.iter().map(|(arch, emulator)| (*arch, Arc::downgrade(emulator))).collect();
        let text = on_threads(move || {
            let facts = HostFacts::read(&root, uuid).map_err(|error| unknown(&error))?;
            Ok(Arc::from(capabilities(&facts, &security_labels(), &emulators)))
        });
        let text = text.await?;
        *kept =
            Some(Document { text: Arc::clone(&text), printed: Instant::now(), emulators: weak });
        Ok(text)
    }

    /// What decides with QEMU about guests of one architecture.
    ///
    /// # Errors
    /// When the daemon goes down meanwhile.
    pub(super) async fn surroundings(
        &self,
        arch: Arch,
        emulators: &Emulators,
    ) -> Result<Surroundings> {
        let (root, swtpm) = (self.root.clone(), emulators.swtpm().await);
        on_threads(move || {
            let images = FALLBACK_LOADERS.iter().find(|(name, _)| *name == arch.name);
            Ok(Surroundings {
                firmwares: Firmwares::of_host(),
                fallback_loaders: images
                    .into_iter()
                    .flat_map(|(_, paths)| *paths)
                    .map(PathBuf::from)
                    .collect(),
                kvm_max_vcpus: Kvm::open().ok().and_then(|kvm| kvm.max_vcpus()),
                swtpm,
                has_vfio: host::iommu::has_vfio(&root),
            })
        })
        .await
    }

    /// The machine's identity: what its firmware says, else one that belongs to this installation.
    async fn uuid(&self) -> Uuid {
        let find = || {
            let text = host::identity::system_uuid(&self.root)
                .or_else(|| host::identity::machine_id(&self.root))
                .unwrap_or_default();
            text.parse().unwrap_or_else(|_| Uuid::from_random(random()))
        };
        *self.uuid.get_or_init(|| async { find() }).await
    }
}

fn random() -> [u8; 16] {
    use config::Entropy;
    let mut bytes = [0; 16];
    crate::documents::SystemEntropy.fill(&mut bytes);
    bytes
}

/// What guests are confined by: they run as the daemon's own user.
pub(super) fn security_labels() -> Vec<SecurityLabel> {
    let label = |model: &str, label| SecurityLabel { model: model.into(), doi: "0".into(), label };
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    vec![label("none", None), label("dac", Some(format!("+{user}:+{group}")))]
}

/// Runs what reads many small files where it holds nobody up.
pub(super) async fn on_threads<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|fault| Err(Error::internal(QEMU, format!("looking at the host: {fault}"))))
}
