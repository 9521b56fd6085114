//! [`Columns`]: how a reply is read whose types the server has chosen.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use sqh_model::expr::lower::Travel;
use sqh_model::types::{FieldType, TypeDef};
use sqh_model::{Error, Result, Row, Value};
use sqlx::postgres::PgRow;
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};
use uuid::Uuid;

use super::Codec;

/// Makes a number of one that holds more.
type Widen = fn(Value) -> Value;

/// The columns of a reply.
pub(in crate::backend::postgres) struct Columns(Vec<Column>);

struct Column {
    name: String,
    codec: Codec,
    /// The type that is read of it.
    ty: TypeDef,
    widen: Widen,
}

impl Columns {
    /// The columns of a row, and whether they are what is expected.
    ///
    /// # Errors
    /// `Invalid`, naming the column that is another.
    pub(in crate::backend::postgres) fn of(
        row: &PgRow,
        names: &[String],
        expected: Option<&[TypeDef]>,
    ) -> Result<Self> {
        if let Some(expected) = expected
            && expected.len() != row.len()
        {
            let (selected, read) = (row.len(), expected.len());
            return Err(Error::invalid(format!("{selected} columns are selected, and {read} are read")));
        }
        let columns = row.columns().iter().zip(names).enumerate().map(|(i, (column, name))| {
            let info = column.type_info();
            let oid = info.oid().map_or(0, |oid| oid.0);
            match expected {
                Some(expected) => Column::expected(name, oid, info.name(), &expected[i]),
                None => Column::found(name, oid, info.name()),
            }
        });
        columns.collect::<Result<_>>().map(Self)
    }

    pub(in crate::backend::postgres) fn types(&self) -> Vec<TypeDef> {
        self.0.iter().map(|column| column.ty).collect()
    }

    pub(in crate::backend::postgres) fn decode(&self, row: &PgRow) -> Result<Row> {
        self.0.iter().enumerate().map(|(i, column)| column.decode(row, i)).collect()
    }
}

impl Column {
    fn found(name: &str, oid: u32, server: &str) -> Result<Self> {
        let ty = type_of(oid).ok_or_else(|| {
            let message =
                format!("the column `{name}` is of the type {}, which has no form here", server.to_lowercase());
            Error::invalid(message + ": cast it, to text for instance")
        })?;
        Ok(Self { name: name.to_owned(), codec: Codec::new(&ty, Travel::Native), ty, widen: |value| value })
    }

    fn expected(name: &str, oid: u32, server: &str, ty: &TypeDef) -> Result<Self> {
        let codec = Codec::new(ty, Travel::of(ty, None));
        let name = name.to_owned();
        if codec.oid == oid || TEXTS.iter().any(|(text, others)| codec.oid == *text && others.contains(&oid)) {
            return Ok(Self { name, codec, ty: *ty, widen: |value| value });
        }
        let widen = WIDER.iter().find(|(narrow, wide, _)| (*narrow, *wide) == (oid, codec.oid));
        if let (Some((.., widen)), Some(found)) = (widen, type_of(oid)) {
            return Ok(Self { name, codec: Codec::new(&found, Travel::Native), ty: *ty, widen: *widen });
        }
        let (server, wanted) = (server.to_lowercase(), ty.name());
        Err(Error::invalid(format!(
            "the column `{name}` is {server}, and {wanted} is read: cast it, or read another type"
        )))
    }

    fn decode(&self, row: &PgRow, i: usize) -> Result<Value> {
        let raw = row
            .try_get_raw(i)
            .map_err(|source| Error::internal("the reply has fewer columns than were asked for").with_source(source))?;
        if raw.is_null() {
            if self.ty.nullable {
                return Ok(Value::Null);
            }
            return Err(Error::invalid(format!("the column `{}` is null in a row: read an `Option` of it", self.name)));
        }
        let bytes = raw.as_bytes().map_err(|source| Error::internal("a value has no bytes").with_source(source))?;
        let value = self.codec.decode(bytes).map_err(|error| error.context(format!("the column `{}`", self.name)))?;
        Ok((self.widen)(value))
    }
}

/// What has the form of `text` and of its array: `varchar`, `bpchar` and `name`.
const TEXTS: [(u32, [u32; 3]); 2] = [(25, [1043, 1042, 19]), (1009, [1015, 1014, 1003])];

/// Numbers that another one holds without loss.
const WIDER: [(u32, u32, Widen); 4] = [
    (21, 23, |value| if let Value::I16(n) = value { Value::I32(n.into()) } else { value }),
    (21, 20, |value| if let Value::I16(n) = value { Value::I64(n.into()) } else { value }),
    (23, 20, |value| if let Value::I32(n) = value { Value::I64(n.into()) } else { value }),
    (700, 701, |value| if let Value::F32(n) = value { Value::F64(n.into()) } else { value }),
];

/// The type that stands for one of PostgreSQL's own, any value of which may be null.
fn type_of(oid: u32) -> Option<TypeDef> {
    macro_rules! types {
        ($($oid:pat, $array:pat => $ty:ty)*) => {
            match oid {
                $($oid => <$ty>::DEF, $array => <Vec<$ty>>::DEF,)*
                17 => <Vec<u8>>::DEF,
                _ => return None,
            }
        };
    }
    let ty = types! {
        16, 1000 => bool
        21, 1005 => i16
        23, 1007 => i32
        20, 1016 => i64
        700, 1021 => f32
        701, 1022 => f64
        1700, 1231 => Decimal
        25 | 1043 | 1042 | 19, 1009 | 1015 | 1014 | 1003 => String
        2950, 2951 => Uuid
        1184, 1185 => DateTime<Utc>
        1114, 1115 => NaiveDateTime
        1082, 1182 => NaiveDate
        1083, 1183 => NaiveTime
        3802, 3807 => serde_json::Value
    };
    Some(ty.optional())
}
