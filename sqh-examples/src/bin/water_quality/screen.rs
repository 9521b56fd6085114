//! What the example writes: numbered sections of short, aligned lines.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

/// Standard output.
#[derive(Debug)]
pub(crate) struct Screen {
    sections: Cell<u32>,
    bold: bool,
}

impl Default for Screen {
    fn default() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { sections: Cell::new(0), bold: io::stdout().is_terminal() && !plain }
    }
}

impl Screen {
    /// A line that stands by itself.
    pub(crate) fn title(&self, text: impl Display) -> io::Result<()> {
        self.write(&self.strong(text))
    }

    /// The head of the next section.
    pub(crate) fn section(&self, text: impl Display) -> io::Result<()> {
        self.sections.set(self.sections.get() + 1);
        self.write("")?;
        self.write(&self.strong(format_args!("{}  {text}", self.sections.get())))
    }

    /// What something is: `name   text`.
    pub(crate) fn fact(&self, name: impl Display, text: impl Display) -> io::Result<()> {
        self.write(&format!("   {:<22} {text}", name.to_string()))
    }

    /// A line of the section.
    pub(crate) fn line(&self, text: impl Display) -> io::Result<()> {
        self.write(&format!("   {text}"))
    }

    /// Many lines of the section, such as SQL.
    pub(crate) fn block(&self, text: &str) -> io::Result<()> {
        text.trim_end().lines().try_for_each(|line| self.line(line))
    }

    fn strong(&self, text: impl Display) -> String {
        if self.bold { format!("\x1b[1m{text}\x1b[0m") } else { text.to_string() }
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{}", text.trim_end())?;
        out.flush()
    }
}

/// A number as people read it: `1,578,240`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_stand_in_threes() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (68_881, "68,881"), (1_578_240, "1,578,240")];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }
}
