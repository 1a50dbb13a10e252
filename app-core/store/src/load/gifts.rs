//! Red envelopes, and the keys by which contacts are named in them.

use crate::{Store, StoreError, row};
use ledger::RedEnvelopeId;
use sqlx::FromRow;
use types::{OpenId, Round, TxId};
use wallet::{ClaimAttempt, KnownGift, Rest};
use zeroize::Zeroizing;

#[derive(FromRow)]
struct GiftColumns {
    contact: Vec<u8>,
    made: bool,
    told: i64,
    gift: Vec<u8>,
    record: Option<Vec<u8>>,
    seen: i64,
    state: String,
    claim_tx: Option<Vec<u8>>,
    claim_bytes: Option<Vec<u8>>,
    claim_expiry: Option<i64>,
    claim_taken: Option<i64>,
    taking: Option<Vec<u8>>,
    rest: Option<Vec<u8>>,
    came_back: Option<Vec<u8>>,
}

impl Store {
    /// All red envelopes, in the order they were told.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn gifts(&self) -> Result<Vec<KnownGift>, StoreError> {
        self.with_claims(
            sqlx::query_as(sql::GIFTS).fetch_all(&mut *self.connection().await?).await?,
        )
        .await
    }

    /// Those of which something may still change.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn open_gifts(&self) -> Result<Vec<KnownGift>, StoreError> {
        self.with_claims(
            sqlx::query_as(sql::OPEN_GIFTS).fetch_all(&mut *self.connection().await?).await?,
        )
        .await
    }

    /// Those of one chat.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn gifts_of(&self, contact: OpenId) -> Result<Vec<KnownGift>, StoreError> {
        let query = sqlx::query_as(sql::GIFTS_OF).bind(&contact.0[..]);
        self.with_claims(query.fetch_all(&mut *self.connection().await?).await?).await
    }

    /// The red envelope with this id: of several that contacts have told us of, the one that is
    /// ours, or that the ledger has, or that may still come.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn gift(&self, id: RedEnvelopeId) -> Result<Option<KnownGift>, StoreError> {
        let query = sqlx::query_as(sql::GIFT).bind(&id.0[..]);
        Ok(self.with_claims(query.fetch_all(&mut *self.connection().await?).await?).await?.pop())
    }

    /// The red envelope with this id as this contact has told it, or we told it there.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn gift_of(
        &self,
        contact: OpenId,
        id: RedEnvelopeId,
    ) -> Result<Option<KnownGift>, StoreError> {
        let query = sqlx::query_as(sql::GIFT_OF).bind(&id.0[..]).bind(&contact.0[..]);
        Ok(self.with_claims(query.fetch_all(&mut *self.connection().await?).await?).await?.pop())
    }

    /// The envelope key of a contact, if it has told us.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn envelope_key(&self, contact: OpenId) -> Result<Option<[u8; 32]>, StoreError> {
        let query = sqlx::query_scalar(sql::ENVELOPE_KEY).bind(&contact.0[..]);
        let found: Option<Option<Vec<u8>>> =
            query.fetch_optional(&mut *self.connection().await?).await?;
        found.flatten().map(|key| row::fixed(&key)).transpose()
    }

    /// The contacts that have been greeted and do not know our envelope key.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn contacts_untold(&self) -> Result<Vec<OpenId>, StoreError> {
        let found: Vec<Vec<u8>> = sqlx::query_scalar(sql::CONTACTS_UNTOLD)
            .fetch_all(&mut *self.connection().await?)
            .await?;
        found.into_iter().map(|account| row::account(&account)).collect()
    }

    async fn with_claims(&self, found: Vec<GiftColumns>) -> Result<Vec<KnownGift>, StoreError> {
        let mut gifts = Vec::with_capacity(found.len());
        for columns in found {
            let mut known = columns.parse()?;
            let claims: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(sql::GIFT_CLAIMS)
                .bind(&known.id().0[..])
                .fetch_all(&mut *self.connection().await?)
                .await?;
            for (key, claim) in claims {
                known.claims.insert(row::fixed(&key)?, row::decode(&claim)?);
            }
            gifts.push(known);
        }
        Ok(gifts)
    }
}

impl GiftColumns {
    fn parse(self) -> Result<KnownGift, StoreError> {
        let gift = Zeroizing::new(self.gift);
        let (gift, contact) = (row::decode(&gift)?, row::account(&self.contact)?);
        let mut known = KnownGift::told(gift, contact, self.made, row::time(self.told)?);
        known.record = self.record.map(|record| row::decode(&record)).transpose()?;
        known.seen = Round(row::uint(self.seen)?);
        known.state = row::gift_state(&self.state)?;
        let taken = self.claim_taken.map(|round| row::uint(round).map(Round)).transpose()?;
        if let (Some(tx), Some(bytes), Some(expiry)) =
            (self.claim_tx, self.claim_bytes, self.claim_expiry)
        {
            let (tx, expiry) = (TxId(row::fixed(&tx)?), Round(row::uint(expiry)?));
            known.attempt = Some(ClaimAttempt { tx, bytes, expiry, taken });
        }
        known.taking = self.taking.map(|taking| row::decode(&taking)).transpose()?;
        known.rest = self.rest.map(|rest| row::decode::<Rest>(&rest)).transpose()?;
        let claim = self.came_back.map(|claim| row::decode(&claim)).transpose()?;
        known.rest = known.rest.map(|rest| Rest { claim, ..rest });
        Ok(known)
    }
}

crate::sql::statements! {
    GIFTS = "SELECT contact, made, told, gift, record, seen, state, claim_tx, claim_bytes,
        claim_expiry, claim_taken, taking, rest, came_back FROM gifts ORDER BY seq";
    OPEN_GIFTS = "SELECT contact, made, told, gift, record, seen, state, claim_tx, claim_bytes,
        claim_expiry, claim_taken, taking, rest, came_back FROM gifts WHERE settled = 0 ORDER BY seq";
    GIFTS_OF = "SELECT contact, made, told, gift, record, seen, state, claim_tx, claim_bytes,
        claim_expiry, claim_taken, taking, rest, came_back FROM gifts WHERE contact = ?1 ORDER BY seq";
    GIFT = "SELECT contact, made, told, gift, record, seen, state, claim_tx, claim_bytes,
        claim_expiry, claim_taken, taking, rest, came_back FROM gifts WHERE id = ?1
        ORDER BY made DESC, record IS NULL, state = 'failed', seq LIMIT 1";
    GIFT_OF = "SELECT contact, made, told, gift, record, seen, state, claim_tx, claim_bytes,
        claim_expiry, claim_taken, taking, rest, came_back FROM gifts WHERE id = ?1 AND contact = ?2";
    GIFT_CLAIMS = "SELECT key, claim FROM gift_claims WHERE gift = ?1 ORDER BY key";
    ENVELOPE_KEY = "SELECT theirs FROM envelope_keys WHERE contact = ?1";
    CONTACTS_UNTOLD = "SELECT account FROM contacts
        WHERE greeted = 1 AND standing <> 'declined' AND NOT EXISTS (SELECT 1 FROM envelope_keys
            WHERE envelope_keys.contact = contacts.account AND told = 1)
        ORDER BY seq";
}
