//! A message made while the compiler evaluates a static.

use crate::types::EnumDef;

const ROOM: usize = 400;

/// Text in a buffer; what does not fit is left out.
struct Text {
    bytes: [u8; ROOM],
    len: usize,
}

impl Text {
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
}

/// Says which values the enum has.
#[track_caller]
pub(super) const fn unknown_variant(def: &EnumDef, name: &str) -> ! {
    let mut text = Text { bytes: [0; ROOM], len: 0 }.push("`").push(name).push("` is no `").push(def.name);
    text = text.push("`: its values are ");
    let mut i = 0;
    while i < def.variants.len() {
        text = text.push(if i == 0 { "\"" } else { ", \"" }).push(def.variants[i].name).push("\"");
        i += 1;
    }
    match std::str::from_utf8(text.bytes.split_at(text.len).0) {
        Ok(message) => panic!("{}", message),
        Err(_) => panic!("this is none of the enum's values"),
    }
}
