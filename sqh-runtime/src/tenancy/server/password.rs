//! Passwords of the roles that the platform makes: derived from the owner's, so that one URL is enough
//! and nothing has to be stored.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Another version of it makes other passwords.
const CONTEXT: &[u8] = b"sqh: the password of a role, version 1";

/// What PostgreSQL itself uses.
const ROUNDS: u32 = 4096;

/// The password of a role on a server whose owner has this one. Nobody who knows it can tell the
/// owner's, or another role's.
pub(super) fn of_role(owners: &str, role: &str) -> String {
    let mut message = CONTEXT.to_vec();
    message.push(0);
    message.extend_from_slice(role.as_bytes());
    URL_SAFE_NO_PAD.encode(mac(owners.as_bytes(), &message))
}

/// What a server keeps to check a password by SCRAM-SHA-256 (RFC 5803). The server is sent this in place
/// of the password, which stays out of its logs.
pub(super) fn verifier(password: &str) -> String {
    verifier_with(password, uuid::Uuid::new_v4().as_bytes())
}

fn verifier_with(password: &str, salt: &[u8]) -> String {
    let mut salted = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, ROUNDS, &mut salted);
    let stored = Sha256::digest(mac(&salted, b"Client Key"));
    let server = mac(&salted, b"Server Key");
    let (salt, stored, server) = (STANDARD.encode(salt), STANDARD.encode(stored), STANDARD.encode(server));
    format!("SCRAM-SHA-256${ROUNDS}:{salt}${stored}:{server}")
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
    fn each_role_and_each_owner_has_its_own() {
        let password = of_role("hush", "sqh_app");
        assert_eq!(password, of_role("hush", "sqh_app"), "the same every time");
        for other in [of_role("hush", "sqh_migrator"), of_role("hush2", "sqh_app"), of_role("", "sqh_app")] {
            assert_ne!(password, other);
        }
        assert_eq!(password.len(), 43);
        assert!(!password.contains("hush"));
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
