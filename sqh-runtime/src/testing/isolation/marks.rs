//! [`Marks`]: the canaries of all tenants.

use std::sync::Arc;

use fastrand::Rng;

/// What every canary begins with, and no word does.
const START: &str = "zqx";

/// How long a canary is.
const LENGTH: usize = START.len() + 3;

/// The canaries of all tenants.
#[derive(Debug)]
pub(super) struct Marks(Vec<Arc<str>>);

impl Marks {
    /// As many canaries, all different.
    pub(super) fn new(rng: &mut Rng, count: usize) -> Self {
        const LETTERS: &[u8] = b"ghjkmnprstvwyz";
        let mut marks: Vec<Arc<str>> = Vec::with_capacity(count);
        while marks.len() < count {
            let end: String = (0..3).map(|_| char::from(LETTERS[rng.usize(0..LETTERS.len())])).collect();
            let mark: Arc<str> = format!("{START}{end}").into();
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
        Self(marks)
    }

    pub(super) fn of(&self, tenant: usize) -> &Arc<str> {
        &self.0[tenant]
    }

    /// The text around a canary that is another's than `own`, if it holds one.
    pub(super) fn foreign(&self, own: &str, text: &str) -> Option<String> {
        let found = text.match_indices(START).map(|(at, _)| at).find(|at| {
            let end = (at + LENGTH).min(text.len());
            let mark = text.get(*at..end).unwrap_or(START);
            !own.starts_with(mark) && self.0.iter().any(|other| other.starts_with(mark))
        })?;
        let around = text.char_indices().map(|(at, _)| at).filter(|at| at.abs_diff(found) < 40);
        let (start, end) = around.fold((found, found), |(start, end), at| (start.min(at), end.max(at)));
        text.get(start..end).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_tenants_canary_is_found_and_ones_own_is_not() {
        let marks = Marks::new(&mut Rng::with_seed(1), 3);
        let [own, other] = [marks.of(0), marks.of(1)];
        assert_eq!(marks.foreign(own, &format!("of `{own}7`, é and {own}")), None);
        assert_eq!(marks.foreign(own, "zq, zqx and zqxaaa are nobody's"), None);
        let text = format!("é {own} and {other}9 é");
        assert!(marks.foreign(own, &text).unwrap().contains(&**other));
    }
}
