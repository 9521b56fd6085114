//! Expressions: what is on the list is written with parentheses around it, the rest is refused.

use sqh_model::{Error, Result};
use sqlparser::ast::{
    Array, BinaryOperator, CaseWhen, CastKind, CeilFloorKind, DateTimeField, Expr, ExtractSyntax, Interval,
    TrimWhereField, TypedString, UnaryOperator, Value,
};

use super::names::Scope;
use super::query::{Use, column_name};
use super::text::{Part, Text};
use super::{Checker, check_absent, refused, types};

mod call;

impl Checker<'_> {
    pub(super) fn expr(&mut self, scope: &Scope<'_>, expr: &Expr, text: &mut Text) -> Result<()> {
        self.deeper(|checker| checker.node(scope, expr, text))
    }

    fn node(&mut self, scope: &Scope<'_>, expr: &Expr, text: &mut Text) -> Result<()> {
        if let Some(names) = column_name(expr)? {
            let found = scope.column(&names)?;
            let column = self.read(&found, false);
            text.push(&column);
            return Ok(());
        }
        match expr {
            Expr::Value(value) => self.value(&value.value, text),
            Expr::Nested(inner) => self.expr(scope, inner, text),
            Expr::BinaryOp { .. } => self.chain(scope, expr, text),
            Expr::UnaryOp { op, expr } => {
                let word = match op {
                    UnaryOperator::Not => "(NOT ",
                    UnaryOperator::Minus => "(- ",
                    UnaryOperator::Plus => "(+ ",
                    other => return Err(refused(format!("the operator `{other}`"), "it is not on the list")),
                };
                self.wrapped(scope, word, expr, ")", text)
            }
            Expr::IsNull(inner) => self.wrapped(scope, "(", inner, " IS NULL)", text),
            Expr::IsNotNull(inner) => self.wrapped(scope, "(", inner, " IS NOT NULL)", text),
            Expr::IsTrue(inner) => self.wrapped(scope, "(", inner, " IS TRUE)", text),
            Expr::IsNotTrue(inner) => self.wrapped(scope, "(", inner, " IS NOT TRUE)", text),
            Expr::IsFalse(inner) => self.wrapped(scope, "(", inner, " IS FALSE)", text),
            Expr::IsNotFalse(inner) => self.wrapped(scope, "(", inner, " IS NOT FALSE)", text),
            Expr::IsUnknown(inner) => self.wrapped(scope, "(", inner, " IS UNKNOWN)", text),
            Expr::IsNotUnknown(inner) => self.wrapped(scope, "(", inner, " IS NOT UNKNOWN)", text),
            Expr::IsDistinctFrom(left, right) => self.pair(scope, left, " IS DISTINCT FROM ", right, text),
            Expr::IsNotDistinctFrom(left, right) => self.pair(scope, left, " IS NOT DISTINCT FROM ", right, text),
            Expr::Between { expr, negated, low, high } => {
                self.wrapped(scope, "(", expr, if *negated { " NOT BETWEEN " } else { " BETWEEN " }, text)?;
                self.wrapped(scope, "", low, " AND ", text)?;
                self.wrapped(scope, "", high, ")", text)
            }
            Expr::Like { negated, any, expr, pattern, escape_char } => {
                check_absent(*any || escape_char.is_some(), "a word behind LIKE", "write the pattern alone")?;
                self.pair(scope, expr, if *negated { " NOT LIKE " } else { " LIKE " }, pattern, text)
            }
            Expr::ILike { negated, any, expr, pattern, escape_char } => {
                check_absent(*any || escape_char.is_some(), "a word behind ILIKE", "write the pattern alone")?;
                self.pair(scope, expr, if *negated { " NOT ILIKE " } else { " ILIKE " }, pattern, text)
            }
            Expr::InList { expr, list, negated } => self.in_list(scope, expr, list, *negated, text),
            Expr::InSubquery { expr, subquery, negated } => {
                self.wrapped(scope, "(", expr, if *negated { " NOT IN (" } else { " IN (" }, text)?;
                let (body, _) = self.query(scope, subquery, Use::Asked)?;
                text.append(body);
                text.push("))");
                Ok(())
            }
            Expr::Exists { subquery, negated } => {
                // It looks at no column.
                let (body, _) = self.query(scope, subquery, Use::Table)?;
                text.push(if *negated { "(NOT EXISTS (" } else { "(EXISTS (" });
                text.append(body);
                text.push("))");
                Ok(())
            }
            Expr::Subquery(subquery) => {
                let (body, outputs) = self.query(scope, subquery, Use::Asked)?;
                check_absent(outputs.len() != 1, "a query of several columns as a value", "select one")?;
                text.push("(");
                text.append(body);
                text.push(")");
                Ok(())
            }
            Expr::AnyOp { left, compare_op, right, is_some: _ } => {
                self.quantified(scope, left, compare_op, " ANY (", right, text)
            }
            Expr::AllOp { left, compare_op, right } => self.quantified(scope, left, compare_op, " ALL (", right, text),
            Expr::Cast { kind, expr, data_type, format } => {
                let is_standard = matches!(kind, CastKind::Cast | CastKind::DoubleColon);
                check_absent(!is_standard || format.is_some(), "this kind of cast", "write CAST(… AS …)")?;
                let ty = types::name(data_type)?;
                self.wrapped(scope, "(", expr, &format!("::{ty})"), text)
            }
            Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax }) => {
                check_absent(*uses_odbc_syntax, "a value in braces", "it is none of PostgreSQL's")?;
                text.push("(");
                self.value(&value.value, text)?;
                text.push(&format!("::{})", types::name(data_type)?));
                Ok(())
            }
            Expr::Interval(interval) => self.interval(scope, interval, text),
            Expr::AtTimeZone { timestamp, time_zone } => self.pair(scope, timestamp, " AT TIME ZONE ", time_zone, text),
            Expr::Extract { field, syntax, expr } => {
                check_absent(*syntax != ExtractSyntax::From, "this form of EXTRACT", "write EXTRACT(… FROM …)")?;
                let word = format!("EXTRACT({} FROM ", time_field(field)?);
                self.wrapped(scope, &word, expr, ")", text)
            }
            Expr::Ceil { expr, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
                self.wrapped(scope, "pg_catalog.ceil(", expr, ")", text)
            }
            Expr::Floor { expr, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
                self.wrapped(scope, "pg_catalog.floor(", expr, ")", text)
            }
            Expr::Position { expr, r#in } => {
                self.wrapped(scope, "pg_catalog.strpos(", r#in, ", ", text)?;
                self.wrapped(scope, "", expr, ")", text)
            }
            Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
                let from = substring_from.as_deref();
                let from = from.ok_or_else(|| refused("this form of SUBSTRING", "say from where"))?;
                self.wrapped(scope, "pg_catalog.substr(", expr, ", ", text)?;
                self.wrapped(scope, "(", from, ")::integer", text)?;
                if let Some(length) = substring_for {
                    self.wrapped(scope, ", (", length, ")::integer", text)?;
                }
                text.push(")");
                Ok(())
            }
            Expr::Trim { trim_where, trim_what, expr, trim_characters } => {
                check_absent(trim_characters.is_some(), "this form of TRIM", "write TRIM(BOTH … FROM …)")?;
                let function = match trim_where {
                    None | Some(TrimWhereField::Both) => "pg_catalog.btrim(",
                    Some(TrimWhereField::Leading) => "pg_catalog.ltrim(",
                    Some(TrimWhereField::Trailing) => "pg_catalog.rtrim(",
                };
                self.wrapped(scope, function, expr, "", text)?;
                if let Some(what) = trim_what {
                    self.wrapped(scope, ", ", what, "", text)?;
                }
                text.push(")");
                Ok(())
            }
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                text.push("(CASE ");
                if let Some(operand) = operand {
                    self.expr(scope, operand, text)?;
                }
                for CaseWhen { condition, result } in conditions {
                    self.wrapped(scope, " WHEN ", condition, " THEN ", text)?;
                    self.expr(scope, result, text)?;
                }
                if let Some(result) = else_result {
                    self.wrapped(scope, " ELSE ", result, "", text)?;
                }
                text.push(" END)");
                Ok(())
            }
            Expr::Array(Array { elem, named: true }) => {
                text.push("ARRAY[");
                self.list(scope, elem, text)?;
                text.push("]");
                Ok(())
            }
            Expr::Tuple(values) => {
                text.push("(");
                self.list(scope, values, text)?;
                text.push(")");
                Ok(())
            }
            Expr::Function(function) => self.call(scope, function, text),
            Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => Err(refused("`*` in an expression", "name columns")),
            Expr::CompoundFieldAccess { .. } | Expr::JsonAccess { .. } => {
                Err(refused(format!("`{expr}`"), "a part of a value is taken with `->`, or by a function"))
            }
            Expr::Collate { .. } => Err(refused("COLLATE", "texts are ordered as their columns say")),
            Expr::SimilarTo { .. } => Err(refused("SIMILAR TO", "write LIKE or `~`")),
            Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_) => {
                Err(refused("a grouping inside of an expression", "it stands behind GROUP BY"))
            }
            // What PostgreSQL has not, and what is rare.
            Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::IsJson { .. }
            | Expr::IsNormalized { .. }
            | Expr::InUnnest { .. }
            | Expr::RLike { .. }
            | Expr::Convert { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. }
            | Expr::Overlay { .. }
            | Expr::Prefixed { .. }
            | Expr::Struct { .. }
            | Expr::Named { .. }
            | Expr::Dictionary(_)
            | Expr::Map(_)
            | Expr::Array(_)
            | Expr::MatchAgainst { .. }
            | Expr::OuterJoin(_)
            | Expr::Prior(_)
            | Expr::Lambda(_)
            | Expr::MemberOf(_) => Err(refused(format!("`{expr}`"), "this form of an expression is not on the list")),
        }
    }

    /// A value that is written down, or a parameter.
    pub(super) fn value(&mut self, value: &Value, text: &mut Text) -> Result<()> {
        match value {
            Value::Number(number, false) => text.number(&number.to_string()),
            Value::SingleQuotedString(value) => {
                text.literal(value);
                Ok(())
            }
            Value::Boolean(value) => {
                text.push(if *value { "TRUE" } else { "FALSE" });
                Ok(())
            }
            Value::Null => {
                text.push("NULL");
                Ok(())
            }
            Value::Placeholder(name) => {
                let position = self.param(name)?;
                text.part(Part::Param(position));
                Ok(())
            }
            other => Err(refused(format!("the value {other}"), "write texts in single quotes and numbers plainly")),
        }
    }

    fn param(&mut self, name: &str) -> Result<usize> {
        let Some(name) = name.strip_prefix(':') else {
            return Err(refused(format!("the parameter `{name}`"), "parameters have names: `:name`"));
        };
        let position = self.params.position(name)?;
        self.used.insert(position);
        Ok(position)
    }

    fn wrapped(&mut self, scope: &Scope<'_>, before: &str, expr: &Expr, after: &str, text: &mut Text) -> Result<()> {
        text.push(before);
        self.expr(scope, expr, text)?;
        text.push(after);
        Ok(())
    }

    fn pair(&mut self, scope: &Scope<'_>, left: &Expr, word: &str, right: &Expr, text: &mut Text) -> Result<()> {
        self.wrapped(scope, "(", left, word, text)?;
        self.wrapped(scope, "", right, ")", text)
    }

    pub(super) fn list(&mut self, scope: &Scope<'_>, exprs: &[Expr], text: &mut Text) -> Result<()> {
        for (i, expr) in exprs.iter().enumerate() {
            text.push(if i == 0 { "" } else { ", " });
            self.expr(scope, expr, text)?;
        }
        Ok(())
    }

    /// A chain of operators of one rank is as deep as it is long: it is walked, and written flat.
    fn chain(&mut self, scope: &Scope<'_>, expr: &Expr, text: &mut Text) -> Result<()> {
        let Expr::BinaryOp { left, op, right } = expr else {
            return Err(Error::internal("the chain has no operator"));
        };
        let rank = rank(op);
        let (mut rest, mut first) = (vec![(op, &**right)], &**left);
        while let Expr::BinaryOp { left, op, right } = first
            && rank.is_some()
            && self::rank(op) == rank
        {
            rest.push((op, right));
            first = left;
        }
        self.wrapped(scope, "(", first, "", text)?;
        for (op, operand) in rest.into_iter().rev() {
            let word = format!(" {} ", operator(op)?);
            self.wrapped(scope, &word, operand, "", text)?;
        }
        text.push(")");
        Ok(())
    }

    /// A parameter that is a list stands for its values.
    fn in_list(&mut self, scope: &Scope<'_>, expr: &Expr, list: &[Expr], negated: bool, text: &mut Text) -> Result<()> {
        if let [Expr::Value(value)] = list
            && let Value::Placeholder(name) = &value.value
        {
            let position = self.param(name)?;
            if self.params.is_list(position) {
                self.wrapped(scope, "(", expr, if negated { " <> ALL (" } else { " = ANY (" }, text)?;
                text.part(Part::Param(position));
                text.push("))");
                return Ok(());
            }
        }
        check_absent(list.is_empty(), "IN ()", "it needs a value")?;
        self.wrapped(scope, "(", expr, if negated { " NOT IN (" } else { " IN (" }, text)?;
        self.list(scope, list, text)?;
        text.push("))");
        Ok(())
    }

    fn quantified(
        &mut self,
        scope: &Scope<'_>,
        left: &Expr,
        op: &BinaryOperator,
        word: &str,
        right: &Expr,
        text: &mut Text,
    ) -> Result<()> {
        let before = format!(" {}{word}", operator(op)?);
        self.wrapped(scope, "(", left, &before, text)?;
        match right {
            Expr::Subquery(query) => {
                let (body, _) = self.query(scope, query, Use::Asked)?;
                text.append(body);
            }
            array => self.expr(scope, array, text)?,
        }
        text.push("))");
        Ok(())
    }

    fn interval(&mut self, scope: &Scope<'_>, interval: &Interval, text: &mut Text) -> Result<()> {
        let Interval { value, leading_field, leading_precision, last_field, fractional_seconds_precision } = interval;
        let is_more = leading_field.is_some()
            || leading_precision.is_some()
            || last_field.is_some()
            || fractional_seconds_precision.is_some();
        check_absent(is_more, "a unit behind an interval", "write it inside the quotes: interval '1 day'")?;
        self.wrapped(scope, "(", value, "::interval)", text)
    }
}

/// Operators that PostgreSQL reads from left to right without parentheses.
fn rank(op: &BinaryOperator) -> Option<u8> {
    match op {
        BinaryOperator::Or => Some(1),
        BinaryOperator::And => Some(2),
        BinaryOperator::Plus | BinaryOperator::Minus => Some(3),
        BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo => Some(4),
        BinaryOperator::StringConcat => Some(5),
        _ => None,
    }
}

fn operator(op: &BinaryOperator) -> Result<&'static str> {
    Ok(match op {
        BinaryOperator::Plus => "+",
        BinaryOperator::Minus => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Modulo => "%",
        BinaryOperator::PGExp => "^",
        BinaryOperator::StringConcat => "||",
        BinaryOperator::Eq => "=",
        BinaryOperator::NotEq => "<>",
        BinaryOperator::Lt => "<",
        BinaryOperator::LtEq => "<=",
        BinaryOperator::Gt => ">",
        BinaryOperator::GtEq => ">=",
        BinaryOperator::And => "AND",
        BinaryOperator::Or => "OR",
        BinaryOperator::PGRegexMatch => "~",
        BinaryOperator::PGRegexIMatch => "~*",
        BinaryOperator::PGRegexNotMatch => "!~",
        BinaryOperator::PGRegexNotIMatch => "!~*",
        BinaryOperator::Arrow => "->",
        BinaryOperator::LongArrow => "->>",
        BinaryOperator::HashArrow => "#>",
        BinaryOperator::HashLongArrow => "#>>",
        BinaryOperator::AtArrow => "@>",
        BinaryOperator::ArrowAt => "<@",
        BinaryOperator::PGOverlap => "&&",
        BinaryOperator::Question => "?",
        BinaryOperator::QuestionAnd => "?&",
        BinaryOperator::QuestionPipe => "?|",
        other => return Err(refused(format!("the operator `{other}`"), "it is not on the list")),
    })
}

fn time_field(field: &DateTimeField) -> Result<&'static str> {
    Ok(match field {
        DateTimeField::Year => "YEAR",
        DateTimeField::Quarter => "QUARTER",
        DateTimeField::Month => "MONTH",
        DateTimeField::Week(None) => "WEEK",
        DateTimeField::Day => "DAY",
        DateTimeField::Hour => "HOUR",
        DateTimeField::Minute => "MINUTE",
        DateTimeField::Second => "SECOND",
        DateTimeField::Dow => "DOW",
        DateTimeField::Doy => "DOY",
        DateTimeField::Isodow => "ISODOW",
        DateTimeField::Isoyear => "ISOYEAR",
        DateTimeField::Epoch => "EPOCH",
        other => return Err(refused(format!("`{other}` of a time"), "it is not on the list")),
    })
}
