//! Values as the binds of a statement.

use sqh_model::expr::lower::{Bind, Binds};
use sqh_model::{Error, Result, Value};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo};
use sqlx::{Arguments as _, Encode, Postgres, Type};

use super::Codec;

/// Appends a value as the next bind.
pub(in crate::backend::postgres) fn add(arguments: &mut PgArguments, codec: &Codec, value: &Value) -> Result<()> {
    add_with(arguments, codec.oid, |out| codec.encode(value, out))
}

/// Appends the next bind by a function that writes it and says whether there is anything.
pub(in crate::backend::postgres) fn add_with(
    arguments: &mut PgArguments,
    oid: u32,
    write: impl Fn(&mut Vec<u8>) -> Result<bool>,
) -> Result<()> {
    arguments.add(Encoded { oid, write }).map_err(|error| match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::invalid("the value cannot be sent").with_source(error),
    })
}

/// Appends what a filter or a query has collected.
pub(in crate::backend::postgres) fn add_binds(arguments: &mut PgArguments, binds: &Binds) -> Result<()> {
    for Bind { value, ty, travel, field } in binds.values() {
        add(arguments, &Codec::new(ty, *travel), value).map_err(|error| match *field {
            "" => error,
            field => error.in_field(field),
        })?;
    }
    Ok(())
}

struct Encoded<F> {
    oid: u32,
    write: F,
}

impl<F> Type<Postgres> for Encoded<F> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("unknown")
    }
}

impl<F: Fn(&mut Vec<u8>) -> Result<bool>> Encode<'_, Postgres> for Encoded<F> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(if (self.write)(buffer)? { IsNull::No } else { IsNull::Yes })
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(Oid(self.oid)))
    }
}
