//! Statements of receipts: for a reviewer whose keys show no more, and for an owner who wants to show no
//! more (`money-and-mail.md` C5).

use std::collections::BTreeSet;
use std::time::Duration;

use ledger::nullifier_key;
use light::Checkpoint;
use net::{LightNode, NetError};
use shielded::{CompactAction, IncomingKey, LogEntry, LogPlace, Month, Note, Scanner};
use statement::{
    Beside, PoolPart, Receipt, Receipts, ReviewKeys, Stream, Subject, memo_text, verify_with,
    write_stream,
};
use types::{Round, Timestamp};
use wallet::strongest;
use zeroize::Zeroizing;

use super::pool::{Ground, damaged, stream_behind, tree_with};
use super::{FETCHING, OfWhom, StatementWish, behind};
use crate::{Code, Engine, Fault};

/// A statement of receipts, and what was wanted beside it.
#[derive(Debug)]
pub struct ReceiptsMade {
    /// The statement, signed.
    pub receipts: Receipts,
    /// The file of the incoming keys: whoever has it sees all receipts of those months for ever.
    pub keys: Option<Zeroizing<Vec<u8>>>,
    /// The file of the stream.
    pub stream: Option<Vec<u8>>,
}

/// A receipt as a key shows it, before it is proved.
struct Found {
    key: usize,
    position: u64,
    round: Round,
    note: Note,
}

/// The statement before it is signed, its keys, and the log behind a place.
type Unsigned = (Receipts, Vec<IncomingKey>, (LogPlace, Vec<LogEntry>));

impl Engine {
    /// What an account was paid in the private pool from one moment to another, as incoming keys show
    /// it: our own, or such as were granted.
    ///
    /// # Errors
    /// As [`Engine::statement`]; `no_keys` if no key shows anything of the period.
    pub async fn receipts(
        &mut self,
        wish: StatementWish,
        patience: Duration,
    ) -> Result<ReceiptsMade, Fault> {
        if !self.stand_on_proved(patience).await? {
            return Err(behind("the light node has not reached the end of the period"));
        }
        let subject = self.subject(wish.whose).await?;
        let making = self.unsigned_receipts(subject, wish.period, wish.whose);
        let made = tokio::time::timeout(FETCHING, making).await;
        let (mut receipts, keys, stream) =
            made.unwrap_or_else(|_| Err(NetError::Timeout.into()))?;
        let (account, first) = (self.signing_account().await?, self.keys.operation.public());
        receipts.exporter.key = account.as_ref().and_then(strongest).unwrap_or(&first).clone();
        let (digest, address) = (receipts.digest(), receipts.exporter.key.address());
        let signature = self.keys.ring().sign(address, &digest, &mut rand::rng());
        receipts.exporter.signature = signature.ok_or(wallet::Refusal::ForeignKey)?;
        let keys = ReviewKeys::new(receipts.chain, vec![], keys);
        let stream = wish.stream.then(|| write_stream(receipts.chain, stream.0, &stream.1));
        self.check_receipts(&receipts, &keys, stream.as_deref())?;
        Ok(ReceiptsMade { receipts, keys: wish.keys.then(|| keys.to_file()), stream })
    }

    async fn unsigned_receipts(
        &mut self,
        subject: Subject,
        (from, to): (Timestamp, Timestamp),
        whose: OfWhom,
    ) -> Result<Unsigned, Fault> {
        let node = self.attach().await?;
        let keys = self.receipt_keys(&node, whose, (from, to)).await?;
        let steps = self.found(&node, subject.address).await?.steps;
        let top = self.newest()?.clone();
        if from > top.time {
            return Err(behind("the network has not decided anything in this period yet"));
        }
        let to = to.min(top.time.plus_millis(1));
        let opening = self.boundary(&node, from, &top).await?;
        let closing = self.boundary(&node, to, &top).await?;
        let ground = self.ground_of(&node, &top).await?;
        let (keys, found) =
            found_in(&ground, keys, ((from, to), (opening.round(), closing.round())))?;
        let accounts: Vec<_> = keys.iter().map(|key| (key.period(), key.fingerprint())).collect();
        let months = accounts.iter().map(|account| account.0);
        let first = PoolPart::first_moment_of(months, from);
        let since = self.boundary(&node, first, &top).await?;
        let receipts = self.proved_receipts(&node, &ground, (&keys, found)).await?;
        let (cell, entries) = ground.into_parts();
        let stream = stream_behind(entries, since.round());
        let (chain, key) = (top.chain, self.keys.operation.public());
        let exporter = Receipts::unsigned(key);
        let made = Receipts {
            chain,
            from,
            to,
            subject,
            opening,
            closing,
            steps,
            cell,
            since,
            accounts,
            receipts,
            exporter,
        };
        Ok((made, keys, stream))
    }

    /// The incoming keys that there are, one for each period account.
    async fn receipt_keys(
        &mut self,
        node: &LightNode,
        whose: OfWhom,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<IncomingKey>, Fault> {
        let mut keys: Vec<IncomingKey> = match whose {
            OfWhom::Own => {
                let periods = self.listed((from, to), (&[], &[]), (Round(0), Round(0))).await?;
                let key = |period| Ok(self.pool_key(period)?.viewing_key().incoming());
                periods
                    .into_iter()
                    .filter_map(|it| key(it).transpose())
                    .collect::<Result<_, Fault>>()?
            }
            OfWhom::Contact(_) => vec![],
            OfWhom::Granted(account) => {
                self.follow_reviewed(node, account).await?;
                let (full, receipts) = self.store.review_keys(account).await?.into_parts();
                full.iter().filter_map(shielded::ViewingKey::incoming).chain(receipts).collect()
            }
        };
        keys.sort_by_key(IncomingKey::period);
        keys.dedup_by_key(|key| key.period());
        Ok(keys)
    }

    async fn proved_receipts(
        &self,
        node: &LightNode,
        ground: &Ground<'_>,
        (keys, found): (&[IncomingKey], Vec<Found>),
    ) -> Result<Vec<Receipt>, Fault> {
        let wanted: Vec<Vec<u8>> = found.iter().map(|it| nullifier_key(&it.note.rho)).collect();
        let mut proofs = self.records(node, ground.top(), &wanted).await?.into_iter();
        let positions: BTreeSet<u64> = found.iter().map(|it| it.position).collect();
        let tree = tree_with(ground, &positions)?;
        let mut receipts = vec![];
        for Found { key, position, round, note } in found {
            let (_, made) = proofs.next().ok_or(NetError::BadReply)?;
            let key = keys.get(key).ok_or_else(damaged)?;
            let (number, entry, place) = ground.action(note.rho).ok_or_else(damaged)?;
            let effects = self.pool_effects(node, number, entry).await?;
            let scanner = Scanner::of_receipts(core::slice::from_ref(key)).ok_or_else(damaged)?;
            let memo = effects.actions().get(place).and_then(|action| scanner.memo(action));
            receipts.push(Receipt {
                period: key.period(),
                witness: tree.witness(position, super::pool::LAST).map_err(|_| damaged())?,
                round,
                made,
                time: self.time_of(node, round).await?,
                name: None,
                memo: memo_text(memo),
                note,
            });
        }
        Ok(receipts)
    }

    /// Nobody gets one that its verifier would refuse.
    fn check_receipts(
        &self,
        receipts: &Receipts,
        keys: &ReviewKeys,
        stream: Option<&[u8]>,
    ) -> Result<(), Fault> {
        let bad = || Fault::new(Code::BadProof, "what the node sent makes no statement; try again");
        let checkpoint = Checkpoint::of(self.newest()?);
        let stream = stream.map(Stream::read).transpose().map_err(|_| bad())?;
        let beside = Beside { keys: Some(keys), stream: stream.as_ref() };
        let file = receipts.file();
        let report = verify_with(file.as_bytes(), &checkpoint, self.clock.now(), beside);
        let report = report.map_err(|_| bad())?;
        if !report.failed() {
            return Ok(());
        }
        tracing::warn!(?report, "a statement of receipts of ours is refused");
        Err(bad())
    }
}

/// What the keys open in rounds of the period, in the order of the tree; of the keys those whose month
/// the period touches, or that open something in it.
fn found_in(
    ground: &Ground<'_>,
    keys: Vec<IncomingKey>,
    ((from, to), (opening, closing)): ((Timestamp, Timestamp), (Round, Round)),
) -> Result<(Vec<IncomingKey>, Vec<Found>), Fault> {
    let entries = ground.entries().iter();
    let actions: Vec<(Round, CompactAction)> = entries
        .flat_map(|entry| entry.actions.iter().map(|action| (entry.round, action.clone())))
        .collect();
    let (rounds, actions): (Vec<Round>, Vec<CompactAction>) = actions.into_iter().unzip();
    let months = (Month::of(from), Month::of(Timestamp(to.0.saturating_sub(1))));
    let (mut kept, mut all) = (vec![], vec![]);
    for key in keys {
        let scanner = Scanner::of_receipts(core::slice::from_ref(&key)).ok_or_else(damaged)?;
        let place = kept.len();
        let found = scanner.scan(&actions).into_iter().filter_map(|it| {
            let round = *rounds.get(it.action)?;
            let within = round > opening && round <= closing && !it.note.value.is_zero();
            let position = u64::try_from(it.action).ok()?;
            within.then_some(Found { key: place, position, round, note: it.note })
        });
        let found: Vec<Found> = found.collect();
        let month = Some(key.period().month());
        if !found.is_empty() || (months.0 <= month && month <= months.1) {
            all.extend(found);
            kept.push(key);
        }
    }
    if kept.is_empty() {
        let words = "no key that was given shows anything of this period";
        return Err(Fault::refused("no_keys", words));
    }
    all.sort_by_key(|it| it.position);
    Ok((kept, all))
}
