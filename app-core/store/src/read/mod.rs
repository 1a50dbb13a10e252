//! Read models: what a screen shows, straight from SQL, one file per screen.

mod chats;
mod conversation;
mod headers;
mod history;
mod money;

pub use chats::ChatRow;
pub use conversation::MessageRow;
pub use history::{Flow, HistoryKind, HistoryRow};
pub use money::MoneyMark;

/// All statements of this folder.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    [chats::sql::ALL, conversation::sql::ALL, headers::sql::ALL, history::sql::ALL, money::sql::ALL]
        .concat()
}
