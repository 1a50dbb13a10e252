//! Every SQL statement of the crate has a name and stands in a list, so that a test can prepare
//! each of them on the migrated schema.

/// Declares the statements of one module as constants of a module `sql`, and lists them.
macro_rules! statements {
    ($($name:ident = $text:expr;)*) => {
        pub(crate) mod sql {
            $(pub(crate) const $name: &str = $text;)*

            #[cfg(test)]
            pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $text)),*];
        }
    };
}

pub(crate) use statements;
