//! [`Recorder`]: hooks that write down what they see.

use std::sync::{Arc, Mutex};

use sqh_runtime::prelude::*;

use crate::models::Book;

/// What hooks have seen, in order.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Notes a line.
    pub fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    /// What was seen since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Writes down what it sees, under a name.
#[derive(Debug)]
pub struct Recorder(pub &'static str, pub Log);

impl Recorder {
    fn see(&self, what: &str, book: &Book) {
        self.1.add(format!("{} {what} {} v{}", self.0, book.title, book.version));
    }
}

impl Hooks<Book> for Recorder {
    fn validate(&self, _: &HookContext, book: &Book) -> Result<()> {
        self.see("validate", book);
        Ok(())
    }

    async fn before_create(&self, _: &HookContext, book: &mut Book) -> Result<()> {
        self.see("before_create", book);
        Ok(())
    }

    async fn before_update(&self, _: &HookContext, old: &Book, book: &mut Book) -> Result<()> {
        self.see(&format!("before_update {} ->", old.title), book);
        Ok(())
    }

    async fn before_delete(&self, _: &HookContext, book: &Book) -> Result<()> {
        self.see("before_delete", book);
        Ok(())
    }

    async fn after_create(&self, _: &HookContext, book: &Book) -> Result<()> {
        self.see("after_create", book);
        Ok(())
    }

    async fn after_update(&self, _: &HookContext, old: &Book, book: &Book) -> Result<()> {
        self.see(&format!("after_update {} ->", old.title), book);
        Ok(())
    }

    async fn after_delete(&self, _: &HookContext, book: &Book) -> Result<()> {
        self.see("after_delete", book);
        Ok(())
    }
}
