//! Logins: at another place, and for another program.

use std::collections::BTreeMap;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

/// What a URL says of TLS, and libpq's variables for the same.
const TLS: [(&str, &str); 4] =
    [("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT"), ("sslcert", "PGSSLCERT"), ("sslkey", "PGSSLKEY")];

/// A login at another place, whose certificates count where it names any.
pub(super) fn at(login: &PgConnectOptions, place: &PgConnectOptions) -> PgConnectOptions {
    let there = match (login.get_socket(), place.get_socket()) {
        // Nothing takes its socket away from a login, so that the place becomes the login. It has no
        // certificates to be kept, and the place's own `options` count.
        (Some(_), None) => {
            let there = place.clone().username(login.get_username());
            match password_of(login) {
                Some(password) => there.password(&password),
                None => there,
            }
        }
        (_, Some(socket)) => login.clone().port(place.get_port()).socket(socket),
        (None, None) => login.clone().host(place.get_host()).port(place.get_port()),
    };
    let there = there.ssl_mode(place.get_ssl_mode());
    tls(place).iter().fold(there, |there, (key, value)| match *key {
        "sslrootcert" => there.ssl_root_cert(value),
        "sslcert" => there.ssl_client_cert(value),
        "sslkey" => there.ssl_client_key(value),
        _ => there,
    })
}

/// The place of a login, as a URL without user and password.
pub(super) fn place(login: &PgConnectOptions) -> String {
    let port = login.get_port();
    match login.get_socket() {
        Some(socket) => format!("postgres:///?host={}&port={port}", socket.display()),
        None => format!("postgres://{}:{port}", login.get_host()),
    }
}

/// The password of a login, if it has one.
pub(super) fn password_of(login: &PgConnectOptions) -> Option<String> {
    let url = login.to_url_lossy();
    let decoded = percent_encoding::percent_decode_str(url.password()?).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// A login in the variables of libpq's programs, and the variables that must not be there.
#[cfg(feature = "cli")]
pub(crate) fn login_variables(login: &PgConnectOptions) -> Vec<(&'static str, Option<String>)> {
    let host = login.get_socket().map_or(login.get_host().to_owned(), |socket| socket.display().to_string());
    let mut variables = vec![
        ("PGHOST", Some(host)),
        ("PGPORT", Some(login.get_port().to_string())),
        ("PGUSER", Some(login.get_username().to_owned())),
        ("PGPASSWORD", password_of(login)),
        ("PGDATABASE", login.get_database().map(str::to_owned)),
        ("PGHOSTADDR", None),
        ("PGSERVICE", None),
    ];
    let mut tls = tls(login);
    variables.extend(TLS.map(|(key, variable)| (variable, tls.remove(key))));
    variables
}

/// What a login says of TLS. A certificate that is written out, and in no file, is left out.
fn tls(login: &PgConnectOptions) -> BTreeMap<&'static str, String> {
    let url = login.to_url_lossy();
    let said = url.query_pairs().filter_map(|(key, value)| {
        let (key, _) = TLS.into_iter().find(|(known, _)| *known == key)?;
        // How the driver writes the path of a file.
        let value = if key == "sslmode" { Some(&*value) } else { value.strip_prefix("file: ") };
        Some((key, value?.to_owned()))
    });
    said.collect()
}
