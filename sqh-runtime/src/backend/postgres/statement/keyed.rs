//! Statements on the record with a key.

use std::fmt::Write as _;

use sqh_model::Result;
use sqh_model::expr::Filter;
use sqh_model::expr::lower::{Binds, Relation, placeholder, quoted};

use super::{Codec, Input, RowCodec, Source, Statement, read_columns};

/// What a statement by key does, without its values: all that its SQL depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::backend::postgres) enum Shape {
    /// The record, and a second one if the key is not the physical one.
    Get { physical: bool },
    /// A new record with these columns.
    Create { columns: Columns },
    /// A new record with these columns, or an update of the one with the same `conflict` that leaves
    /// the columns `keep`.
    Upsert { columns: Columns, conflict: Columns, keep: Columns },
    /// Sets these columns.
    Update { columns: Columns, physical: bool, versioned: bool },
    /// Deletes the record.
    Delete { physical: bool, versioned: bool },
}

/// Positions in the layout.
pub(in crate::backend::postgres) type Columns = Box<[usize]>;

/// Renders a statement that touches only what the filter lets through.
pub(in crate::backend::postgres) fn render(
    relation: &Relation<'_>,
    shape: &Shape,
    filter: &Filter,
) -> Result<Statement> {
    let all = RowCodec::of_model(relation.def);
    let mut builder =
        Builder { relation, filter, sql: String::new(), inputs: Vec::new(), scoped: Binds::default(), scopes: 0 };
    match shape {
        Shape::Get { physical } => builder.get(*physical)?,
        Shape::Create { columns } => builder.create(columns),
        Shape::Upsert { columns, conflict, keep } => builder.upsert(columns, conflict, keep)?,
        Shape::Update { columns, physical, versioned } => builder.update(columns, *physical, *versioned)?,
        Shape::Delete { physical, versioned } => builder.delete(*physical, *versioned)?,
    }
    let Builder { sql, inputs, scopes, .. } = builder;
    Ok(Statement { def: relation.def, sql: sql.into(), reply: all, inputs, binds: Binds::default(), scopes })
}

struct Builder<'a> {
    relation: &'a Relation<'a>,
    filter: &'a Filter,
    sql: String,
    inputs: Vec<Input>,
    /// The filter's values, as often as it stands in the statement: for the numbers of placeholders.
    scoped: Binds,
    scopes: usize,
}

impl Builder<'_> {
    fn get(&mut self, physical: bool) -> Result<()> {
        let _ = write!(self.sql, "SELECT {} FROM {} AS t WHERE ", self.all(), self.relation.table());
        self.key("t", physical);
        self.scope("t")?;
        if self.is_ambiguous(physical) {
            self.sql.push_str(" LIMIT 2");
        }
        Ok(())
    }

    fn create(&mut self, columns: &[usize]) {
        self.insert(columns);
        let _ = write!(self.sql, " RETURNING {}", self.all());
    }

    fn upsert(&mut self, columns: &[usize], conflict: &[usize], keep: &[usize]) -> Result<()> {
        let layout = self.relation.def.layout();
        let (named, physical_key) = (layout.columns(), layout.physical_key());
        self.insert(columns);
        let target = conflict.iter().map(|i| quoted(&named[*i].name)).collect::<Vec<_>>().join(", ");
        let stays = |i: &usize| {
            let root = named[*i].root;
            let is_named = physical_key.contains(i) || conflict.contains(i) || keep.contains(i);
            is_named || (root.is_managed() && !root.updated_at)
        };
        let mut set: Vec<String> = columns
            .iter()
            .filter(|i| !stays(i))
            .map(|i| format!("{0} = excluded.{0}", quoted(&named[*i].name)))
            .collect();
        set.extend(self.next_version());
        if set.is_empty() {
            // Nothing changes, but the record is to come back.
            set.push(format!("{} = {}", quoted(&named[conflict[0]].name), self.relation.column(conflict[0])));
        }
        let _ = write!(self.sql, " ON CONFLICT ({target}) DO UPDATE SET {} WHERE TRUE", set.join(", "));
        self.scope("t")?;
        let _ = write!(self.sql, " RETURNING {}", self.all());
        Ok(())
    }

    fn update(&mut self, columns: &[usize], physical: bool, versioned: bool) -> Result<()> {
        let named = self.relation.def.layout().columns();
        let mut set = Vec::with_capacity(columns.len() + 1);
        for position in columns {
            let bind = self.input(*position, Source::Row);
            set.push(format!("{} = {bind}", quoted(&named[*position].name)));
        }
        set.extend(self.next_version());
        if set.is_empty() {
            let first = self.relation.def.layout().key()[0];
            set.push(format!("{} = {}", quoted(&named[first].name), self.relation.column(first)));
        }
        let _ = write!(self.sql, "UPDATE {} AS t SET {} WHERE ", self.relation.table(), set.join(", "));
        self.one_record(physical, versioned)?;
        let _ = write!(self.sql, " RETURNING {}", self.all());
        Ok(())
    }

    fn delete(&mut self, physical: bool, versioned: bool) -> Result<()> {
        let _ = write!(self.sql, "DELETE FROM {} AS t WHERE ", self.relation.table());
        self.one_record(physical, versioned)
    }

    fn insert(&mut self, columns: &[usize]) {
        let named = self.relation.def.layout().columns();
        let _ = write!(self.sql, "INSERT INTO {} AS t", self.relation.table());
        if columns.is_empty() {
            self.sql.push_str(" DEFAULT VALUES");
            return;
        }
        let names = columns.iter().map(|i| quoted(&named[*i].name)).collect::<Vec<_>>().join(", ");
        let values = columns.iter().map(|i| self.input(*i, Source::Row)).collect::<Vec<_>>().join(", ");
        let _ = write!(self.sql, " ({names}) VALUES ({values})");
    }

    // Where the key may be that of several records none of them is touched. Those that the principal
    // may not touch do not count, or they would be told of.
    fn one_record(&mut self, physical: bool, versioned: bool) -> Result<()> {
        self.key("t", physical);
        if let (true, Some(version)) = (versioned, self.relation.def.layout().role(|field| field.version)) {
            let bind = self.input(version, Source::Version);
            let _ = write!(self.sql, " AND {} = {bind}", self.relation.column(version));
        }
        if self.is_ambiguous(physical) {
            let _ =
                write!(self.sql, " AND 2 > (SELECT count(*) FROM (SELECT 1 FROM {} AS u WHERE ", self.relation.table());
            self.key("u", physical);
            self.scope("u")?;
            self.sql.push_str(" LIMIT 2) AS probe)");
        }
        self.scope("t")
    }

    fn key(&mut self, alias: &str, physical: bool) {
        let layout = self.relation.def.layout();
        let positions = if physical { layout.physical_key() } else { layout.key().to_vec() };
        for (part, position) in positions.into_iter().enumerate() {
            let bind = self.input(position, Source::Key(part));
            let glue = if part > 0 { " AND " } else { "" };
            let _ = write!(self.sql, "{glue}{alias}.{} = {bind}", quoted(&layout.columns()[position].name));
        }
    }

    // Its values stand behind all inputs, so no input may follow it.
    fn scope(&mut self, alias: &str) -> Result<()> {
        if *self.filter == Filter::Everything {
            return Ok(());
        }
        if self.scopes == 0 {
            self.scoped = Binds::behind(self.inputs.len());
        }
        self.scopes += 1;
        self.sql.push_str(" AND ");
        Relation { alias, ..*self.relation }.push_filter(self.filter, &mut self.sql, &mut self.scoped)
    }

    fn is_ambiguous(&self, physical: bool) -> bool {
        let layout = self.relation.def.layout();
        !physical && layout.physical_key().len() > layout.key().len()
    }

    fn input(&mut self, position: usize, source: Source) -> String {
        let column = &self.relation.def.layout().columns()[position];
        self.inputs.push(Input { codec: Codec::of_column(column), position, source });
        placeholder(self.inputs.len(), &column.ty, column.field.sql_type, self.relation.schema)
    }

    fn next_version(&self) -> Option<String> {
        let layout = self.relation.def.layout();
        let position = layout.role(|field| field.version)?;
        Some(format!("{} = {} + 1", quoted(&layout.columns()[position].name), self.relation.column(position)))
    }

    fn all(&self) -> String {
        read_columns(self.relation, 0..self.relation.def.layout().columns().len())
    }
}
