//! Buckets of time.

use crate::report::typed::{AsTerm, Plain, Term};
use crate::report::{Bucket, Interval, Scalar, Unit};
use crate::types::FieldType;
use crate::types::family::{Temporal, Timed};

macro_rules! buckets {
    ($($(#[$doc:meta])* $name:ident $unit:ident $family:ident;)*) => { $(
        $(#[$doc])*
        pub fn $name<E>(time: E) -> Term<E::Of, E::Type>
        where
            E: AsTerm<Kind = Plain, Type: FieldType<Family: $family>>,
        {
            of_interval(time, Interval::one(Unit::$unit))
        }
    )* };
}
buckets! {
    /// The start of the second that a time lies in.
    second Second Timed;
    /// The start of the minute that a time lies in.
    minute Minute Timed;
    /// The start of the hour that a time lies in.
    hour Hour Timed;
    /// The start of the day that a time lies in, of UTC without [`Term::in_zone`].
    day Day Temporal;
    /// The Monday of the week that a time lies in.
    week Week Temporal;
    /// The first of the month that a time lies in.
    month Month Temporal;
    /// The first of the quarter that a time lies in.
    quarter Quarter Temporal;
    /// The first of January of the year that a time lies in.
    year Year Temporal;
}

/// The start of the interval that a time lies in: `bucket(time, 15, Unit::Minute)`.
///
/// Days and what is shorter are counted from 3 January 2000, a Monday, weeks too, and months from
/// January of the year 1. A date has no intervals shorter than a day: an error when the report runs.
pub fn bucket<E>(time: E, count: u32, unit: Unit) -> Term<E::Of, E::Type>
where
    E: AsTerm<Kind = Plain, Type: FieldType<Family: Temporal>>,
{
    of_interval(time, Interval { count, unit })
}

fn of_interval<E: AsTerm>(time: E, every: Interval) -> Term<E::Of, E::Type> {
    let scalar = time.into_scalar();
    Term::new(scalar.map(|of| Scalar::Bucket(Box::new(Bucket { of, every, zone: None }))))
}

impl<R, T: FieldType<Family: Timed>> Term<R, T> {
    /// The bucket in a time zone, such as `Europe/Berlin`, in which its days and months begin.
    pub fn in_zone(self, zone: impl Into<String>) -> Self {
        Self::new(self.into_scalar().and_then(|scalar| match scalar {
            Scalar::Bucket(bucket) => Ok(Scalar::Bucket(Box::new(Bucket { zone: Some(zone.into()), ..*bucket }))),
            _ => Err(crate::Error::invalid("a time zone is for buckets, such as `month(…)`")),
        }))
    }
}
