//! How long and how deep a statement may be. Whoever writes it chooses what the parser does.

use sqh_model::{Error, ErrorKind, Result};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::refused;

/// How many bytes a statement may have.
const LONGEST: usize = 64 * 1024;
/// How many words and signs. A chain of operators is as deep as it is long.
const MOST_TOKENS: usize = 4_000;
/// How many parentheses may be open: the parser looks at what is inside them several times.
const MOST_OPEN: usize = 16;
/// How deep the parser goes.
pub(super) const DEEPEST_PARSE: usize = 40;
/// How deep what it gives may be.
pub(super) const DEEPEST: usize = 48;

/// How much room that takes: without optimisation the parser needs 55 kB for each level, and callers of ours
/// may have little left.
const STACK: usize = 16 << 20;

/// Does something with room for the deepest statement. The thread costs less than the way to the server.
///
/// # Errors
/// What is done; `Unavailable` if there is no thread to be had.
pub(super) fn with_room<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("sqh-sql".to_owned()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work).map_err(|source| {
            Error::new(ErrorKind::Unavailable, "there is no thread to read the statement").with_source(source)
        })?;
        thread.join().unwrap_or_else(|_| Err(Error::invalid("the statement is not understood: the parser gave up")))
    })
}

/// The words and signs of a statement.
///
/// # Errors
/// `Invalid` for one that is too long or too deep, and for what is no SQL at all.
pub(super) fn tokens(sql: &str) -> Result<Vec<TokenWithSpan>> {
    if sql.len() > LONGEST {
        return Err(refused("the statement", format!("it is longer than {LONGEST} bytes")));
    }
    if sql.contains('\0') {
        return Err(refused("the statement", "it holds a NUL"));
    }
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql)
        .tokenize_with_location()
        .map_err(|error| Error::invalid(format!("the statement is not understood: {error}")))?;
    let (mut count, mut open) = (0, 0_usize);
    for token in &tokens {
        match token.token {
            Token::Whitespace(_) => continue,
            Token::LParen | Token::LBracket | Token::LBrace => open += 1,
            Token::RParen | Token::RBracket | Token::RBrace => open = open.saturating_sub(1),
            _ => {}
        }
        count += 1;
        if open > MOST_OPEN {
            return Err(refused("the statement", format!("it is nested too deeply, beyond {MOST_OPEN} parentheses")));
        }
        if count > MOST_TOKENS {
            return Err(refused("the statement", format!("it has more than {MOST_TOKENS} words and signs")));
        }
    }
    Ok(tokens)
}
