//! Which access drivers decide what clients may do.

use std::sync::Arc;

use anyhow::Context;
use polkit::Polkit;
use server::access::{Access, Engine, PolicyFile, PolkitEngine};

use crate::configuration::{AccessDriver, Configuration};
use crate::layout::Layout;

/// What the configuration asks for. A policy that cannot be taken is an error: rather no daemon
/// than one that lets in whom it should not.
pub(crate) struct AccessDrivers {
    /// All of them.
    pub(crate) access: Access,
    /// The file that is read again on request, if there is one.
    pub(crate) policy: Option<Arc<PolicyFile>>,
}

impl AccessDrivers {
    /// Makes them.
    ///
    /// # Errors
    /// When the policy cannot be taken.
    pub(crate) fn start(
        layout: &Layout,
        configuration: &Configuration,
        polkit: &Arc<Polkit>,
    ) -> anyhow::Result<Self> {
        let mut policy = None;
        let mut engines: Vec<Arc<dyn Engine>> = Vec::new();
        for driver in &configuration.access_drivers {
            match driver {
                AccessDriver::Policy => {
                    let path = configuration.access_policy.clone();
                    let path = path.unwrap_or_else(|| layout.access_policy());
                    let file = PolicyFile::open(&path)
                        .with_context(|| format!("in access policy '{}'", path.display()))?;
                    let file = Arc::new(file);
                    engines.push(Arc::clone(&file) as _);
                    policy = Some(file);
                }
                AccessDriver::Polkit => {
                    engines.push(Arc::new(PolkitEngine::new(Arc::clone(polkit))));
                }
            }
        }
        Ok(Self { access: Access::new(engines), policy })
    }
}

/// Reads the policy again; a bad one changes nothing.
pub(crate) fn reload(policy: &PolicyFile) {
    let path = policy.path().display();
    match policy.reload() {
        Ok(rules) => tracing::info!(%path, rules, "access policy was read again"),
        Err(error) => tracing::error!(%path, "access policy stays as it was: {error}"),
    }
}
