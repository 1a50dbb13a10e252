//! Statements: an account's entries of a period, fetched, proved, signed, and checked like somebody
//! else's before anybody gets them.

mod carried;
mod granted;
mod known;
mod payment;
mod pool;
mod receipts;
mod records;
mod shown;

use std::collections::BTreeSet;
use std::time::Duration;

use ledger::{AccountProof, Entry, Header};
use light::{Checkpoint, ProvedAccount, Step};
use net::{LightNode, NetError};
use statement::{
    Beside, Boundary, Pieces, ProvedHeader, ReviewKeys, Statement, Stream, Subject, verify_with,
};
use types::{Address, OpenId, Round, Timestamp};
use wallet::{Refusal, strongest};
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest, MAX_STEPS};

use zeroize::Zeroizing;

pub use self::payment::{Answering, PaymentMade, PaymentWish};
pub use self::receipts::ReceiptsMade;

use self::pool::Private;
use crate::{Code, Engine, Fault, shown_names};

/// A checkpoint of so many epochs before the newest header still leads to it.
const EPOCHS: u64 = 4;
/// How often proof and history are asked for until they are of one round.
const LOOKS: u32 = 15;
/// Between two of them.
const LOOK: Duration = Duration::from_millis(200);
/// How long fetching may take: a history can be long.
const FETCHING: Duration = Duration::from_secs(120);

/// Whose statement is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfWhom {
    /// Our own account's.
    Own,
    /// A contact's: what the ledger shows everybody of it.
    Contact(OpenId),
    /// One that somebody lets us see: that, and what the granted keys show in the pool.
    Granted(OpenId),
}

/// A statement that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementWish {
    /// Whose.
    pub whose: OfWhom,
    /// From this moment on, before that one.
    pub period: (Timestamp, Timestamp),
    /// With the viewing keys that its private part names.
    pub keys: bool,
    /// With the stream of all bundles of everybody.
    pub stream: bool,
}

/// A statement, and what was wanted beside it.
#[derive(Debug)]
pub struct StatementMade {
    /// The statement, signed.
    pub statement: Statement,
    /// The file of the viewing keys: whoever has it sees all of those months for ever.
    pub keys: Option<Zeroizing<Vec<u8>>>,
    /// The file of the stream.
    pub stream: Option<Vec<u8>>,
}

/// An account under the newest header, with all of its entries.
struct Found {
    steps: Vec<Step>,
    proof: AccountProof,
    entries: Vec<Entry>,
}

impl Engine {
    /// The entries of an account from one moment to another, which does not belong to the period;
    /// where that lies ahead, up to the newest header.
    ///
    /// # Errors
    /// `no_network` if the light node does not reach the end of the period, `unknown_contact`,
    /// `bad_proof`, `other_keys`, `conflict`; `no_keys` if keys or stream of another are wanted.
    pub async fn statement(
        &mut self,
        wish: StatementWish,
        patience: Duration,
    ) -> Result<StatementMade, Fault> {
        if matches!(wish.whose, OfWhom::Contact(_)) && (wish.keys || wish.stream) {
            let words = "of others a statement shows what the ledger shows everybody; there is \
                         nothing private in it to open";
            return Err(Fault::refused("no_keys", words));
        }
        if !self.stand_on_proved(patience).await? {
            return Err(behind("the light node has not reached the end of the period"));
        }
        let subject = self.subject(wish.whose).await?;
        let making = self.made(subject, wish.period, wish.whose);
        let unsigned = tokio::time::timeout(FETCHING, making).await;
        let (statement, private) = unsigned.unwrap_or_else(|_| Err(NetError::Timeout.into()))?;
        let statement = self.signed(statement).await?;
        let private = private.as_ref();
        let stream =
            private.filter(|_| wish.stream).map(|private| private.stream_file(statement.chain));
        let keys = private.map(|private| &private.keys);
        self.check_statement(&statement, (keys, stream.as_deref()))?;
        let keys = keys.filter(|_| wish.keys).map(ReviewKeys::to_file);
        Ok(StatementMade { statement, keys, stream })
    }

    async fn subject(&self, whose: OfWhom) -> Result<Subject, Fault> {
        let account = match whose {
            OfWhom::Own => {
                let name = Some(self.name.clone());
                return Ok(Subject { address: self.keys.address(), name });
            }
            OfWhom::Contact(account) => account,
            OfWhom::Granted(account) => return self.granted_subject(account).await,
        };
        let contacts = self.store.contacts().await?;
        let names = shown_names(&contacts);
        let mut known = contacts.iter().zip(names);
        let found = known.find(|(contact, _)| contact.account == account);
        let gone = || Fault::new(Code::UnknownContact, "no such contact any more");
        let (contact, name) = found.ok_or_else(gone)?;
        Ok(Subject { address: contact.address(), name: Some(name) })
    }

    async fn made(
        &mut self,
        subject: Subject,
        (from, to): (Timestamp, Timestamp),
        whose: OfWhom,
    ) -> Result<(Statement, Option<Private>), Fault> {
        let node = self.attach().await?;
        match whose {
            OfWhom::Own => self.read_pool(&node).await?,
            OfWhom::Contact(_) => {}
            // Keys open nothing before the ledger says that the account's own key has granted them.
            OfWhom::Granted(account) => self.follow_reviewed(&node, account).await?,
        }
        let Found { steps, proof, entries } = self.found(&node, subject.address).await?;
        let top = self.newest()?.clone();
        if from > top.time {
            return Err(behind("the network has not decided anything in this period yet"));
        }
        let to = to.min(top.time.plus_millis(1));
        let opening = self.boundary(&node, from, &top).await?;
        let closing = self.boundary(&node, to, &top).await?;
        let seen = match whose {
            OfWhom::Own => Some(None),
            OfWhom::Contact(_) => None,
            OfWhom::Granted(account) => {
                self.granted(account, proof.account.as_ref()).await?.map(Some)
            }
        };
        let private = match seen {
            Some(granted) => {
                let bounds = (&opening, &closing);
                Some(self.private_part(&node, (&top, granted), (from, to), bounds).await?)
            }
            None => None,
        };
        let rounds = entries.iter().map(|entry| entry.round);
        let within = |round: &Round| {
            *round <= closing.round() && (opening.last.is_none() || *round > opening.round())
        };
        let rounds: BTreeSet<Round> = rounds.filter(within).collect();
        let pieces = Pieces {
            chain: top.chain,
            period: (from, to),
            subject,
            bounds: (opening, closing),
            steps,
            times: self.times_of(&node, rounds).await?,
            told: self.known_of(&entries, (from, to), whose).await?,
            proof,
            entries,
            pool: private.as_ref().map(|private| Box::new(private.part.clone())),
            key: self.keys.operation.public(),
        };
        let made = Statement::of(pieces);
        let made = made.map_err(|error| Fault::new(Code::Internal, error.to_string()))?;
        Ok((made, private))
    }

    /// An account under the newest header. Behind one worker stand several managers, and one may be
    /// a block behind another.
    async fn found(&mut self, node: &LightNode, address: Address) -> Result<Found, Fault> {
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(LOOK).await;
            }
            let Some((steps, proof, proved)) = self.proved_now(node, address).await? else {
                continue;
            };
            if let Ok(entries) = self.follow_history(node, &proved, (0, [0; 32])).await? {
                return Ok(Found { steps, proof, entries });
            }
        }
        Err(Fault::new(Code::BadProof, "the node proves no account under its newest header"))
    }

    /// What leads to the newest header, and the account under it; nothing if they are not of one
    /// round.
    async fn proved_now(
        &mut self,
        node: &LightNode,
        address: Address,
    ) -> Result<Option<(Vec<Step>, AccountProof, ProvedAccount)>, Fault> {
        let light = &self.bound()?.light;
        let back = EPOCHS.saturating_mul(light.params().epoch.into());
        let trusted = Round(light.round().0.saturating_sub(back.max(1)));
        let request = ChainRequest::Light { trusted, address: Some(address) };
        let ChainReply::Light { steps: objects, account: Some(proof) } =
            node.chain(request).await?
        else {
            return Err(NetError::BadReply.into());
        };
        self.take_steps(&objects)?;
        self.save_light().await?;
        let steps = objects.iter().map(|step| Step::from_bytes(&step.0));
        let mut steps: Vec<Step> = steps.collect::<Result<_, _>>()?;
        let proof = AccountProof::from_bytes(&proof.0)?;
        let light = &self.bound()?.light;
        let newest = steps.last().map(Step::header) == light.header();
        if !newest || proof.round != light.round() || steps.len() >= MAX_STEPS {
            return Ok(None);
        }
        let proved = light.check_account(address, &proof)?;
        if let Some(first) = steps.first_mut() {
            self.name_members(node, first).await?;
        }
        Ok(Some((steps, proof, proved)))
    }

    /// Adds who decided a step, for readers who know nobody.
    async fn name_members(&self, node: &LightNode, step: &mut Step) -> Result<(), Fault> {
        let hash = step.header().committee;
        if step.committee.is_some() {
            return Ok(());
        }
        let known = self.bound()?.light.committee();
        let members = if known.hash() == hash {
            known.clone()
        } else {
            let ChainReply::Committee(members) = node.chain(ChainRequest::Committee(hash)).await?
            else {
                return Err(NetError::BadReply.into());
            };
            ledger::Committee::from_bytes(&members.0)?
        };
        step.committee = Some(members);
        Ok(())
    }

    fn newest(&self) -> Result<&Header, Fault> {
        let header = self.bound()?.light.header();
        header.ok_or_else(|| behind("the network has not decided anything yet"))
    }

    /// The headers on both sides of a moment.
    async fn boundary(
        &self,
        node: &LightNode,
        moment: Timestamp,
        top: &Header,
    ) -> Result<Boundary, Fault> {
        let (mut low, mut high) = (0, top.round.0);
        while low < high {
            let middle = low.saturating_add(high.saturating_sub(low).div_ceil(2));
            let early = middle == top.round.0 && top.time < moment
                || middle < top.round.0 && self.header_at(node, Round(middle)).await?.time < moment;
            if early {
                low = middle;
            } else {
                high = middle.saturating_sub(1);
            }
        }
        let next = low.saturating_add(1);
        let last = self.shown(node, Round(low), top).await?;
        Ok(Boundary { last, next: self.shown(node, Round(next), top).await? })
    }

    /// A header with its way to the newest one; nothing where there is none.
    async fn shown(
        &self,
        node: &LightNode,
        round: Round,
        top: &Header,
    ) -> Result<Option<ProvedHeader>, Fault> {
        if round == Round(0) || round > top.round {
            return Ok(None);
        }
        if round == top.round {
            return Ok(Some(ProvedHeader { header: top.clone(), path: None }));
        }
        let (header, path) = self.proved_header(node, round).await?;
        Ok(Some(ProvedHeader { header, path: Some(path) }))
    }

    /// Signs with the strongest key of our account.
    async fn signed(&self, mut statement: Statement) -> Result<Statement, Fault> {
        let (account, first) = (self.signing_account().await?, self.keys.operation.public());
        statement.exporter.key = account.as_ref().and_then(strongest).unwrap_or(&first).clone();
        let (digest, address) = (statement.digest(), statement.exporter.key.address());
        let signature = self.keys.ring().sign(address, &digest, &mut rand::rng());
        statement.exporter.signature = signature.ok_or(Refusal::ForeignKey)?;
        Ok(statement)
    }

    /// Nobody gets a statement that its verifier would refuse, with our own keys and, if it is given
    /// away, the stream.
    fn check_statement(
        &self,
        statement: &Statement,
        (keys, stream): (Option<&ReviewKeys>, Option<&[u8]>),
    ) -> Result<(), Fault> {
        let bad = || Fault::new(Code::BadProof, "what the node sent makes no statement; try again");
        let checkpoint = Checkpoint::of(self.newest()?);
        let stream = stream.map(Stream::read).transpose().map_err(|_| bad())?;
        let beside = Beside { keys, stream: stream.as_ref() };
        let file = statement.file();
        match verify_with(file.as_bytes(), &checkpoint, self.clock.now(), beside) {
            Ok(report) if !report.failed() => Ok(()),
            Ok(report) => {
                tracing::warn!(?report, "a statement of ours is refused");
                Err(bad())
            }
            Err(_) => Err(bad()),
        }
    }
}

fn behind(words: &str) -> Fault {
    Fault::new(Code::NoNetwork, words)
}
