//! [`SqlParams`]: the values of a statement, by name.

use std::fmt;

use sqh_model::types::{FieldType, Shape, TypeDef};
use sqh_model::{Error, Result, Value};

/// The values of a statement, by the names that stand behind a colon in it.
#[derive(Default)]
pub(crate) struct SqlParams {
    values: Vec<(String, TypeDef, Result<Value>)>,
}

impl SqlParams {
    /// And this one.
    pub(super) fn add<T: FieldType>(&mut self, name: &str, value: T) {
        self.add_value(name, T::DEF, value.into_value());
    }

    pub(super) fn add_value(&mut self, name: &str, ty: TypeDef, value: Result<Value>) {
        self.values.push((name.to_owned(), ty, value));
    }

    /// Refuses names that are given twice, and values that no system can hold.
    pub(crate) fn check(&self) -> Result<()> {
        for (i, (name, _, value)) in self.values.iter().enumerate() {
            if self.values[..i].iter().any(|(other, ..)| other == name) {
                return Err(Error::invalid(format!("the parameter `:{name}` is given twice")));
            }
            if let Err(error) = value {
                return Err(Error::invalid(format!("the parameter `:{name}`: {error}")));
            }
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn name(&self, i: usize) -> &str {
        &self.values[i].0
    }

    /// The number of the parameter of this name.
    pub(super) fn position(&self, name: &str) -> Result<usize> {
        self.values.iter().position(|(known, ..)| known == name).ok_or_else(|| {
            let names = self.values.iter().map(|(name, ..)| format!("`:{name}`")).collect::<Vec<_>>().join(", ");
            let given = if names.is_empty() { "none is".to_owned() } else { format!("what is given is {names}") };
            Error::invalid(format!("the parameter `:{name}` is missing: {given}"))
        })
    }

    pub(super) fn is_list(&self, i: usize) -> bool {
        matches!(self.values[i].1.shape, Shape::Collection(..))
    }

    /// A parameter's type and value.
    pub(crate) fn get(&self, i: usize) -> Result<(TypeDef, Value)> {
        let (_, ty, value) = &self.values[i];
        let value = value.as_ref().map_err(|_| Error::internal("a value was not checked"))?;
        Ok((*ty, value.clone()))
    }
}

/// Values stay out of logs.
impl fmt::Debug for SqlParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values.iter().map(|(name, ty, _)| format!(":{name} {}", ty.name()))).finish()
    }
}
