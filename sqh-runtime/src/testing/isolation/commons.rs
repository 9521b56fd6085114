//! [`Commons`]: the shared records of a run, which every tenant may read and none may write.
//!
//! The tables may hold records of others too, of which nothing is asked. Those of the run have keys and a
//! canary of their own, and are changed by the run alone, one call after the other.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use sqh_model::{Error, ErrorKind, Result, Row};
use tokio::sync::TryLockError;

use super::call::{Answer, Call, Key};
use super::draw::{Draw, KEYS};
use super::expect::{Expected, key_of};
use super::face::{Door, Face};
use super::lane::{LOOKS, Violation};
use crate::platform::Platform;
use crate::scope::{Cx, Tenant};

/// How many records are made of each model.
const RECORDS: u32 = KEYS / 2;

/// The shared records of a run.
pub(super) struct Commons {
    pub(super) faces: Vec<Arc<dyn Face>>,
    pub(super) mark: Arc<str>,
    expected: Mutex<Expected>,
    /// Held by whoever changes them.
    writer: tokio::sync::Mutex<Writer>,
    keys: Vec<Vec<Key>>,
}

/// Who changes them.
pub(super) struct Writer {
    pub(super) draw: Draw,
    /// A change may have happened or not, or happen yet.
    pub(super) is_unsettled: bool,
}

impl Commons {
    /// Makes the records, as the system in the scope of any tenant.
    pub(super) async fn new(
        faces: Vec<Arc<dyn Face>>,
        platform: &Platform,
        cx: &Cx<Tenant>,
        mark: Arc<str>,
        mut draw: Draw,
    ) -> Result<Self> {
        let (records, postgres) = (platform.records(), platform.postgres());
        let mut expected = Expected::new(faces.iter().map(|face| face.def()));
        let mut keys = Vec::new();
        for (at, face) in faces.iter().enumerate() {
            let mut made = Vec::new();
            for _ in 0..RECORDS {
                let call = super::step::Step { draw: &mut draw, face: &**face, expected: &expected, at }.create()?;
                let Call::Create(row) = &call else { continue };
                let key = Key::of(face.def(), row);
                match face.ask(Door::Platform(&records, &postgres), cx, "create", call).await {
                    Ok(Answer::Row(Some(stored))) => {
                        expected.tables[at].put(key_of(face.def(), &stored), Some(stored));
                        made.push(key);
                    }
                    // The key is drawn twice, or somebody else's.
                    Err(error) if error.kind() == ErrorKind::Conflict => {}
                    Err(error) => return Err(error.context("while making shared records")),
                    Ok(answer) => return Err(Error::internal(format!("{answer:?} is no answer to that"))),
                }
            }
            keys.push(made);
        }
        let writer = tokio::sync::Mutex::new(Writer { draw, is_unsettled: false });
        Ok(Self { faces, mark, expected: Mutex::new(expected), writer, keys })
    }

    /// What the records may be.
    pub(super) fn expected(&self) -> MutexGuard<'_, Expected> {
        self.expected.lock().expect("no holder of this lock panics")
    }

    /// The one who changes them, if nobody else does at the moment.
    pub(super) fn writer(&self) -> Result<tokio::sync::MutexGuard<'_, Writer>, TryLockError> {
        self.writer.try_lock()
    }

    /// The keys of a model's records.
    pub(super) fn keys(&self, at: usize) -> &[Key] {
        &self.keys[at]
    }

    /// Looks at all records, once nobody is at work.
    pub(super) async fn settle(&self, platform: &Platform, cx: &Cx<Tenant>) -> Result<(), Violation> {
        let (records, postgres) = (platform.records(), platform.postgres());
        for (at, face) in self.faces.iter().enumerate() {
            let mut rows: Vec<Row> = Vec::new();
            for key in &self.keys[at] {
                let find = async || {
                    let door = Door::Platform(&records, &postgres);
                    face.ask(door, cx, "find", Call::Get(key.clone())).await
                };
                let mut found = find().await;
                for _ in 1..LOOKS {
                    if found.as_ref().is_err_and(Error::is_retryable) {
                        tokio::time::sleep(Duration::from_millis(25)).await;
                        found = find().await;
                    }
                }
                match found.map_err(|error| self.violation(&format!("they cannot be read: {error}")))? {
                    Answer::Row(row) => rows.extend(row),
                    answer => return Err(self.violation(&format!("{answer:?} is no answer to that"))),
                }
            }
            let reconciled = self.expected().tables[at].reconcile(rows);
            reconciled.map_err(|reason| self.violation(&format!("what is stored cannot be: {reason}")))?;
        }
        if let Ok(mut writer) = self.writer.try_lock() {
            writer.is_unsettled = false;
        }
        Ok(())
    }

    /// Deletes the records.
    pub(super) async fn remove(&self, platform: &Platform, cx: &Cx<Tenant>) -> Result<()> {
        let (records, postgres) = (platform.records(), platform.postgres());
        // What refers to others was made after them.
        for (face, keys) in self.faces.iter().zip(&self.keys).rev() {
            for key in keys.iter().rev() {
                face.ask(Door::Platform(&records, &postgres), cx, "delete", Call::Delete(key.clone())).await?;
            }
        }
        Ok(())
    }

    fn violation(&self, reason: &str) -> Violation {
        Violation { slug: "(all)".to_owned(), reason: format!("the shared records: {reason}"), trail: Vec::new() }
    }
}

impl fmt::Debug for Commons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commons").field("models", &self.faces).finish_non_exhaustive()
    }
}
