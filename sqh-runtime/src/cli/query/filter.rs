//! Conditions as people write them in a shell: `value > 3 and unit = "mg/L" and code in (a, b)`.
//!
//! Each is a name, an operator and a value. Operators are signs, or the words of the filter language
//! itself (`like`, `starts_with`, `contains`, …). A value may stand in quotes, and must where it has
//! spaces, commas or brackets; without quotes it is what the field's type makes of it. What is wrong is
//! pointed at.

use serde_json::{Map, Value as Json, json};
use sqh_model::{Error, Result};

/// The signs, longest first, and what they are in the filter language.
const SIGNS: [(&str, &str); 9] = [
    ("!=", "ne"),
    ("<=", "lte"),
    (">=", "gte"),
    ("~*", "iregex"),
    ("=", "eq"),
    ("<", "lt"),
    (">", "gt"),
    ("%", SIMILAR),
    ("~", "regex"),
];

/// Like a text: no filter, but a search.
const SIMILAR: &str = "%";

/// Whether JSON conditions fit what they are on.
pub(super) type Check<'a> = dyn Fn(&Json) -> Result<()> + 'a;

/// Conditions, all of which hold.
#[derive(Debug)]
pub(super) struct Conditions {
    /// Which option they stand in.
    option: &'static str,
    text: String,
    all: Vec<Condition>,
}

#[derive(Debug)]
struct Condition {
    name: Word,
    sign: Word,
    /// The operator in the filter language.
    operator: String,
    /// What the condition compares with.
    values: Vec<Word>,
    is_list: bool,
}

/// A word, and where it stands.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    start: usize,
    end: usize,
    is_quoted: bool,
}

impl Word {
    /// What the value can be, the likeliest first.
    fn readings(&self) -> Vec<Json> {
        let text = Json::from(self.text.as_str());
        match serde_json::from_str::<Json>(&self.text) {
            Ok(json) if !self.is_quoted && !json.is_string() => vec![json, text],
            _ => vec![text],
        }
    }

    fn is_null(&self) -> bool {
        !self.is_quoted && self.text == "null"
    }
}

impl Conditions {
    /// Reads them.
    ///
    /// # Errors
    /// `Invalid`, pointing at the word.
    pub(super) fn read(option: &'static str, text: &str) -> Result<Self> {
        let mut scan = Scan { option, text, at: 0 };
        let mut all = vec![scan.condition()?];
        while !scan.is_at_end() {
            let word = scan.word("`and`")?;
            if word.is_quoted || !word.text.eq_ignore_ascii_case("and") {
                return Err(scan.wrong(&word, "conditions stand with `and` between them"));
            }
            all.push(scan.condition()?);
        }
        Ok(Self { option, text: text.to_owned(), all })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The field and the text of a `%`, if there is one.
    pub(super) fn similar(&self) -> Option<Result<(String, String)>> {
        let similar = self.all.iter().find(|condition| condition.operator == SIMILAR)?;
        Some(match similar.values.as_slice() {
            [text] if !similar.is_list => Ok((similar.name.text.clone(), text.text.clone())),
            _ => Err(self.wrong(&similar.sign, "`%` takes one text")),
        })
    }

    /// Makes sure that the first one is on a field.
    pub(super) fn check_field(&self, check: &Check<'_>) -> Result<()> {
        let name = &self.all[0].name;
        check(&json!({ name.text.as_str(): null })).map_err(|error| self.at(name, &error))
    }

    /// The same in the filter language.
    ///
    /// # Errors
    /// What `check` says of one, pointing at the word.
    pub(super) fn to_json(&self, check: &Check<'_>) -> Result<Json> {
        let mut all = self.all.iter().map(|condition| self.one(condition, check)).collect::<Result<Vec<_>>>()?;
        Ok(match all.len() {
            1 => all.remove(0),
            _ => json!({ "and": all }),
        })
    }

    fn one(&self, condition: &Condition, check: &Check<'_>) -> Result<Json> {
        let Condition { name, sign, operator, values, is_list } = condition;
        if operator == SIMILAR {
            return Err(self.wrong(sign, "`%` stands in `--filter` of `query list` only"));
        }
        let of = |json: Json| json!({ name.text.as_str(): json });
        check(&of(Json::Null)).map_err(|error| self.at(name, &error))?;
        if let ([value], false, "eq" | "ne") = (values.as_slice(), is_list, operator.as_str())
            && value.is_null()
        {
            return Ok(of(json!({ "is_null": operator == "eq" })));
        }
        let mut read = Vec::new();
        for value in values {
            let said = |json: &Json| match is_list {
                true => of(json!({ operator.as_str(): [json] })),
                false => of(json!({ operator.as_str(): json })),
            };
            let (mut fitting, mut first_error) = (None, None);
            for json in value.readings() {
                match check(&said(&json)) {
                    Ok(()) => {
                        fitting = Some(json);
                        break;
                    }
                    Err(error) => drop(first_error.get_or_insert(error)),
                }
            }
            match (fitting, first_error) {
                (Some(json), _) => read.push(json),
                (None, Some(error)) => {
                    let is_of_operator = error.message().contains(&format!("`{operator}`"));
                    return Err(self.at(if is_of_operator { sign } else { value }, &error));
                }
                (None, None) => return Err(self.wrong(value, "this is no value")),
            }
        }
        let value = if *is_list { Json::Array(read) } else { read.pop().unwrap_or_default() };
        Ok(of(Json::Object(Map::from_iter([(operator.clone(), value)]))))
    }

    fn at(&self, word: &Word, error: &Error) -> Error {
        self.wrong(word, error.message())
    }

    fn wrong(&self, word: &Word, message: &str) -> Error {
        pointing(self.option, &self.text, word, message)
    }
}

/// What is left to read.
struct Scan<'a> {
    option: &'static str,
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn condition(&mut self) -> Result<Condition> {
        let name = self.word("a name")?;
        let sign = self.sign()?;
        let operator = match SIGNS.iter().find(|(known, _)| *known == sign.text) {
            Some((_, operator)) => (*operator).to_owned(),
            None => sign.text.to_lowercase(),
        };
        let mut values = Vec::new();
        let is_list = self.takes('(');
        if is_list {
            while !self.takes(')') {
                if !values.is_empty() && !self.takes(',') {
                    let word = self.word("`,` or `)`")?;
                    return Err(self.wrong(&word, "values stand with commas between them"));
                }
                values.push(self.value()?);
            }
        } else {
            values.push(self.value()?);
        }
        Ok(Condition { name, sign, operator, values, is_list })
    }

    fn sign(&mut self) -> Result<Word> {
        self.skip_spaces();
        match SIGNS.iter().find(|(sign, _)| self.text[self.at..].starts_with(sign)) {
            Some((sign, _)) => Ok(self.take(sign.len())),
            None => self.word("an operator such as `=`, `>`, `in` or `like`"),
        }
    }

    /// A name or another word: it ends before a sign.
    fn word(&mut self, expected: &str) -> Result<Word> {
        let is_end = |c: char| c.is_whitespace() || matches!(c, '=' | '!' | '<' | '>' | '%' | '~' | '(' | ')' | ',');
        self.until(is_end, expected)
    }

    /// A value, which may hold signs.
    fn value(&mut self) -> Result<Word> {
        self.until(|c| c.is_whitespace() || matches!(c, '(' | ')' | ','), "a value")
    }

    fn until(&mut self, is_end: impl Fn(char) -> bool, expected: &str) -> Result<Word> {
        self.skip_spaces();
        let rest = &self.text[self.at..];
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return self.quoted(quote);
        }
        let length = rest.find(is_end).unwrap_or(rest.len());
        match length {
            0 => {
                let next = rest.chars().next().map_or(0, char::len_utf8);
                let word = self.take(next);
                let message = match next {
                    0 => format!("expected {expected}, and there is nothing more"),
                    _ => format!("expected {expected}, not `{}`", word.text),
                };
                Err(self.wrong(&word, &message))
            }
            length => Ok(self.take(length)),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Word> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((i, character)) = characters.next() {
            match character {
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                character if character == quote => {
                    self.at = start + 1 + i + 1;
                    return Ok(Word { text, start, end: self.at, is_quoted: true });
                }
                character => text.push(character),
            }
        }
        let rest = Word { text, start, end: self.text.len(), is_quoted: true };
        Err(self.wrong(&rest, "the quotes do not end"))
    }

    fn take(&mut self, length: usize) -> Word {
        let (start, end) = (self.at, self.at + length);
        self.at = end;
        Word { text: self.text[start..end].to_owned(), start, end, is_quoted: false }
    }

    fn takes(&mut self, character: char) -> bool {
        self.skip_spaces();
        let is_next = self.text[self.at..].starts_with(character);
        self.at += if is_next { character.len_utf8() } else { 0 };
        is_next
    }

    fn is_at_end(&mut self) -> bool {
        self.skip_spaces();
        self.at == self.text.len()
    }

    fn skip_spaces(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn wrong(&self, word: &Word, message: &str) -> Error {
        pointing(self.option, self.text, word, message)
    }
}

/// An error with the text below it, and the word marked.
fn pointing(option: &str, text: &str, word: &Word, message: &str) -> Error {
    let width = |text: &str| text.chars().count();
    let before = format!("  --{option} ");
    let indent = " ".repeat(width(&before) + width(&text[..word.start]));
    let marks = "^".repeat(width(&text[word.start..word.end]).max(1));
    Error::invalid(format!("{message}\n\n{before}{text}\n{indent}{marks}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anything(_: &Json) -> Result<()> {
        Ok(())
    }

    #[test]
    fn conditions_become_the_filter_language() {
        for (text, expected) in [
            ("value > 3", json!({"value": {"gt": 3}})),
            ("value>=-3.5 and unit='mg/L'", json!({"and": [{"value": {"gte": -3.5}}, {"unit": {"eq": "mg/L"}}]})),
            ("code in (a, \"b, c\",3)", json!({"code": {"in": ["a", "b, c", 3]}})),
            ("code in ()", json!({"code": {"in": []}})),
            ("unit = null AND flag != true", json!({"and": [{"unit": {"is_null": true}}, {"flag": {"ne": true}}]})),
            ("unit != null", json!({"unit": {"is_null": false}})),
            ("unit = \"null\"", json!({"unit": {"eq": "null"}})),
            ("name like \"%\\\"x\\\"%\"", json!({"name": {"like": "%\"x\"%"}})),
            ("at < 2016-01-01T00:00:00Z", json!({"at": {"lt": "2016-01-01T00:00:00Z"}})),
            (
                "name ~ \"^Plum\" and name ~* r.n$",
                json!({"and": [{"name": {"regex": "^Plum"}}, {"name": {"iregex": "r.n$"}}]}),
            ),
            ("a.b = x=y%z", json!({"a.b": {"eq": "x=y%z"}})),
        ] {
            assert_eq!(Conditions::read("filter", text).unwrap().to_json(&anything).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_bare_value_is_what_the_type_makes_of_it() {
        let text_only = |json: &Json| match json["code"] {
            Json::Null => Ok(()),
            _ if json["code"]["eq"].is_string() => Ok(()),
            _ => Err(Error::invalid("expected a text, got a number")),
        };
        let read = Conditions::read("filter", "code = 10").unwrap();
        assert_eq!(read.to_json(&text_only).unwrap(), json!({"code": {"eq": "10"}}));
    }

    #[test]
    fn a_similar_text_is_a_search() {
        let read = Conditions::read("filter", "name % \"plumtre run\"").unwrap();
        assert_eq!(read.similar().unwrap().unwrap(), ("name".to_owned(), "plumtre run".to_owned()));
        assert!(read.to_json(&anything).unwrap_err().message().contains("query list"));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (text, message, marks) in [
            ("value", "expected an operator", "              ^"),
            ("value >", "expected a value", "                ^"),
            ("value > 3 or b = 1", "`and` between them", "                   ^^"),
            ("value > 3 unit", "`and` between them", "                   ^^^^"),
            ("= 3", "expected a name, not `=`", "           ^"),
            ("a in (1 2)", "with commas", "                   ^"),
            ("a in (1,", "expected a value", "                   ^"),
            ("ä = \"x", "quotes do not end", "               ^^"),
        ] {
            let read = Conditions::read("filter", text).and_then(|read| read.to_json(&anything));
            let told = read.unwrap_err().to_string();
            assert!(told.contains(message), "{told}");
            let line = told.lines().last().unwrap();
            assert_eq!(line.trim_start(), marks.trim_start(), "{told}");
            let at = "  --filter ".len() + text.chars().count();
            assert!(line.len() <= at + 1, "{told}");
        }
        let unknown = |json: &Json| match json.get("valeu") {
            Some(_) => Err(Error::invalid("there is no field `valeu`")),
            None if json["value"] == json!({"gt": "x"}) => Err(Error::invalid("expected a number")),
            None if json["value"].get("lke").is_some() => Err(Error::invalid("there is no operator `lke`")),
            None => Ok(()),
        };
        for (text, marked) in [("valeu > 3", "valeu"), ("value > x", "x"), ("value lke 3", "lke")] {
            let told = Conditions::read("filter", text).unwrap().to_json(&unknown).unwrap_err().to_string();
            let (line, marks) = (told.lines().nth_back(1).unwrap(), told.lines().last().unwrap());
            assert_eq!(&line[marks.find('^').unwrap()..marks.len()], marked, "{told}");
        }
    }
}
