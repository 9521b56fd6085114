//! [`CursorKey`]: cursors carry a mark that only the platform can make, for the tenant and the model that
//! they were given out for. Text that somebody made up, or has from elsewhere, leads nowhere.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result};

use crate::scope::Scope;

/// Another version of it makes other marks.
const CONTEXT: &[u8] = b"sqh: the key of cursors, version 1";

/// What stands between a cursor and its mark; no base64 has it.
const BEFORE_MARK: char = '.';

/// For whom the pages are, of what, and in which order: positions of columns, and whether they descend.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) model: &'static ModelDef,
    pub(crate) order: &'a [(usize, bool)],
}

/// The key of the marks. It has nothing to do with any password: marks are shown to whoever reads pages.
#[derive(Clone)]
pub(crate) struct CursorKey([u8; 32]);

impl CursorKey {
    /// The key that follows from a secret.
    pub(crate) fn of(secret: &[u8]) -> Self {
        Self(mac(secret, &[CONTEXT]).finalize().into_bytes().into())
    }

    /// A key that no other process has.
    pub(crate) fn random() -> Self {
        let secret = [uuid::Uuid::new_v4().into_bytes(), uuid::Uuid::new_v4().into_bytes()];
        Self::of(&secret.concat())
    }

    /// A cursor with its mark.
    pub(crate) fn sign(&self, pages: Pages<'_>, cursor: &str) -> String {
        let mark = self.mac(pages, cursor).finalize().into_bytes();
        format!("{cursor}{BEFORE_MARK}{}", URL_SAFE_NO_PAD.encode(mark))
    }

    /// The cursor without its mark.
    ///
    /// # Errors
    /// `Invalid` if the mark is another, or there is none.
    pub(crate) fn verify<'a>(&self, pages: Pages<'_>, signed: &'a str) -> Result<&'a str> {
        let (cursor, mark) = signed.rsplit_once(BEFORE_MARK).ok_or_else(foreign)?;
        let mark = URL_SAFE_NO_PAD.decode(mark).map_err(|_| foreign())?;
        // Compared in the same time whatever it is.
        self.mac(pages, cursor).verify_slice(&mark).map_err(|_| foreign())?;
        Ok(cursor)
    }

    fn mac(&self, Pages { scope, model, order }: Pages<'_>, cursor: &str) -> Hmac<Sha256> {
        let tenant = scope.tenant.as_ref().map_or("", |tenant| tenant.slug());
        let directions: Vec<u8> = order.iter().map(|(_, descending)| if *descending { b'-' } else { b'+' }).collect();
        // None of the parts but the last holds a null byte.
        let parts = [tenant.as_bytes(), model.group.as_bytes(), model.name.as_bytes(), &directions, cursor.as_bytes()];
        mac(&self.0, &parts)
    }
}

/// The key is not shown.
impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey")
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
        mac.update(&[0]);
    }
    mac
}

fn foreign() -> Error {
    Error::invalid(
        "the cursor is none that was given out for these records and this order, or another process gave it out: \
         give all processes the same `cursor_secret`",
    )
}
