//! Challenges to show a payment, what has come of them, and the payments that we have shown.

use crate::{Store, StoreError, row};
use chat::{Answer, AnswerPart, KnownShowing, PaymentChallenge};
use sqlx::FromRow;
use types::{MessageId, OpenId, TxId};
use wallet::review::{Serial, ShownPayment};

#[derive(FromRow)]
struct ShowingColumns {
    id: Vec<u8>,
    contact: Option<Vec<u8>>,
    made: bool,
    challenge: Vec<u8>,
    which: String,
    purpose: String,
    not_after: i64,
    told: i64,
    closed: Option<String>,
    answer: Option<String>,
    verdict: Option<String>,
    words: Option<String>,
}

#[derive(FromRow)]
struct PartColumns {
    digest: Vec<u8>,
    number: u16,
    count: u16,
    bytes: Vec<u8>,
}

#[derive(FromRow)]
struct ShownColumns {
    serial: Vec<u8>,
    contact: Option<Vec<u8>>,
    grantee: String,
    verifier: Vec<u8>,
    tx: Vec<u8>,
    purpose: String,
    case_number: Option<String>,
    issued: i64,
    not_after: i64,
}

impl Store {
    /// All challenges, ours and those of contacts, in the order they were told.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn showings(&self) -> Result<Vec<KnownShowing>, StoreError> {
        let found: Vec<ShowingColumns> =
            sqlx::query_as(sql::SHOWINGS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(ShowingColumns::parse).collect()
    }

    /// One challenge between us and a contact.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn showing(
        &self,
        contact: OpenId,
        (id, made): (MessageId, bool),
    ) -> Result<Option<KnownShowing>, StoreError> {
        let found: Option<ShowingColumns> = sqlx::query_as(sql::SHOWING)
            .bind(&contact.0[..])
            .bind(made)
            .bind(&id.0[..])
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(ShowingColumns::parse).transpose()
    }

    /// The pieces that are here of an answer, in order, but for those of another answer.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn answer_parts(
        &self,
        contact: OpenId,
        (showing, digest): (MessageId, [u8; 32]),
    ) -> Result<Vec<AnswerPart>, StoreError> {
        let found: Vec<PartColumns> = sqlx::query_as(sql::PARTS)
            .bind(&contact.0[..])
            .bind(&showing.0[..])
            .bind(&digest[..])
            .fetch_all(&mut *self.connection().await?)
            .await?;
        let part = |PartColumns { digest, number, count, bytes }| {
            Ok(AnswerPart { showing, digest: row::fixed(&digest)?, number, count, bytes })
        };
        found.into_iter().map(part).collect()
    }

    /// The id of the content that brought a piece.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn content_of_part(
        &self,
        contact: OpenId,
        (showing, number): (MessageId, u16),
    ) -> Result<Option<MessageId>, StoreError> {
        let found: Option<Vec<u8>> = sqlx::query_scalar(sql::CONTENT)
            .bind(&contact.0[..])
            .bind(&showing.0[..])
            .bind(number)
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(|id| row::fixed(&id).map(MessageId)).transpose()
    }

    /// Answers that are here and not judged: whose, to which challenge, and the answer.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn unjudged(&self) -> Result<Vec<(OpenId, MessageId, Vec<u8>)>, StoreError> {
        let found: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> =
            sqlx::query_as(sql::UNJUDGED).fetch_all(&mut *self.connection().await?).await?;
        let one = |(contact, id, file): (Vec<u8>, Vec<u8>, Vec<u8>)| {
            Ok((row::account(&contact)?, MessageId(row::fixed(&id)?), file))
        };
        found.into_iter().map(one).collect()
    }

    /// The payments that we have shown, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn payments_shown(&self) -> Result<Vec<ShownPayment>, StoreError> {
        let found: Vec<ShownColumns> =
            sqlx::query_as(sql::SHOWN).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(ShownColumns::parse).collect()
    }
}

impl ShowingColumns {
    fn parse(self) -> Result<KnownShowing, StoreError> {
        let answer = match (self.answer.as_deref(), self.verdict, self.words) {
            (None, _, _) => Answer::None,
            (Some("given"), _, _) => Answer::Given,
            (Some("proved"), Some(report), _) => Answer::Proved(report),
            (Some("refused"), Some(code), Some(words)) => Answer::Refused { code, words },
            (Some(_), _, _) => return Err(StoreError::DamagedProfile),
        };
        Ok(KnownShowing {
            id: MessageId(row::fixed(&self.id)?),
            contact: self.contact.map(|contact| row::account(&contact)).transpose()?,
            made: self.made,
            asked: PaymentChallenge {
                challenge: row::fixed(&self.challenge)?,
                which: self.which,
                purpose: self.purpose,
                not_after: row::time(self.not_after)?,
            },
            told: row::time(self.told)?,
            closed: self.closed.map(|by| row::closed(&by)).transpose()?,
            answer,
        })
    }
}

impl ShownColumns {
    fn parse(self) -> Result<ShownPayment, StoreError> {
        Ok(ShownPayment {
            serial: Serial(row::fixed(&self.serial)?),
            contact: self.contact.map(|contact| row::account(&contact)).transpose()?,
            name: self.grantee,
            verifier: row::fixed(&self.verifier)?,
            tx: TxId(row::fixed(&self.tx)?),
            purpose: self.purpose,
            case: self.case_number,
            issued: row::time(self.issued)?,
            not_after: row::time(self.not_after)?,
        })
    }
}

crate::sql::statements! {
    SHOWINGS = "SELECT id, contact, made, challenge, which, purpose, not_after, told, closed, answer,
        verdict, words FROM showings ORDER BY seq";
    SHOWING = "SELECT id, contact, made, challenge, which, purpose, not_after, told, closed, answer,
        verdict, words FROM showings WHERE contact = ?1 AND made = ?2 AND id = ?3";
    PARTS = "SELECT digest, number, count, bytes FROM showing_parts
        WHERE contact = ?1 AND showing = ?2 AND digest = ?3 ORDER BY number";
    CONTENT = "SELECT content FROM showing_parts
        WHERE contact = ?1 AND showing = ?2 AND number = ?3";
    UNJUDGED = "SELECT contact, id, file FROM showings
        WHERE made = 1 AND contact IS NOT NULL AND file IS NOT NULL ORDER BY seq";
    SHOWN = "SELECT serial, contact, grantee, verifier, tx, purpose, case_number, issued, not_after
        FROM payments_shown ORDER BY seq";
}
