//! Passwords of the roles that the platform makes: they follow from the owner's, so that one URL is enough
//! and nothing has to be stored.
//!
//! What that is worth:
//!
//! - Whoever has the owner's password has every role's.
//! - Whoever has a role's password can compute neither another role's nor the owner's, but can *guess* at the
//!   owner's without asking the server: a guess costs [`STRETCHING`]'s rounds of HMAC-SHA-256, and what was guessed
//!   at for one server is of no use for another one, because its system identifier is the salt. A password of
//!   128 random bits is out of reach; one that is in a list of words is found.
//! - Whoever reads `pg_authid` guesses at the owner's own verifier instead: with the 4096 rounds that
//!   PostgreSQL uses, that is the cheaper one.
//! - A role's password cannot be changed by itself: change the owner's and run `sqh init-db`, or give the role
//!   a URL of its own. A server that gets another system identifier, by `pg_upgrade` or from a dump, wants
//!   `sqh init-db` too.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use pbkdf2::{Algorithm, Params, pbkdf2_hmac, pbkdf2_hmac_with_params};
use sha2::{Digest as _, Sha256};

/// Another version of it makes other passwords.
const CONTEXT: &str = "sqh: the passwords of roles, version 2";

/// For each guess at an owner's password: what OWASP's Password Storage Cheat Sheet asks of
/// PBKDF2-HMAC-SHA256.
const STRETCHING: Params = Params::RECOMMENDED;
const _: () = assert!(STRETCHING.rounds() == 600_000, "other rounds make other passwords: that is another version");

/// What PostgreSQL itself uses for its verifiers.
const VERIFIER_ROUNDS: u32 = 4096;

/// What the passwords of a server's roles follow from. It takes some tenths of a second to compute: the
/// process keeps it.
pub(super) struct RoleSecret([u8; 32]);

/// The secrets that were computed, by what they were computed of, hashed.
static COMPUTED: Mutex<BTreeMap<[u8; 32], [u8; 32]>> = Mutex::new(BTreeMap::new());

impl RoleSecret {
    /// The secret of the server with a system identifier, whose owner has this password.
    pub(super) fn new(owners: &str, system_identifier: &str) -> Self {
        let of = mac(owners.as_bytes(), system_identifier.as_bytes());
        // Held meanwhile: whoever wants the same one waits for it.
        let mut computed = COMPUTED.lock().unwrap_or_else(PoisonError::into_inner);
        Self(*computed.entry(of).or_insert_with(|| Self::stretched(owners, system_identifier).0))
    }

    fn stretched(owners: &str, system_identifier: &str) -> Self {
        let mut secret = [0; 32];
        let salt = format!("{CONTEXT}\0{system_identifier}");
        let (owners, salt) = (owners.as_bytes(), salt.as_bytes());
        // Not the generic one, which would be compiled here: in debug builds without optimisation.
        pbkdf2_hmac_with_params(owners, salt, Algorithm::Pbkdf2Sha256, STRETCHING, &mut secret);
        Self(secret)
    }

    /// The password of a role.
    pub(super) fn of_role(&self, role: &str) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.0, role.as_bytes()))
    }
}

/// Shown nowhere.
impl fmt::Debug for RoleSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoleSecret")
    }
}

/// What a server keeps to check a password by SCRAM-SHA-256 (RFC 5803). The server is sent this in place
/// of the password, which stays out of its logs.
pub(super) fn verifier(password: &str) -> String {
    verifier_with(password, uuid::Uuid::new_v4().as_bytes())
}

fn verifier_with(password: &str, salt: &[u8]) -> String {
    let mut salted = [0; 32];
    pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, VERIFIER_ROUNDS, &mut salted);
    let stored = Sha256::digest(mac(&salted, b"Client Key"));
    let server = mac(&salted, b"Server Key");
    let (salt, stored, server) = (STANDARD.encode(salt), STANDARD.encode(stored), STANDARD.encode(server));
    format!("SCRAM-SHA-256${VERIFIER_ROUNDS}:{salt}${stored}:{server}")
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_each_owner_and_each_server_has_its_own() {
        let of = |owners, system, role| RoleSecret::stretched(owners, system).of_role(role);
        let password = of("hush", "7", "sqh_app");
        assert_eq!(password, of("hush", "7", "sqh_app"), "the same every time");
        for other in [of("hush", "7", "sqh_migrator"), of("hush2", "7", "sqh_app"), of("hush", "8", "sqh_app")] {
            assert_ne!(password, other);
        }
        assert_eq!(password.len(), 43);
        assert!(!password.contains("hush"));
    }

    /// One that changes shuts every platform out until `init-db` has been run: only a new version may.
    /// The value was computed by Python's `hashlib.pbkdf2_hmac` and `hmac`.
    #[test]
    fn the_passwords_of_version_2_stay_as_they_are() {
        let password = RoleSecret::new("hush", "7301234567890123456").of_role("sqh_app");
        assert_eq!(password, "WkJI-Rt66J_H4eCddtjXKDgqhUpWSOj9ntkD_xPDXGY");
    }

    #[test]
    fn the_verifier_is_that_of_the_rfc() {
        // The example of RFC 7677, whose stored and server keys follow from the exchange that it shows.
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let verifier = verifier_with("pencil", &salt);
        assert_eq!(
            verifier,
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:\
             wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        );
        assert_ne!(super::verifier("pencil"), super::verifier("pencil"), "another salt every time");
    }
}
