//! The functions that may be called. None reads anything but its arguments and the time, and what each
//! gives is not much longer than what it is given.

/// What a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A value for each row.
    Plain,
    /// Part of the grammar: named without its schema.
    Word,
    /// Part of the grammar, without parentheses.
    Bare,
    /// A value for a group, or a window.
    Aggregate,
    /// A value for a group in an order: `WITHIN GROUP (ORDER BY …)`.
    Ordered,
    /// A value for a row of a window.
    Window,
    /// Rows, behind FROM.
    Rows,
}

/// A function, and how many arguments it takes.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) least: usize,
    pub(super) most: usize,
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

const MANY: usize = 64;

const fn row(name: &'static str, kind: Kind, least: usize, most: usize) -> Function {
    Function { name, kind, least, most }
}

const FUNCTIONS: &[Function] = &[
    // Choices.
    row("coalesce", Kind::Word, 1, MANY),
    row("nullif", Kind::Word, 2, 2),
    row("greatest", Kind::Word, 1, MANY),
    row("least", Kind::Word, 1, MANY),
    row("grouping", Kind::Word, 1, MANY),
    // Numbers.
    row("abs", Kind::Plain, 1, 1),
    row("ceil", Kind::Plain, 1, 1),
    row("ceiling", Kind::Plain, 1, 1),
    row("floor", Kind::Plain, 1, 1),
    row("round", Kind::Plain, 1, 2),
    row("trunc", Kind::Plain, 1, 2),
    row("sign", Kind::Plain, 1, 1),
    row("sqrt", Kind::Plain, 1, 1),
    row("cbrt", Kind::Plain, 1, 1),
    row("exp", Kind::Plain, 1, 1),
    row("ln", Kind::Plain, 1, 1),
    row("log", Kind::Plain, 1, 2),
    row("power", Kind::Plain, 2, 2),
    row("mod", Kind::Plain, 2, 2),
    row("div", Kind::Plain, 2, 2),
    row("degrees", Kind::Plain, 1, 1),
    row("radians", Kind::Plain, 1, 1),
    row("sin", Kind::Plain, 1, 1),
    row("cos", Kind::Plain, 1, 1),
    row("tan", Kind::Plain, 1, 1),
    row("asin", Kind::Plain, 1, 1),
    row("acos", Kind::Plain, 1, 1),
    row("atan", Kind::Plain, 1, 1),
    row("atan2", Kind::Plain, 2, 2),
    row("pi", Kind::Plain, 0, 0),
    row("width_bucket", Kind::Plain, 2, 4),
    // Texts.
    row("lower", Kind::Plain, 1, 1),
    row("upper", Kind::Plain, 1, 1),
    row("initcap", Kind::Plain, 1, 1),
    row("length", Kind::Plain, 1, 1),
    row("char_length", Kind::Plain, 1, 1),
    row("octet_length", Kind::Plain, 1, 1),
    row("btrim", Kind::Plain, 1, 2),
    row("ltrim", Kind::Plain, 1, 2),
    row("rtrim", Kind::Plain, 1, 2),
    row("left", Kind::Plain, 2, 2),
    row("right", Kind::Plain, 2, 2),
    row("reverse", Kind::Plain, 1, 1),
    row("split_part", Kind::Plain, 3, 3),
    row("strpos", Kind::Plain, 2, 2),
    row("starts_with", Kind::Plain, 2, 2),
    row("substr", Kind::Plain, 2, 3),
    row("concat", Kind::Plain, 1, MANY),
    row("concat_ws", Kind::Plain, 2, MANY),
    row("ascii", Kind::Plain, 1, 1),
    row("chr", Kind::Plain, 1, 1),
    row("md5", Kind::Plain, 1, 1),
    row("translate", Kind::Plain, 3, 3),
    // Times.
    row("now", Kind::Plain, 0, 0),
    row("current_date", Kind::Bare, 0, 0),
    row("current_timestamp", Kind::Bare, 0, 0),
    row("localtimestamp", Kind::Bare, 0, 0),
    row("date_trunc", Kind::Plain, 2, 3),
    row("date_part", Kind::Plain, 2, 2),
    row("date_bin", Kind::Plain, 3, 3),
    row("age", Kind::Plain, 1, 2),
    row("make_date", Kind::Plain, 3, 3),
    row("to_char", Kind::Plain, 2, 2),
    row("to_date", Kind::Plain, 2, 2),
    row("to_timestamp", Kind::Plain, 1, 2),
    row("isfinite", Kind::Plain, 1, 1),
    // Arrays and documents.
    row("cardinality", Kind::Plain, 1, 1),
    row("array_length", Kind::Plain, 2, 2),
    row("array_position", Kind::Plain, 2, 2),
    row("array_to_string", Kind::Plain, 2, 3),
    row("string_to_array", Kind::Plain, 2, 3),
    row("jsonb_typeof", Kind::Plain, 1, 1),
    row("jsonb_array_length", Kind::Plain, 1, 1),
    row("jsonb_build_object", Kind::Plain, 0, MANY),
    row("jsonb_build_array", Kind::Plain, 0, MANY),
    row("jsonb_extract_path_text", Kind::Plain, 2, MANY),
    row("to_jsonb", Kind::Plain, 1, 1),
    // Groups.
    row("count", Kind::Aggregate, 1, 1),
    row("sum", Kind::Aggregate, 1, 1),
    row("avg", Kind::Aggregate, 1, 1),
    row("min", Kind::Aggregate, 1, 1),
    row("max", Kind::Aggregate, 1, 1),
    row("bool_and", Kind::Aggregate, 1, 1),
    row("bool_or", Kind::Aggregate, 1, 1),
    row("every", Kind::Aggregate, 1, 1),
    row("string_agg", Kind::Aggregate, 2, 2),
    row("array_agg", Kind::Aggregate, 1, 1),
    row("jsonb_agg", Kind::Aggregate, 1, 1),
    row("jsonb_object_agg", Kind::Aggregate, 2, 2),
    row("stddev", Kind::Aggregate, 1, 1),
    row("stddev_pop", Kind::Aggregate, 1, 1),
    row("stddev_samp", Kind::Aggregate, 1, 1),
    row("variance", Kind::Aggregate, 1, 1),
    row("var_pop", Kind::Aggregate, 1, 1),
    row("var_samp", Kind::Aggregate, 1, 1),
    row("corr", Kind::Aggregate, 2, 2),
    row("covar_pop", Kind::Aggregate, 2, 2),
    row("covar_samp", Kind::Aggregate, 2, 2),
    row("regr_slope", Kind::Aggregate, 2, 2),
    row("regr_intercept", Kind::Aggregate, 2, 2),
    row("regr_r2", Kind::Aggregate, 2, 2),
    row("percentile_cont", Kind::Ordered, 1, 1),
    row("percentile_disc", Kind::Ordered, 1, 1),
    row("mode", Kind::Ordered, 0, 0),
    // Windows.
    row("row_number", Kind::Window, 0, 0),
    row("rank", Kind::Window, 0, 0),
    row("dense_rank", Kind::Window, 0, 0),
    row("percent_rank", Kind::Window, 0, 0),
    row("cume_dist", Kind::Window, 0, 0),
    row("ntile", Kind::Window, 1, 1),
    row("lag", Kind::Window, 1, 3),
    row("lead", Kind::Window, 1, 3),
    row("first_value", Kind::Window, 1, 1),
    row("last_value", Kind::Window, 1, 1),
    row("nth_value", Kind::Window, 2, 2),
    // Rows.
    row("generate_series", Kind::Rows, 2, 4),
    row("unnest", Kind::Rows, 1, 1),
];
