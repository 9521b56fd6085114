//! PostgreSQL's version numbers.

use std::fmt;

/// A version as `server_version_num` has it: 150018 is 15.18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32);

impl Version {
    /// From what `postgres --version` prints, such as `postgres (PostgreSQL) 15.18 (Debian …)`.
    /// A beta counts as the release that it leads to.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let after = text.split("(PostgreSQL)").nth(1)?.split_whitespace().next()?;
        let mut numbers = after
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map(|part| part.parse::<u32>().ok());
        let major = numbers.next()??;
        let after_the_dot = after.split_once('.').is_some();
        let minor = if after_the_dot { numbers.next()?? } else { 0 };
        Some(Self(major.checked_mul(10_000)?.checked_add(minor)?))
    }

    pub(crate) fn major(self) -> u32 {
        self.0 / 10_000
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major(), self.0 % 10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn parses_what_postgres_prints() {
        let cases = [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(150_018)),
            ("postgres (PostgreSQL) 18.4", Some(180_004)),
            ("postgres (PostgreSQL) 19beta2", Some(190_000)),
            ("postgres (PostgreSQL) 20devel", Some(200_000)),
            ("postgres (PostgreSQL) 9.6.24", Some(90_006)),
            ("initdb 15", None),
            ("", None),
        ];
        for (text, version) in cases {
            assert_eq!(Version::parse(text).map(|version| version.0), version, "{text}");
        }
    }

    #[test]
    fn prints_as_people_write_it() {
        assert_eq!(Version(150_018).to_string(), "15.18");
    }
}
