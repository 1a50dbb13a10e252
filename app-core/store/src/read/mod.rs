//! Read models: what a screen shows, straight from SQL, one file per screen.

mod conversation;
mod history;

pub use conversation::MessageRow;
pub use history::{Flow, HistoryKind, HistoryRow};

/// All statements of this folder.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    [conversation::sql::ALL, history::sql::ALL].concat()
}
