//! The verifier's side of one payment: taking what answers a challenge of ours, and checking it against
//! our own light node, whether it came over chat or as a file.

use std::time::Duration;

use chat::{Answer, AnswerPart, Change, KnownShowing, ShowingChange, ShowingState, answer_message};
use light::Checkpoint;
use net::LightNode;
use rand_core::Rng;
use statement::{Expected, Outcome, PaymentDisclosure, PaymentReport, check_payment};
use types::{MessageId, OpenId, Round, Timestamp};
use wallet::review::contact_fingerprint;

use super::behind;
use crate::{Code, Engine, Fault};

/// The code of what the ledger does not have.
const NOT_FINAL: &str = "not_final";

/// A challenge, and the last moment at which an answer to it counts.
type Asked = ([u8; 32], Option<Timestamp>);

impl Engine {
    /// Checks a payment that somebody shows us as a file: under headers that we trust ourselves, made
    /// out to us, for a challenge of ours, and in time. What holds is kept.
    ///
    /// # Errors
    /// `bad_disclosure` for a file that is none; `altered`, `other_verifier`, `other_challenge`,
    /// `expired`, `not_final`, `bad_signature`; `wrong_network`, `wrong_checkpoint`, `no_network`.
    pub async fn check_disclosure(
        &mut self,
        file: &[u8],
        patience: Duration,
    ) -> Result<PaymentReport, Fault> {
        let disclosure = self.read_disclosure(file)?;
        self.stand_on_proved(patience).await?;
        let node = self.attach().await?;
        let checkpoint = self.checkpoint_of(&node, &disclosure).await?;
        let known = self.store.showings().await?;
        let ours = known.iter().filter(|known| known.made);
        let asked = ours.map(|known| (known.asked.challenge, Some(known.asked.not_after)));
        let report = self.judged(&disclosure, &checkpoint, asked.collect()).await?;
        let challenge = disclosure.facts.asked.challenge;
        let mut answered =
            known.into_iter().filter(|it| it.made && it.asked.challenge == challenge);
        if let Some(known) = answered.next() {
            self.keep_report(known, &report).await?;
        }
        Ok(report)
    }

    /// One challenge that several people have answered stands there once for each.
    async fn keep_report(
        &self,
        mut known: KnownShowing,
        report: &PaymentReport,
    ) -> Result<(), Fault> {
        let (now, text) = (self.clock.now(), report.to_json().canonical());
        let mut changes = vec![];
        match &known.answer {
            Answer::Proved(before) if *before == text => return Ok(()),
            Answer::Proved(_) => {
                rand::rng().fill_bytes(&mut known.id.0);
                known.contact = None;
                changes.push(ShowingChange::Add(Box::new(known.clone())));
            }
            Answer::None | Answer::Given | Answer::Refused { .. } => {}
        }
        let (contact, showing) = (known.contact, known.id);
        let answer = Answer::Proved(text);
        changes.push(ShowingChange::Judge { contact, showing, answer, at: now });
        let changes = changes.into_iter().map(|change| Change::from(change).into());
        Ok(self.store.apply(changes.collect()).await?)
    }

    /// What a piece of an answer of a contact changes; `None` if we have asked for nothing: then nobody
    /// is told that it has come.
    pub(crate) async fn taken_part(
        &self,
        (contact, content): (OpenId, MessageId),
        part: AnswerPart,
        now: Timestamp,
    ) -> Result<Option<Vec<Change>>, Fault> {
        let showing = part.showing;
        let Some(known) = self.store.showing(contact, (showing, true)).await? else {
            return Ok(None);
        };
        if !known.takes_answers() {
            return Ok(Some(vec![]));
        }
        let mut parts = self.store.answer_parts(contact, (showing, part.digest)).await?;
        if parts.iter().all(|it| it.number != part.number) {
            parts.push(part.clone());
            parts.sort_by_key(|it| it.number);
        }
        let Some(file) = AnswerPart::whole(&parts) else {
            return Ok(Some(vec![ShowingChange::Take { contact, content, part }.into()]));
        };
        let last = part.count.saturating_sub(1);
        let shown = if part.number == last {
            Some(content)
        } else {
            self.store.content_of_part(contact, (showing, last)).await?
        };
        let message = answer_message((contact, showing), shown.unwrap_or(content), now);
        Ok(Some(vec![ShowingChange::Come { contact, showing, file, at: now }.into(), message]))
    }

    /// Checks what has come over chat and was not checked yet. What our light node cannot check now is
    /// left for later.
    pub(crate) async fn judge_answers(&mut self, node: &LightNode) -> Result<(), Fault> {
        for (contact, showing, file) in self.store.unjudged().await? {
            let Some(known) = self.store.showing(contact, (showing, true)).await? else { continue };
            if known.state(self.clock.now()) != ShowingState::Answered {
                continue;
            }
            let asked = vec![(known.asked.challenge, Some(known.asked.not_after))];
            let over = self.clock.now() > known.asked.not_after;
            let refused = |fault: Fault| Answer::Refused {
                code: fault.code().to_owned(),
                words: fault.message,
            };
            let answer = match self.judged_now(node, &file, asked).await {
                Ok(Ok(report)) => Answer::Proved(report.to_json().canonical()),
                Ok(Err(fault)) => refused(fault),
                // A header that nobody will ever have does not wait for it for ever.
                Err(_) if over => {
                    refused(Fault::refused("expired", "the time for which it was asked is over"))
                }
                Err(fault) if fault.is_elsewhere() => {
                    tracing::info!(code = fault.code(), "a payment that is shown is checked later");
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            let (contact, at) = (Some(contact), self.clock.now());
            let judged = ShowingChange::Judge { contact, showing, answer, at };
            self.store.apply(vec![Change::from(judged).into()]).await?;
        }
        Ok(())
    }

    /// The verdict, unless the network has to be asked once more.
    async fn judged_now(
        &mut self,
        node: &LightNode,
        file: &[u8],
        asked: Vec<Asked>,
    ) -> Result<Result<PaymentReport, Fault>, Fault> {
        let disclosure = match self.read_disclosure(file) {
            Ok(disclosure) => disclosure,
            Err(fault) => return Ok(Err(fault)),
        };
        let checkpoint = match self.checkpoint_of(node, &disclosure).await {
            Err(fault) if fault.code() == NOT_FINAL => return Ok(Err(fault)),
            found => found?,
        };
        Ok(self.judged(&disclosure, &checkpoint, asked).await)
    }

    fn read_disclosure(&self, file: &[u8]) -> Result<PaymentDisclosure, Fault> {
        let disclosure = PaymentDisclosure::read(file)
            .map_err(|bad| Fault::refused("bad_disclosure", &bad.to_string()))?;
        if disclosure.facts.chain == self.bound()?.home.chain {
            return Ok(disclosure);
        }
        Err(Fault::new(Code::WrongNetwork, "this payment was made on another network"))
    }

    /// What we trust ourselves in the round of its newest header.
    async fn checkpoint_of(
        &mut self,
        node: &LightNode,
        disclosure: &PaymentDisclosure,
    ) -> Result<Checkpoint, Fault> {
        let none = || Fault::refused(NOT_FINAL, "the file shows no header");
        let round: Round = disclosure.facts.evidence.newest().ok_or_else(none)?.round;
        let behind = || behind("our light node has not reached the header of this file yet");
        self.checkpoint_at(node, round).await?.ok_or_else(behind)
    }

    async fn judged(
        &self,
        disclosure: &PaymentDisclosure,
        checkpoint: &Checkpoint,
        challenges: Vec<Asked>,
    ) -> Result<PaymentReport, Fault> {
        let own = contact_fingerprint(self.keys.identity.public().as_bytes());
        let inbox = self.inbox().await?.public().fingerprint();
        let expected = Expected { verifiers: vec![own, inbox], challenges };
        let report = check_payment(disclosure, (checkpoint, self.clock.now()), Some(&expected));
        let failed = report.verdicts.iter().find_map(|verdict| match verdict.outcome {
            Outcome::Failed(flaw) => Some(flaw),
            Outcome::Proved | Outcome::Stated | Outcome::NotChecked(_) => None,
        });
        match failed {
            Some(flaw) => Err(Fault::refused(flaw.why.code(), flaw.detail)),
            None => Ok(report),
        }
    }
}
