//! Messages made while the compiler evaluates a static, where nothing can be formatted.

use crate::types::{EnumDef, RecordDef};

const ROOM: usize = 400;

/// Text in a buffer; what does not fit is left out.
struct Text {
    bytes: [u8; ROOM],
    len: usize,
}

/// Says which values the enum has.
#[track_caller]
pub(super) const fn unknown_variant(def: &EnumDef, name: &str) -> ! {
    let mut text = Text::begin(name, " is no `", def.name, "`: its values are ");
    let mut i = 0;
    while i < def.variants.len() {
        text = text.push(if i == 0 { "\"" } else { ", \"" }).push(def.variants[i].name).push("\"");
        i += 1;
    }
    text.panic()
}

/// Says which parts the embedded value has.
#[track_caller]
pub(super) const fn unknown_part(def: &RecordDef, name: &str) -> ! {
    let mut text = Text::begin(name, " is no field of `", def.name, "`: its fields are ");
    let mut i = 0;
    while i < def.fields.len() {
        text = text.push(if i == 0 { "`" } else { ", `" }).push(def.fields[i].name).push("`");
        i += 1;
    }
    text.panic()
}

impl Text {
    const fn begin(name: &str, is_none: &str, of: &str, rest: &str) -> Self {
        Self { bytes: [0; ROOM], len: 0 }.push("`").push(name).push("`").push(is_none).push(of).push(rest)
    }

    const fn push(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        if self.len + text.len() > ROOM {
            return self;
        }
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    #[track_caller]
    const fn panic(&self) -> ! {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(message) => panic!("{}", message),
            Err(_) => panic!("there is no such name"),
        }
    }
}
