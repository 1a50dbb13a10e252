//! Read models: what a screen shows, straight from SQL, one file per screen.

mod asks;
mod chats;
mod conversation;
mod headers;
mod history;
mod money;
mod private;
mod reviewed;

pub use asks::RequestRow;
pub use chats::ChatRow;
pub use conversation::MessageRow;
pub use history::{Flow, HistoryKind, HistoryRow};
pub use money::MoneyMark;
pub use reviewed::{Remark, ReviewedRow};

/// All statements of this folder.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    [
        asks::sql::ALL,
        chats::sql::ALL,
        conversation::sql::ALL,
        headers::sql::ALL,
        history::sql::ALL,
        money::sql::ALL,
        private::sql::ALL,
        reviewed::sql::ALL,
    ]
    .concat()
}
