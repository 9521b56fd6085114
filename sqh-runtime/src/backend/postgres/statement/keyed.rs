//! Statements on the record with a key.

use sqh_model::Result;
use sqh_model::expr::Filter;
use sqh_model::expr::lower::{Binds, placeholder, quoted};

use super::sql::{From, Sql};
use super::target::Target;
use super::{ALIAS, Codec, Input, RowCodec, Source, Statement};

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
pub(in crate::backend::postgres) fn render(target: &Target<'_>, shape: &Shape, filter: &Filter) -> Result<Statement> {
    let mut builder = Builder { target, filter, inputs: Vec::new(), scoped: Binds::default(), scopes: 0 };
    let sql = match shape {
        Shape::Get { physical } => builder.get(*physical)?,
        Shape::Create { columns } => builder.create(columns)?,
        Shape::Upsert { columns, conflict, keep } => builder.upsert(columns, conflict, keep)?,
        Shape::Update { columns, physical, versioned } => builder.update(columns, *physical, *versioned)?,
        Shape::Delete { physical, versioned } => builder.delete(*physical, *versioned)?,
    };
    let Builder { inputs, scopes, .. } = builder;
    let statement = Statement::new(target, sql, RowCodec::of_model(target.def), Binds::default());
    let statement = Statement { inputs, scopes, ..statement };
    Ok(if matches!(shape, Shape::Delete { .. }) { statement.without_records() } else { statement })
}

struct Builder<'a> {
    target: &'a Target<'a>,
    filter: &'a Filter,
    inputs: Vec<Input>,
    /// The filter's values, as often as it stands in the statement: for the numbers of placeholders.
    scoped: Binds,
    scopes: usize,
}

impl<'a> Builder<'a> {
    fn get(&mut self, physical: bool) -> Result<Sql<'a>> {
        let mut sql = Sql::select(self.target, &self.target.read_all());
        self.key(&mut sql, ALIAS, physical);
        self.scope(&mut sql, ALIAS)?;
        if self.is_ambiguous(physical) {
            sql.push(" LIMIT 2");
        }
        Ok(sql)
    }

    fn create(&mut self, columns: &[usize]) -> Result<Sql<'a>> {
        let mut sql = self.insert(columns)?;
        sql.returning_all();
        Ok(sql)
    }

    fn upsert(&mut self, columns: &[usize], conflict: &[usize], keep: &[usize]) -> Result<Sql<'a>> {
        let layout = self.target.def.layout();
        let (named, physical_key) = (layout.columns(), layout.physical_key());
        let mut sql = self.insert(columns)?;
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
            let column = self.target.relation().column(conflict[0]);
            set.push(format!("{} = {column}", quoted(&named[conflict[0]].name)));
        }
        sql.on_conflict(conflict, &set);
        self.scope(&mut sql, ALIAS)?;
        sql.returning_all();
        Ok(sql)
    }

    fn update(&mut self, columns: &[usize], physical: bool, versioned: bool) -> Result<Sql<'a>> {
        let named = self.target.def.layout().columns();
        let mut set = Vec::with_capacity(columns.len() + 1);
        for position in columns {
            let bind = self.input(*position, Source::Row);
            set.push(format!("{} = {bind}", quoted(&named[*position].name)));
        }
        set.extend(self.next_version());
        if set.is_empty() {
            let first = self.target.def.layout().key()[0];
            set.push(format!("{} = {}", quoted(&named[first].name), self.target.relation().column(first)));
        }
        let mut sql = Sql::update(self.target, &set);
        self.one_record(&mut sql, physical, versioned)?;
        sql.returning_all();
        Ok(sql)
    }

    fn delete(&mut self, physical: bool, versioned: bool) -> Result<Sql<'a>> {
        let mut sql = Sql::delete(self.target);
        self.one_record(&mut sql, physical, versioned)?;
        Ok(sql)
    }

    fn insert(&mut self, columns: &[usize]) -> Result<Sql<'a>> {
        let values: Vec<String> = columns.iter().map(|i| self.input(*i, Source::Row)).collect();
        Sql::insert(self.target, columns, &From::Values(&values))
    }

    // Where the key may be that of several records none of them is touched. Those that the principal
    // may not touch do not count, or they would be told of.
    fn one_record(&mut self, sql: &mut Sql<'a>, physical: bool, versioned: bool) -> Result<()> {
        self.key(sql, ALIAS, physical);
        if let (true, Some(version)) = (versioned, self.target.def.layout().role(|field| field.version)) {
            let bind = self.input(version, Source::Version);
            sql.and(&format!("{} = {bind}", self.target.relation().column(version)));
        }
        if self.is_ambiguous(physical) {
            sql.and_fewer_than_two(|sql, alias| {
                self.key(sql, alias, physical);
                self.scope(sql, alias)
            })?;
        }
        self.scope(sql, ALIAS)
    }

    fn key(&mut self, sql: &mut Sql<'a>, alias: &str, physical: bool) {
        let layout = self.target.def.layout();
        let positions = if physical { layout.physical_key() } else { layout.key().to_vec() };
        for (part, position) in positions.into_iter().enumerate() {
            let bind = self.input(position, Source::Key(part));
            sql.and(&format!("{alias}.{} = {bind}", quoted(&layout.columns()[position].name)));
        }
    }

    // Its values stand behind all inputs, so no input may follow it.
    fn scope(&mut self, sql: &mut Sql<'a>, alias: &str) -> Result<()> {
        if *self.filter == Filter::Everything {
            return Ok(());
        }
        if self.scopes == 0 {
            self.scoped = Binds::behind(self.target.leading() + self.inputs.len());
        }
        self.scopes += 1;
        sql.and_filter(alias, self.filter, &mut self.scoped)
    }

    fn is_ambiguous(&self, physical: bool) -> bool {
        let layout = self.target.def.layout();
        !physical && layout.physical_key().len() > layout.key().len()
    }

    fn input(&mut self, position: usize, source: Source) -> String {
        let column = &self.target.def.layout().columns()[position];
        self.inputs.push(Input { codec: Codec::of_column(column), position, source });
        let number = self.target.leading() + self.inputs.len();
        placeholder(number, &column.ty, column.field.sql_type, self.target.schema)
    }

    fn next_version(&self) -> Option<String> {
        let layout = self.target.def.layout();
        let position = layout.role(|field| field.version)?;
        Some(format!("{} = {} + 1", quoted(&layout.columns()[position].name), self.target.relation().column(position)))
    }
}
