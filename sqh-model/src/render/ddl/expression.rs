//! Whether two SQL expressions say the same, though PostgreSQL writes one of them anew.
//!
//! The catalog keeps expressions parsed and writes them out with casts, parentheses and operators of
//! its own: `kind IN ('a', 'b')` comes back as `((kind)::text = ANY (ARRAY['a'::text, 'b'::text]))`.
//! Both are brought to one list of words. Casts and parentheses are left out of it, so a difference
//! in these alone is not seen; another spelling that is not known here is seen as a difference.

/// Whether two expressions say the same.
pub(super) fn same(a: &str, b: &str) -> bool {
    normal(a) == normal(b)
}

/// An expression as a list of words.
fn normal(sql: &str) -> Vec<String> {
    let mut tokens = tokens(sql);
    for rewrite in [drop_casts, expand_between, expand_in, drop_aliases] {
        tokens = rewrite(tokens);
    }
    tokens.into_iter().filter(|token| *token != "(" && *token != ")").map(spell).collect()
}

/// Words, numbers, strings (with their quote), operators. Bare words in lower case.
fn tokens(sql: &str) -> Vec<String> {
    let chars: Vec<char> = sql.chars().collect();
    let mut tokens: Vec<String> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let start = i;
        let run = |from: usize, wanted: fn(char) -> bool| {
            (from..chars.len()).find(|at| !wanted(chars[*at])).unwrap_or(chars.len())
        };
        match chars[i] {
            c if c.is_whitespace() => {
                i += 1;
                continue;
            }
            quote @ ('\'' | '"') => {
                i = end_of_quoted(&chars, i, quote);
                tokens.extend(quoted_tokens(&chars[start..i], quote));
                continue;
            }
            c if c.is_alphabetic() || c == '_' => i = run(i, |c| c.is_alphanumeric() || c == '_' || c == '$'),
            c if c.is_ascii_digit() => i = run(i, |c| c.is_ascii_digit() || c == '.'),
            ':' => i = run(i, |c| c == ':'),
            c if is_operator(c) => i = run(i, is_operator),
            _ => i += 1,
        }
        tokens.push(chars[start..i].iter().collect::<String>().to_lowercase());
    }
    tokens
}

fn is_operator(c: char) -> bool {
    "+-*/<>=~!@#%^&|?".contains(c)
}

// A doubled quote stands for itself.
fn end_of_quoted(chars: &[char], start: usize, quote: char) -> usize {
    let mut i = start + 1;
    while i < chars.len() {
        if chars[i] == quote {
            if chars.get(i + 1) != Some(&quote) {
                return i + 1;
            }
            i += 1;
        }
        i += 1;
    }
    chars.len()
}

// `"name"` is `name`, and `'-1'` is the number, since PostgreSQL quotes a number with a sign.
fn quoted_tokens(text: &[char], quote: char) -> Vec<String> {
    let text: String = text.iter().collect();
    let inner = text.trim_matches(quote);
    let is_number = inner.parse::<f64>().is_ok() && inner.bytes().any(|byte| byte.is_ascii_digit());
    match inner.strip_prefix('-').filter(|_| is_number) {
        Some(number) => vec!["-".to_owned(), number.to_owned()],
        None if quote == '"' || is_number => vec![inner.to_owned()],
        None => vec![text],
    }
}

fn drop_casts(tokens: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(tokens.len());
    // How deep in parentheses each open `CAST (` is.
    let mut casts = Vec::new();
    let mut depth = 0_usize;
    let mut i = 0;
    while i < tokens.len() {
        let next = tokens.get(i + 1).map(String::as_str);
        match tokens[i].as_str() {
            "::" => {
                i = end_of_type(&tokens, i + 1);
                continue;
            }
            "cast" if next == Some("(") => casts.push(depth + 1),
            "as" if casts.last() == Some(&depth) => {
                casts.pop();
                i = end_of_type(&tokens, i + 1);
                continue;
            }
            // `interval '1 day'` is `'1 day'::interval`.
            "interval" | "date" | "timestamp" | "timestamptz" | "time"
                if next.is_some_and(|next| next.starts_with('\'')) => {}
            token => {
                depth = match token {
                    "(" => depth + 1,
                    ")" => depth.saturating_sub(1),
                    _ => depth,
                };
                kept.push(tokens[i].clone());
            }
        }
        i += 1;
    }
    kept
}

/// The words that a type may go on with after its first.
const TYPE_WORDS: &[&str] = &["precision", "varying", "with", "without", "time", "zone"];

fn end_of_type(tokens: &[String], start: usize) -> usize {
    let at = |i: usize| tokens.get(i).map_or("", String::as_str);
    let mut i = start + 1;
    if at(i) == "." {
        i += 2;
    }
    loop {
        match at(i) {
            "[" if at(i + 1) == "]" => i += 2,
            "(" => i += tokens[i..].iter().position(|token| token == ")").map_or(1, |end| end + 1),
            word if TYPE_WORDS.contains(&word) => i += 1,
            _ => return i,
        }
    }
}

// `x BETWEEN a AND b` is `x >= a AND x <= b`.
fn expand_between(tokens: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(tokens.len());
    let mut operand: Option<Vec<String>> = None;
    for token in tokens {
        match (token.as_str(), operand.take()) {
            ("between", _) => {
                operand = Some(out[start_of_operand(&out)..].to_vec());
                out.push(">=".to_owned());
            }
            ("and", Some(repeated)) => {
                out.push(token);
                out.extend(repeated);
                out.push("<=".to_owned());
            }
            (_, pending) => {
                operand = pending;
                out.push(token);
            }
        }
    }
    out
}

fn start_of_operand(tokens: &[String]) -> usize {
    if tokens.last().is_none_or(|last| last != ")") {
        return tokens.len().saturating_sub(1);
    }
    let mut depth = 0;
    let open = tokens.iter().rposition(|token| {
        depth += i32::from(token == ")") - i32::from(token == "(");
        depth == 0
    });
    let open = open.unwrap_or(0);
    let is_call = open > 0 && tokens[open - 1].chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_call { open - 1 } else { open }
}

// `x IN (a, b)` is `x = ANY (ARRAY[a, b])`, and `x IN (a)` is `x = a`.
fn expand_in(tokens: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(tokens.len());
    let mut i = 0;
    while i < tokens.len() {
        let list = (tokens[i] == "in" && tokens.get(i + 1).is_some_and(|next| next == "("))
            .then(|| tokens[i + 1..].iter().position(|token| token == ")"))
            .flatten();
        let Some(length) = list else {
            out.push(tokens[i].clone());
            i += 1;
            continue;
        };
        let items = &tokens[i + 2..i + 1 + length];
        let negated = out.last().is_some_and(|last| last == "not");
        if negated {
            out.pop();
        }
        out.push(if negated { "<>" } else { "=" }.to_owned());
        if items.iter().any(|item| item == ",") {
            out.extend([if negated { "all" } else { "any" }, "array", "["].map(str::to_owned));
            out.extend(items.iter().cloned());
            out.push("]".to_owned());
        } else {
            out.extend(items.iter().cloned());
        }
        i += length + 2;
    }
    out
}

// PostgreSQL names the columns of a subquery.
fn drop_aliases(tokens: Vec<String>) -> Vec<String> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        if token == "as" {
            tokens.next();
        } else {
            out.push(token);
        }
    }
    out
}

fn spell(token: String) -> String {
    match token.as_str() {
        "!=" => "<>",
        "like" => "~~",
        "ilike" => "~~*",
        _ => return token,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn the_catalog_spells_expressions_its_own_way() {
        for (model, catalog) in [
            ("value > 0", "(value > (0)::double precision)"),
            ("\"kind\" IN ('a', 'b')", "((kind)::text = ANY (ARRAY['a'::text, 'b'::text]))"),
            ("kind in ('a')", "(kind = 'a'::text)"),
            ("kind NOT IN ('a', 'it''s')", "(kind <> ALL (ARRAY['a'::text, 'it''s'::text]))"),
            ("n between -90 and 90", "((n >= ('-90'::integer)::double precision) AND (n <= (90)::double precision))"),
            ("length(name) BETWEEN 1 AND 9", "((length(name) >= 1) AND (length(name) <= 9))"),
            ("name LIKE 'x%'", "(name ~~ 'x%'::text)"),
            ("deleted_at IS NULL AND state != 'gone'", "((deleted_at IS NULL) AND (state <> 'gone'::text))"),
            ("now() + interval '1 day'", "(now() + '1 day'::interval)"),
            ("CAST(value AS numeric(9, 2)) * 2", "((value)::numeric(9,2) * (2)::numeric)"),
            ("'{}'::text[]", "'{}'::text[]"),
            ("at AT TIME ZONE 'UTC'", "(at AT TIME ZONE 'UTC'::text)"),
            (
                "t = (SELECT NULLIF(current_setting('a', true), '')::uuid)",
                "(t = ( SELECT (NULLIF(current_setting('a'::text, true), ''::text))::uuid AS \"nullif\"))",
            ),
        ] {
            assert!(same(model, catalog), "{model}\n{:?}\n{:?}", super::normal(model), super::normal(catalog));
        }
    }

    #[test]
    fn what_differs_is_told_apart() {
        for (a, b) in [
            ("value > 0", "value >= 0"),
            ("value > 0", "value > 1"),
            ("kind IN ('a', 'b')", "(kind = ANY (ARRAY['a'::text]))"),
            ("name = 'A'", "name = 'a'"),
            ("a AND b", "a OR b"),
            ("x BETWEEN 1 AND 2", "x BETWEEN 1 AND 3"),
            ("now()", "clock_timestamp()"),
        ] {
            assert!(!same(a, b), "{a} / {b}");
        }
    }
}
