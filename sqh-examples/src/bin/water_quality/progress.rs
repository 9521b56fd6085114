//! How far a load is: a bar on a terminal, plain lines elsewhere.

use std::fmt;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::screen::{Screen, grouped};

/// On something that is no terminal, a line for each of so many rows.
const ROWS_A_LINE: u64 = 500_000;

const BAR: &str = "   {msg:<22} {bar:30} {human_pos:>9} of {human_len}, {rate} rows a second, {eta} left";

/// The rows of a load as they are taken, counted on the way.
pub(crate) fn watched<T>(
    what: &'static str,
    total: u64,
    rows: impl Iterator<Item = T>,
) -> (ProgressBar, impl Iterator<Item = T>) {
    let style = ProgressStyle::with_template(BAR).expect("the template is a constant that indicatif can read");
    let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
        // A bar that cannot be written is nobody's loss.
        let _ = out.write_str(&grouped(state.per_sec() as u64));
    });
    let bar = ProgressBar::new(total).with_style(style).with_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    let (counter, mut taken) = (bar.clone(), 0);
    let rows = rows.inspect(move |_| {
        counter.inc(1);
        taken += 1;
        if counter.is_hidden() && taken % ROWS_A_LINE == 0 && taken < total {
            // The load itself tells if nobody can hear.
            let _ = Screen::default().fact(what, format_args!("{} of {}", grouped(taken), grouped(total)));
        }
    });
    (bar, rows)
}
