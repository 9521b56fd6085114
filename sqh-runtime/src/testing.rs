//! What the tests of an application need. Behind the feature `test-util`.

pub mod isolation;
