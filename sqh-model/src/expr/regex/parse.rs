//! Patterns, read: [`read`] gives a [`Node`], or says what is wrong and where.

use super::class::{Class, NAMED, shorthand};
use crate::error::{Error, Result};

/// How deep groups may stand in each other.
const MAX_DEPTH: usize = 50;

/// How often something may be repeated by a number: PostgreSQL's own limit.
const MAX_REPEAT: u32 = 255;

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum Node {
    One(Class),
    At(Place),
    /// One behind the other.
    All(Vec<Node>),
    /// One of them.
    Any(Vec<Node>),
    Repeat {
        node: Box<Node>,
        least: u32,
        /// Any number if `None`.
        most: Option<u32>,
    },
}

/// A place between characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Start,
    End,
    StartOfWord,
    EndOfWord,
    EdgeOfWord,
    NoEdgeOfWord,
}

pub(super) fn read(pattern: &str) -> Result<Node> {
    let mut reader = Reader { characters: pattern.chars().collect(), at: 0 };
    if let Some(at) = reader.characters.iter().position(|character| *character == '\0') {
        return Err(wrong(at, "a text holds no NUL"));
    }
    let node = reader.alternatives(0)?;
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(wrong(reader.at, "`)` closes nothing: write `\\)` to mean the character itself")),
    }
}

struct Reader {
    characters: Vec<char>,
    at: usize,
}

impl Reader {
    fn alternatives(&mut self, depth: usize) -> Result<Node> {
        if depth > MAX_DEPTH {
            return Err(wrong(self.at, &format!("groups stand at most {MAX_DEPTH} deep")));
        }
        let mut any = vec![self.sequence(depth)?];
        while self.takes('|') {
            any.push(self.sequence(depth)?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Node::Any(any) })
    }

    fn sequence(&mut self, depth: usize) -> Result<Node> {
        let mut all = Vec::new();
        while self.peek().is_some_and(|next| next != '|' && next != ')') {
            let atom = self.atom(depth)?;
            all.push(match atom {
                Node::At(_) => atom,
                atom => self.repeated(atom)?,
            });
        }
        Ok(Node::All(all))
    }

    fn atom(&mut self, depth: usize) -> Result<Node> {
        let start = self.at;
        let Some(character) = self.next() else {
            return Ok(Node::All(Vec::new()));
        };
        match character {
            '(' => self.group(start, depth),
            '[' => self.class(start).map(Node::One),
            '\\' => self.escape(start),
            '^' => Ok(Node::At(Place::Start)),
            '$' => Ok(Node::At(Place::End)),
            '.' => Ok(Node::One(Class::any())),
            '{' if !self.peek().is_some_and(|next| next.is_ascii_digit()) => {
                Err(wrong(start, "`{` stands before a number: write `\\{` to mean the character itself"))
            }
            '*' | '+' | '?' | '{' => Err(wrong(
                start,
                &format!("there is nothing for `{character}` to repeat: write `\\{character}` to mean the character"),
            )),
            character => Ok(Node::One(Class::one(character))),
        }
    }

    fn group(&mut self, start: usize, depth: usize) -> Result<Node> {
        if self.takes('?') && !self.takes(':') {
            return Err(wrong(start, "of what begins with `(?` there is `(?:` only, a group"));
        }
        let inner = self.alternatives(depth + 1)?;
        if !self.takes(')') {
            return Err(wrong(start, "there is no `)` for this `(`: write `\\(` to mean the character itself"));
        }
        Ok(inner)
    }

    fn repeated(&mut self, atom: Node) -> Result<Node> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') if self.characters.get(self.at + 1).is_some_and(char::is_ascii_digit) => self.bounds()?,
            _ => return Ok(atom),
        };
        self.at += 1;
        // Which of several matches is found does not matter where only one is asked for.
        self.takes('?');
        Ok(Node::Repeat { node: Box::new(atom), least, most })
    }

    /// Numbers in braces, up to the closing one.
    fn bounds(&mut self) -> Result<(u32, Option<u32>)> {
        let start = self.at;
        self.at += 1;
        let least = self.number()?;
        let most = match self.takes(',') {
            false => Some(least),
            true if self.peek() == Some('}') => None,
            true => Some(self.number()?),
        };
        if self.peek() != Some('}') {
            return Err(wrong(start, "how often something is repeated is written `{2}`, `{2,}` or `{2,5}`"));
        }
        if most.is_some_and(|most| most < least) {
            return Err(wrong(start, "nothing is repeated more often at least than at most"));
        }
        Ok((least, most))
    }

    fn number(&mut self) -> Result<u32> {
        let start = self.at;
        while self.peek().is_some_and(|next| next.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.characters[start..self.at].iter().collect();
        match digits.parse::<u32>() {
            Ok(number) if number <= MAX_REPEAT => Ok(number),
            _ => Err(wrong(start, &format!("a number of repetitions is written here, of at most {MAX_REPEAT}"))),
        }
    }

    fn escape(&mut self, start: usize) -> Result<Node> {
        let letter = self.escaped(start)?;
        let at = |place| Ok(Node::At(place));
        match letter {
            'A' => at(Place::Start),
            'Z' => at(Place::End),
            'm' => at(Place::StartOfWord),
            'M' => at(Place::EndOfWord),
            'y' => at(Place::EdgeOfWord),
            'Y' => at(Place::NoEdgeOfWord),
            'D' | 'S' | 'W' => {
                let ranges = shorthand(letter.to_ascii_lowercase()).unwrap_or_default();
                Ok(Node::One(Class::of(ranges, true)))
            }
            letter => Ok(Node::One(match shorthand(letter) {
                Some(ranges) => Class::of(ranges, false),
                None => Class::one(literal(start, letter)?),
            })),
        }
    }

    fn escaped(&mut self, start: usize) -> Result<char> {
        let lone = || wrong(start, "a lone `\\` ends it: write `\\\\` to mean the character itself");
        self.next().ok_or_else(lone)
    }

    /// What stands in brackets.
    fn class(&mut self, start: usize) -> Result<Class> {
        let negated = self.takes('^');
        let mut ranges = Vec::new();
        let first = self.at;
        loop {
            let at = self.at;
            match self.next() {
                None => return Err(wrong(start, "there is no `]` for this `[`: write `\\[` to mean the character")),
                Some(']') if at > first => return Ok(Class::of(&ranges, negated)),
                Some('[') if matches!(self.peek(), Some(':' | '.' | '=')) => ranges.extend(self.named(at)?),
                Some('\\') => {
                    let letter = self.escaped(at)?;
                    match shorthand(letter) {
                        Some(shorthand) => ranges.extend(shorthand),
                        None => ranges.push(self.range(at, literal(at, letter)?)?),
                    }
                }
                Some('-') if at > first && self.peek() != Some(']') => {
                    return Err(wrong(at, "a `-` stands first, last or between two characters, else write `\\-`"));
                }
                Some(character) => ranges.push(self.range(at, character)?),
            }
        }
    }

    /// The character, or the range that it begins.
    fn range(&mut self, start: usize, low: char) -> Result<(char, char)> {
        let is_range = self.peek() == Some('-') && self.characters.get(self.at + 1).is_some_and(|next| *next != ']');
        if !is_range {
            return Ok((low, low));
        }
        self.at += 1;
        let at = self.at;
        let high = match self.next() {
            Some('\\') => {
                let letter = self.escaped(at)?;
                literal(at, letter)?
            }
            Some('[') => return Err(wrong(at, "a range ends with a character: write `\\[` to mean this one")),
            Some(character) => character,
            None => low,
        };
        if high < low {
            return Err(wrong(start, "the range runs backwards"));
        }
        Ok((low, high))
    }

    /// `[:name:]`, of which the first bracket is read.
    fn named(&mut self, start: usize) -> Result<&'static [(char, char)]> {
        if !self.takes(':') {
            let sign = self.peek().unwrap_or_default();
            return Err(wrong(start, &format!("there is no `[{sign}`: write the characters themselves")));
        }
        let rest = &self.characters[self.at..];
        let end = rest.windows(2).position(|two| two == [':', ']']).unwrap_or(rest.len());
        let name: String = rest[..end].iter().collect();
        let known = NAMED.iter().find(|(known, _)| *known == name).map(|(_, ranges)| *ranges);
        self.at += end + 2;
        known.ok_or_else(|| {
            let names = NAMED.map(|(name, _)| name).join("`, `");
            wrong(start, &format!("`[:` is followed by one of `{names}` and `:]`"))
        })
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    fn takes(&mut self, character: char) -> bool {
        let is_next = self.peek() == Some(character);
        self.at += usize::from(is_next);
        is_next
    }
}

/// The character that an escape stands for.
fn literal(start: usize, letter: char) -> Result<char> {
    match letter {
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        't' => Ok('\t'),
        'f' => Ok('\u{c}'),
        'v' => Ok('\u{b}'),
        '0'..='9' => Err(wrong(start, "there are no back references")),
        'a'..='z' | 'A'..='Z' => {
            Err(wrong(start, &format!("there is no `\\{letter}` here; a character is written as it is")))
        }
        character => Ok(character),
    }
}

fn wrong(at: usize, message: &str) -> Error {
    Error::invalid(format!("character {} of the pattern: {message}", at + 1))
}
