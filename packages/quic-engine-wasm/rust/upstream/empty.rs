//! Nothing: this crate only names a dependency.
