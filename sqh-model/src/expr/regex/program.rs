//! [`Program`]: a pattern as steps, which a text is led through once, character by character.

use super::class::{Class, is_of_word};
use super::parse::{Node, Place};
use crate::error::{Error, Result};

/// How many steps a pattern has at most, its repetitions written out.
const MAX_STEPS: usize = 2_000;

#[derive(Debug)]
pub(super) struct Program {
    steps: Vec<Step>,
    case_sensitive: bool,
}

#[derive(Debug)]
enum Step {
    /// Takes a character, and goes on to the next step.
    Take(Class),
    /// Goes on where the text is at a place.
    At(Place),
    /// Goes on at each of two steps.
    Both(usize, usize),
    Found,
}

impl Program {
    /// # Errors
    /// `Invalid` if it has too many steps.
    pub(super) fn of(node: &Node, case_sensitive: bool) -> Result<Self> {
        let mut program = Self { steps: Vec::new(), case_sensitive };
        program.write(node)?;
        program.push(Step::Found)?;
        Ok(program)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let mut waiting = Vec::new();
        let mut before = None;
        let mut rest = text.chars();
        loop {
            let next = rest.clone().next();
            // A match may begin anywhere.
            waiting.push(0);
            let Some(taking) = self.reached(&waiting, before, next) else {
                return true;
            };
            let Some(character) = rest.next() else {
                return false;
            };
            waiting.clear();
            waiting.extend(
                taking
                    .into_iter()
                    .filter_map(|(step, class)| class.holds(character, self.case_sensitive).then_some(step + 1)),
            );
            before = Some(character);
        }
    }

    /// The steps that take a character, of all that can be reached without one; `None` if the end can.
    fn reached(&self, from: &[usize], before: Option<char>, next: Option<char>) -> Option<Vec<(usize, &Class)>> {
        let mut taking = Vec::new();
        let mut seen = vec![false; self.steps.len()];
        let mut open = from.to_vec();
        while let Some(step) = open.pop() {
            if std::mem::replace(&mut seen[step], true) {
                continue;
            }
            match &self.steps[step] {
                Step::Found => return None,
                Step::Take(class) => taking.push((step, class)),
                Step::At(place) if place.is_between(before, next) => open.push(step + 1),
                Step::At(_) => {}
                Step::Both(one, other) => open.extend([*one, *other]),
            }
        }
        Some(taking)
    }

    fn write(&mut self, node: &Node) -> Result<()> {
        match node {
            Node::One(class) => self.push(Step::Take(class.clone())).map(drop),
            Node::At(place) => self.push(Step::At(*place)).map(drop),
            // Even nothing is a step, so that nothing repeated in groups is counted.
            Node::All(nodes) if nodes.is_empty() => self.nothing(),
            Node::Repeat { most: Some(0), .. } => self.nothing(),
            Node::All(nodes) => nodes.iter().try_for_each(|node| self.write(node)),
            Node::Any(nodes) => self.any(nodes),
            Node::Repeat { node, least, most } => {
                (0..*least).try_for_each(|_| self.write(node))?;
                match most {
                    None => self.any_number(node),
                    Some(most) => self.up_to(node, most - least),
                }
            }
        }
    }

    fn any(&mut self, nodes: &[Node]) -> Result<()> {
        let mut ends = Vec::new();
        for (i, node) in nodes.iter().enumerate() {
            if i + 1 == nodes.len() {
                self.write(node)?;
                break;
            }
            let fork = self.fork()?;
            self.write(node)?;
            ends.push(self.fork()?);
            self.steps[fork] = Step::Both(fork + 1, self.steps.len());
        }
        let end = self.steps.len();
        ends.into_iter().for_each(|step| self.steps[step] = Step::Both(end, end));
        Ok(())
    }

    fn any_number(&mut self, node: &Node) -> Result<()> {
        let fork = self.fork()?;
        self.write(node)?;
        self.push(Step::Both(fork, fork))?;
        self.steps[fork] = Step::Both(fork + 1, self.steps.len());
        Ok(())
    }

    fn up_to(&mut self, node: &Node, times: u32) -> Result<()> {
        let mut forks = Vec::new();
        for _ in 0..times {
            forks.push(self.fork()?);
            self.write(node)?;
        }
        let end = self.steps.len();
        forks.into_iter().for_each(|fork| self.steps[fork] = Step::Both(fork + 1, end));
        Ok(())
    }

    fn nothing(&mut self) -> Result<()> {
        let next = self.steps.len() + 1;
        self.push(Step::Both(next, next)).map(drop)
    }

    /// A step that is filled in once it is known where it leads.
    fn fork(&mut self) -> Result<usize> {
        self.push(Step::Both(0, 0))
    }

    fn push(&mut self, step: Step) -> Result<usize> {
        if self.steps.len() == MAX_STEPS {
            let message = format!("with its repetitions written out the pattern has at most {MAX_STEPS} steps");
            return Err(Error::invalid(message));
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }
}

impl Place {
    fn is_between(self, before: Option<char>, next: Option<char>) -> bool {
        let (behind_word, before_word) = (before.is_some_and(is_of_word), next.is_some_and(is_of_word));
        match self {
            Self::Start => before.is_none(),
            Self::End => next.is_none(),
            Self::StartOfWord => !behind_word && before_word,
            Self::EndOfWord => behind_word && !before_word,
            Self::EdgeOfWord => behind_word != before_word,
            Self::NoEdgeOfWord => behind_word == before_word,
        }
    }
}
