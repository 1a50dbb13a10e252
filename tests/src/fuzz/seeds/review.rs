//! Review keys: a card, the same sealed, a further key, a reviewer's card.

use super::{Seed, key, master, rng, seed};
use anyhow::{Context, Result};
use types::{ChainId, Round, Timestamp};
use wallet::Keyring;
use wallet::review::{
    GrantCard, GrantTerms, GrantedKey, Grantee, Month, OpenedCard, Period, ReviewGrant,
    ReviewerCard, Serial, StandingKey, Strength, seal_card, viewing_key,
};
use wire::Encode;

const CHAIN: ChainId = ChainId([1; 32]);

pub(super) fn seeds() -> Result<Vec<Seed>> {
    let (owner, reviewer, rng) = (key(1), key(2), &mut rng());
    let (own, theirs) =
        (Keyring { ecdsa: &owner, falcon: None }, Keyring { ecdsa: &reviewer, falcon: None });
    let inbox = master(2).inbox_key().context("an inbox key")?.public();
    let month = Month::new(11).context("a month")?;
    let pool = master(1).shielded_seed();
    let key = |period| viewing_key(&pool, period).context("a viewing key");
    let public = owner.public();
    let terms = GrantTerms {
        chain: CHAIN,
        account: public.open_id(),
        home: public.address(),
        strength: Strength::Standing,
        months: vec![month],
        until: Some(month.next()),
        grantee: Grantee { name: "rita".to_owned(), fingerprint: inbox.fingerprint() },
        purpose: "taxes".to_owned(),
        case: Some("T-17".to_owned()),
        issued: Timestamp(1_800_000_000_000),
        round: Round(7),
        serial: Serial([3; 16]),
    };
    let keys = vec![GrantedKey::Viewing(key(Period::first_of(month))?)];
    let digests = keys.iter().map(GrantedKey::digest).collect();
    let grant = ReviewGrant::sign(terms, digests, (None, &own), rng).context("a grant")?;
    let further = key(Period::first_of(month.next()))?;
    let of = (Serial([3; 16]), 1, grant.digest());
    let further = StandingKey::sign(of, (further, Round(9)), (None, &own), rng);
    let card = GrantCard { grant, keys };
    let sealed = seal_card((&card, &[]), &inbox, CHAIN, rng).context("a sealed card")?;
    let shown = ReviewerCard::sign("rita", (inbox, [2; 33]), CHAIN, &theirs, rng);
    Ok(vec![
        seed("wallet-card", "standing", card.to_bytes()),
        seed("wallet-card", "in-a-file", OpenedCard { card, proofs: vec![] }.to_bytes()),
        seed("wallet-sealed-card", "standing", sealed.to_bytes()),
        seed("wallet-standing-key", "next-month", further.context("a key")?.to_bytes()),
        seed("wallet-reviewer", "rita", shown.context("a reviewer")?.to_bytes()),
    ])
}
