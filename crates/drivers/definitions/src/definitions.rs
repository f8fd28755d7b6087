//! The defined objects of one kind: finding, defining, changing and undefining them.
//!
//! A change goes: document → its object's turn → disk → readers. A call that waited for its turn and
//! finds its object undefined meanwhile begins anew.

use std::sync::Arc;

use api::{Error, Result, Uuid};
use driver::{CallContext, Identity, Key, Reference};
use host::files::FileError;
use tokio::sync::MutexGuard;

use crate::index::{Index, Proposed};
use crate::object::{Gone, missing_uuid};
use crate::{Files, Kind, Object, Others, Place, View, errors};

/// Every defined object of a kind.
pub struct Definitions<K: Kind> {
    index: Index<K>,
    files: Files,
}

/// A document that wants to be a definition.
pub struct Candidate<K: Kind> {
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// Who it is, for access rules.
    pub identity: Identity,
    /// Completes and checks it beside what others have; said again when it has to begin anew.
    pub complete: Complete<K>,
}

/// What makes a definition of a document, beside what others have.
pub type Complete<K> = Box<dyn Fn(&Others<'_, K>) -> Result<<K as Kind>::Document> + Send + Sync>;

/// A document on its way to the disk, and the object whose definition it is to be.
struct Proposal<'a, K: Kind> {
    object: Arc<Object<K>>,
    document: Arc<K::Document>,
    _proposed: Proposed<'a, K>,
}

/// An object whose turn it is: nobody else changes it while this is held.
pub struct Order<'a, K: Kind> {
    definitions: &'a Definitions<K>,
    object: &'a Arc<Object<K>>,
    gone: MutexGuard<'a, Gone>,
    /// The object as it is.
    pub view: Arc<View<K>>,
}

impl<K: Kind> Definitions<K> {
    /// Reads every definition. One that cannot be read is named in the log and left alone.
    ///
    /// # Errors
    /// When a directory cannot be used.
    pub fn load(place: &Place) -> Result<Self, FileError> {
        let files = Files::open(place, K::EDIT)?;
        let definitions = Self { index: Index::default(), files };
        for stored in definitions.files.list()? {
            let read = stored.read().and_then(|text| {
                let document = K::read(&text).map_err(|error| error.to_string())?;
                definitions.adopt(&stored.name, stored.autostart, document)
            });
            if let Err(error) = read {
                tracing::error!(path = %stored.path.display(), error, "definition not loaded");
            }
        }
        Ok(definitions)
    }

    /// Where they are kept.
    pub fn files(&self) -> &Files {
        &self.files
    }

    fn adopt(&self, name: &str, autostart: bool, document: K::Document) -> Result<(), String> {
        let uuid = K::uuid(&document).ok_or("it has no uuid")?;
        if K::name(&document) != name {
            return Err(format!("it defines '{}'", K::name(&document)));
        }
        let mut entries = self.index.write();
        if entries.by_uuid.contains_key(&uuid) {
            return Err(format!("uuid {uuid} is another's"));
        }
        let view = View { document: Arc::new(document), autostart, state: K::State::default() };
        entries.find_or_add(uuid, name).publish(Some(view));
        Ok(())
    }

    /// All of them, in no particular order.
    pub fn all(&self) -> Vec<Arc<Object<K>>> {
        let entries = self.index.read();
        entries.by_uuid.values().filter(|object| object.published().is_some()).cloned().collect()
    }

    /// Those of `all` that the caller may know of, as they are now.
    pub async fn visible(&self, cx: &CallContext) -> Vec<(Arc<Object<K>>, Arc<View<K>>)> {
        let all = self.all().into_iter();
        let views = all.filter_map(|object| object.published().map(|view| (object, view)));
        cx.visible(views.collect(), |(_, view)| K::identity(&view.document)).await
    }

    /// The object that a client's reference is about, by its UUID. `name` is for the message.
    ///
    /// # Errors
    /// The kind's own for one that is not there.
    pub fn find(&self, uuid: Uuid, name: &str) -> Result<Arc<Object<K>>> {
        let found = self.index.read().by_uuid.get(&uuid).cloned();
        let found = found.filter(|object| object.published().is_some());
        found.ok_or_else(|| missing_uuid::<K>(uuid, name))
    }

    /// The object of that name.
    ///
    /// # Errors
    /// The kind's own for one that is not there.
    pub fn named(&self, name: &str) -> Result<Arc<Object<K>>> {
        let found = self.index.read().by_name.get(name).cloned();
        found.filter(|object| object.published().is_some()).ok_or_else(|| {
            let detail = format!("no {} with matching name '{name}'", K::NOUN);
            Error::new(K::MISSING, K::DOMAIN, detail)
        })
    }

    /// The object that a call names, for access rules; none if it is of another kind.
    ///
    /// # Errors
    /// What the call would say of one that is not there.
    pub fn identify(&self, object: &Reference) -> Result<Option<Identity>> {
        if object.kind != K::OBJECT {
            return Ok(None);
        }
        let found = match &object.key {
            Key::Uuid { uuid, name } => self.find(*uuid, name)?,
            Key::Name(name) => self.named(name)?,
            other => {
                let detail = format!("no {} is known by {other:?}", K::NOUN);
                return Err(Error::new(K::MISSING, K::DOMAIN, detail));
            }
        };
        found.identity().map(Some)
    }

    /// Makes a document the definition of its object, new or known: checked against access rules
    /// and what others have, on disk, and only then seen by readers.
    ///
    /// # Errors
    /// `ACCESS_DENIED`, what `complete` says, `SYSTEM_ERROR`.
    pub async fn define(
        &self,
        cx: &CallContext,
        candidate: &Candidate<K>,
    ) -> Result<(Arc<Object<K>>, Arc<View<K>>)> {
        // Whoever writes the document chooses its name: an object that is there already must be
        // allowed as it is, too.
        let known = self.known(candidate);
        if let Some(known) = &known {
            cx.check(&known.identity()?).await?;
        }
        cx.check(&candidate.identity).await?;
        loop {
            let proposal = self.propose(candidate)?;
            let object = Arc::clone(&proposal.object);
            let is_known = known.as_ref().is_some_and(|known| Arc::ptr_eq(known, &object));
            if !is_known && let Ok(identity) = object.identity() {
                cx.check(&identity).await?;
            }
            let gone = object.order.lock().await;
            if *gone == Gone::Yes {
                continue;
            }
            let kept = self.keep(&object, Arc::clone(&proposal.document), gone).await?;
            return Ok((object, kept));
        }
    }

    fn known(&self, candidate: &Candidate<K>) -> Option<Arc<Object<K>>> {
        let entries = self.index.read();
        let by_uuid = entries.by_uuid.get(&candidate.uuid);
        let known = by_uuid.or_else(|| entries.by_name.get(&candidate.name)).cloned();
        known.filter(|object| object.published().is_some())
    }

    /// Completes a document while nobody else can come in between, and notes that it is coming.
    fn propose(&self, candidate: &Candidate<K>) -> Result<Proposal<'_, K>> {
        let mut entries = self.index.write();
        let document = Arc::new((candidate.complete)(&entries.others(candidate.uuid))?);
        entries.refuse_taken(candidate.uuid, &candidate.name)?;
        let object = entries.find_or_add(candidate.uuid, &candidate.name);
        let noted = self.index.propose(&mut entries, candidate.uuid, Arc::clone(&document));
        Ok(Proposal { object, document, _proposed: noted })
    }

    async fn keep(
        &self,
        object: &Arc<Object<K>>,
        document: Arc<K::Document>,
        mut gone: MutexGuard<'_, Gone>,
    ) -> Result<Arc<View<K>>> {
        let before = object.published();
        let (files, name) = (self.files.clone(), object.name.clone());
        let (old, new) = (before.clone(), Arc::clone(&document));
        let work = move || K::keep(&files, old.as_deref(), &name, &new);
        if let Err(error) = on_disk::<K, _>(work, "cannot save the definition").await {
            if before.is_none() {
                *gone = Gone::Yes;
                self.index.remove(object);
            }
            return Err(error);
        }
        let autostart = before.as_ref().is_some_and(|view| view.autostart);
        let state = before.map(|view| view.state.clone()).unwrap_or_default();
        object.publish(Some(View { document, autostart, state })).ok_or_else(|| vanished::<K>())
    }

    /// Waits for an object's turn.
    ///
    /// # Errors
    /// The kind's own when it is gone by then.
    pub async fn order<'a>(&'a self, object: &'a Arc<Object<K>>) -> Result<Order<'a, K>> {
        let gone = object.order.lock().await;
        let view = object.view()?;
        Ok(Order { definitions: self, object, gone, view })
    }

    /// Sets whether an object starts with the daemon: on disk, then for readers.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`; the kind's own when it is gone.
    pub async fn set_autostart(&self, object: &Arc<Object<K>>, wanted: bool) -> Result<()> {
        let order = self.order(object).await?;
        if order.view.autostart == wanted {
            return Ok(());
        }
        let (files, name) = (self.files.clone(), object.name.clone());
        let work = move || files.set_autostart(&name, wanted);
        on_disk::<K, _>(work, "cannot change the autostart mark").await?;
        let view = View { autostart: wanted, ..View::clone(&order.view) };
        object.publish(Some(view));
        Ok(())
    }

    /// Takes an object away: from disk, then from readers. What it was is the answer.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`; the kind's own when it is gone already.
    pub async fn undefine(&self, object: &Arc<Object<K>>) -> Result<Arc<View<K>>> {
        let mut order = self.order(object).await?;
        let view = Arc::clone(&order.view);
        let (files, name, before) = (self.files.clone(), object.name.clone(), Arc::clone(&view));
        let work = move || K::forget(&files, &before, &name);
        on_disk::<K, _>(work, "cannot remove the definition").await?;
        *order.gone = Gone::Yes;
        self.index.remove(object);
        object.publish(None);
        Ok(view)
    }
}

impl<K: Kind> Order<'_, K> {
    /// Makes another document the definition: on disk, then for readers.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`.
    pub async fn redefine(self, document: K::Document) -> Result<Arc<View<K>>> {
        self.definitions.keep(self.object, Arc::new(document), self.gone).await
    }

    /// Changes what else is known of the object: `keep` makes it last, if it shall.
    ///
    /// # Errors
    /// `SYSTEM_ERROR`.
    pub async fn set_state(
        self,
        state: K::State,
        keep: impl FnOnce(&Files, &str) -> Result<(), FileError> + Send + 'static,
        what: &str,
    ) -> Result<()> {
        let (files, name) = (self.definitions.files.clone(), self.object.name.clone());
        on_disk::<K, _>(move || keep(&files, &name), what).await?;
        self.object.publish(Some(View { state, ..View::clone(&self.view) }));
        Ok(())
    }
}

impl<K: Kind> Object<K> {
    /// Says what else is known of it, from what its files say. For the start, when nobody else
    /// does.
    pub fn restore(&self, state: K::State) {
        if let Some(view) = self.published() {
            self.publish(Some(View { state, ..View::clone(&view) }));
        }
    }
}

/// Runs what waits for the disk where it holds nobody up.
async fn on_disk<K: Kind, T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
    what: &str,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(errors::file(&error, K::DOMAIN, what)),
        Err(fault) => Err(Error::internal(K::DOMAIN, format!("{what}: {fault}"))),
    }
}

fn vanished<K: Kind>() -> Error {
    Error::internal(K::DOMAIN, format!("the {} is gone", K::NOUN))
}
