//! What a `DATABASE_URL` says, and what of it people may see.

use url::Url;

use crate::error::{Error, ErrorKind};

/// A text that is no URL is not shown: nobody knows where in it the password is.
pub(crate) fn parse(text: &str) -> Result<Url, Error> {
    let is_postgres = |url: &Url| matches!(url.scheme(), "postgres" | "postgresql") && !url.cannot_be_a_base();
    Url::parse(text).ok().filter(is_postgres).ok_or_else(|| {
        let message = "DATABASE_URL is set, and is not of the form \
                       postgres://user:password@host:port/database";
        Error::new(ErrorKind::InvalidConfig, message)
    })
}

/// The URL of another database of the server.
pub(crate) fn of_database(url: &Url, database: &str) -> Url {
    let mut url = url.clone();
    // `parse` has refused the URLs that have no path.
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().push(database);
    }
    drop_parameter(&mut url, "dbname");
    url
}

/// The URL for people: a password, in its place or as a parameter, is left out.
pub(crate) fn without_password(url: &Url) -> String {
    let mut shown = url.clone();
    // Refused for a URL without a host, which has no password either.
    let _ = shown.set_password(None);
    drop_parameter(&mut shown, "password");
    shown.into()
}

fn drop_parameter(url: &mut Url, dropped: &str) {
    let pairs = url.query_pairs().into_owned();
    let kept: Vec<_> = pairs.filter(|(name, _)| name != dropped).collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_has_no_password() {
        let cases = [
            ("postgres://app:secret@db:5432/app", "postgres://app@db:5432/app"),
            ("postgres://app@db/app?password=secret", "postgres://app@db/app"),
            ("postgres:///app?host=/run/pg&password=secret", "postgres:///app?host=%2Frun%2Fpg"),
        ];
        for (url, shown) in cases {
            assert_eq!(without_password(&Url::parse(url).unwrap()), shown);
        }
    }
}
