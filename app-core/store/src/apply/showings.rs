//! Changes of challenges to show a payment, of what answers them, and of payments that we have shown.

use super::Statement;
use crate::StoreError;
use crate::row::{closed_text, int};
use chat::{Answer, AnswerPart, KnownShowing, ShowingChange};
use sqlx::{SqliteConnection, query};
use types::{MessageId, OpenId};
use wallet::review::ShownPayment;

pub(super) async fn apply(
    db_tx: &mut SqliteConnection,
    change: ShowingChange,
) -> Result<(), StoreError> {
    for statement in statements(&change) {
        statement.execute(&mut *db_tx).await?;
    }
    Ok(())
}

/// About whom a change says something that a conversation shows.
pub(super) fn shown(change: &ShowingChange) -> Option<OpenId> {
    match change {
        ShowingChange::Add(known) => known.contact,
        ShowingChange::Close { contact, .. } => *contact,
        ShowingChange::Give { contact, .. }
        | ShowingChange::Take { contact, .. }
        | ShowingChange::Come { contact, .. } => Some(*contact),
        ShowingChange::Judge { contact, .. } => *contact,
        ShowingChange::Forget(_) => None,
    }
}

fn statements(change: &ShowingChange) -> Vec<Statement> {
    match change {
        ShowingChange::Add(known) => vec![add(known)],
        ShowingChange::Close { contact, showing, made, by, at } => vec![
            query(sql::CLOSE)
                .bind(contact.map(|contact| contact.0.to_vec()))
                .bind(*made)
                .bind(showing.0.to_vec())
                .bind(closed_text(*by))
                .bind(int(at.0)),
        ],
        ShowingChange::Give { contact, showing, at } => {
            vec![of(sql::GIVE, *contact, *showing).bind(int(at.0))]
        }
        ShowingChange::Take { contact, content, part } => take(*contact, *content, part),
        ShowingChange::Come { contact, showing, file, at } => vec![
            of(sql::COME, *contact, *showing).bind(int(at.0)).bind(file.clone()),
            of(sql::FORGET_PARTS, *contact, *showing),
        ],
        ShowingChange::Judge { showing, answer, at, .. } => {
            vec![judge(*showing, answer, int(at.0))]
        }
        ShowingChange::Forget(before) => {
            [sql::FORGET_PARTS_OF_OLD, sql::FORGET].map(|it| query(it).bind(int(before.0))).into()
        }
    }
}

fn add(known: &KnownShowing) -> Statement {
    let asked = &known.asked;
    query(sql::ADD)
        .bind(known.id.0.to_vec())
        .bind(known.contact.map(|contact| contact.0.to_vec()))
        .bind(known.made)
        .bind(asked.challenge.to_vec())
        .bind(asked.which.clone())
        .bind(asked.purpose.clone())
        .bind(int(asked.not_after.0))
        .bind(int(known.told.0))
}

fn take(contact: OpenId, content: MessageId, part: &AnswerPart) -> Vec<Statement> {
    let taken = of(sql::ADD_PART, contact, part.showing)
        .bind(part.digest.to_vec())
        .bind(part.number)
        .bind(part.count)
        .bind(content.0.to_vec())
        .bind(part.bytes.clone());
    vec![of(sql::FORGET_OTHER_PARTS, contact, part.showing).bind(part.digest.to_vec()), taken]
}

fn judge(showing: MessageId, answer: &Answer, at: i64) -> Statement {
    let (state, verdict, words) = match answer {
        Answer::None => (None, None, None),
        Answer::Given => (Some("given"), None, None),
        Answer::Proved(report) => (Some("proved"), Some(report.clone()), None),
        Answer::Refused { code, words } => {
            (Some("refused"), Some(code.clone()), Some(words.clone()))
        }
    };
    let at = state.is_some().then_some(at);
    query(sql::JUDGE).bind(showing.0.to_vec()).bind(state).bind(at).bind(verdict).bind(words)
}

pub(super) fn add_shown(shown: &ShownPayment) -> Statement {
    query(sql::ADD_SHOWN)
        .bind(shown.serial.0.to_vec())
        .bind(shown.contact.map(|contact| contact.0.to_vec()))
        .bind(shown.name.clone())
        .bind(shown.verifier.to_vec())
        .bind(shown.tx.0.to_vec())
        .bind(shown.purpose.clone())
        .bind(shown.case.clone())
        .bind(int(shown.issued.0))
        .bind(int(shown.not_after.0))
}

/// A statement about one challenge.
fn of(text: &'static str, contact: OpenId, showing: MessageId) -> Statement {
    query(text).bind(contact.0.to_vec()).bind(showing.0.to_vec())
}

crate::sql::statements! {
    ADD = "INSERT INTO showings (id, contact, made, challenge, which, purpose, not_after, told)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (contact, made, id) DO NOTHING";
    CLOSE = "UPDATE showings SET closed = ?4, closed_at = ?5
        WHERE contact IS ?1 AND made = ?2 AND id = ?3 AND closed IS NULL";
    GIVE = "UPDATE showings SET answer = 'given', answered = ?3
        WHERE contact = ?1 AND made = 0 AND id = ?2";
    FORGET_OTHER_PARTS = "DELETE FROM showing_parts
        WHERE contact = ?1 AND showing = ?2 AND digest <> ?3";
    ADD_PART = "INSERT INTO showing_parts (contact, showing, digest, number, count, content, bytes)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (contact, showing, number) DO NOTHING";
    COME = "UPDATE showings SET answer = 'given', answered = ?3, file = ?4, verdict = NULL,
            words = NULL
        WHERE contact = ?1 AND made = 1 AND id = ?2";
    FORGET_PARTS = "DELETE FROM showing_parts WHERE contact = ?1 AND showing = ?2";
    JUDGE = "UPDATE showings SET answer = ?2, answered = ?3, verdict = ?4, words = ?5, file = NULL
        WHERE made = 1 AND id = ?1";
    FORGET_PARTS_OF_OLD = "DELETE FROM showing_parts WHERE EXISTS (SELECT 1 FROM showings
        WHERE showings.contact = showing_parts.contact AND id = showing AND not_after < ?1)";
    FORGET = "DELETE FROM showings
        WHERE not_after < ?1 AND (answer IS NULL OR answer = 'refused')";
    ADD_SHOWN = "INSERT INTO payments_shown (serial, contact, grantee, verifier, tx, purpose,
            case_number, issued, not_after)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
}
