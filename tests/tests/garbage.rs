//! Bytes that mean nothing, or nearly something, under every protocol of a running network: each
//! request is answered, each held stream is dropped or left alone, and the network goes on for the
//! people on it. What is thrown is drawn from a fixed seed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use ledger::Genesis;
use manager::Frame;
use net::transport::Transport;
use net::{Bootstrap, NetError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use scenarios::harness::{Devnet, LIMIT, Ledger, Person, eventually};
use types::{Address, AddressKind, BlockId, Round, SendId, TxId, WorkerId};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::directory::{DirectoryReply, DirectoryRequest, OneTime, OneTimeKyber, Publication};
use wire::events::{Follow, QueueRight, Subscribe};
use wire::mail::{BUCKETS, MailReply, MailRequest};
use wire::protocol::{ACP, CHAIN, DIRECTORY, EVENTS, FAUCET, MAIL, ROSTER};
use wire::roster::{Announcement, Heard};
use wire::{Decode, Encode, Failure, Reply, code};

/// Frames of each kind that are thrown at each protocol of each node.
const THROWS: usize = 24;

/// A request protocol: what is asked under it, and how an answer is read.
struct Asked {
    protocol: &'static str,
    requests: Vec<Vec<u8>>,
    read: fn(&[u8]) -> Option<Result<(), Failure>>,
}

/// A protocol of held streams.
struct Held {
    protocol: &'static str,
    frames: Vec<Vec<u8>>,
}

fn read<T: Decode>(answer: &[u8]) -> Option<Result<(), Failure>> {
    let reply = Reply::<T>::from_bytes(answer).ok()?;
    Some(reply.into_result().map(|_| ()))
}

fn mail(owner: WorkerId) -> Asked {
    let (receive_key, signature) = ([3; 32], [4; 64]);
    let requests = [
        MailRequest::Create { receive_key, send_key: [5; 32], signature },
        MailRequest::Put { owner, send: SendId([6; 32]), blob: vec![7; BUCKETS[0]], signature },
        MailRequest::Put {
            owner: WorkerId([8; 32]),
            send: SendId([6; 32]),
            blob: vec![],
            signature,
        },
        MailRequest::Pull { receive_key, after: u64::MAX, signature },
        MailRequest::Delete { receive_key, envelopes: vec![], signature },
    ];
    let requests = requests.iter().map(Encode::to_bytes).collect();
    Asked { protocol: MAIL, requests, read: read::<MailReply> }
}

fn directory(owner: WorkerId) -> Asked {
    let one_time = vec![OneTime(vec![1; 37]); 3];
    let publication = Publication {
        key: [2; 32],
        sequence: 1,
        afresh: false,
        bundle: vec![3; 900],
        one_time,
        kyber: vec![OneTimeKyber(vec![1; 1637])],
    };
    let requests = [
        DirectoryRequest::Publish { publication, signature: [4; 64] },
        DirectoryRequest::Fetch { owner, key: [5; 32] },
        DirectoryRequest::Fetch { owner: WorkerId([6; 32]), key: [5; 32] },
        DirectoryRequest::Count { key: [5; 32], signature: [4; 64] },
    ];
    let requests = requests.iter().map(Encode::to_bytes).collect();
    Asked { protocol: DIRECTORY, requests, read: read::<DirectoryReply> }
}

fn somebody() -> Address {
    Address { kind: AddressKind::Ecdsa, payload: [9; 20] }
}

fn chain() -> Asked {
    let requests = [
        ChainRequest::Headers { from: Round(u64::MAX), max: u16::MAX },
        ChainRequest::Submit(Object(vec![1; 200])),
        ChainRequest::Account(somebody()),
        ChainRequest::History { home: somebody(), after: u64::MAX },
        ChainRequest::Find(TxId([1; 32])),
        ChainRequest::Locate(WorkerId([1; 32])),
    ];
    let requests = requests.iter().map(Encode::to_bytes).collect();
    Asked { protocol: CHAIN, requests, read: read::<ChainReply> }
}

fn faucet() -> Asked {
    Asked { protocol: FAUCET, requests: vec![Encode::to_bytes(&somebody())], read: read::<TxId> }
}

fn roster() -> Asked {
    let addresses = vec!["/ip4/127.0.0.1/udp/1/quic-v1".to_owned(); 3];
    let requests = vec![Announcement { addresses }.to_bytes()];
    Asked { protocol: ROSTER, requests, read: read::<Heard> }
}

fn events() -> Held {
    let queues = vec![QueueRight { receive_key: [1; 32], signature: [2; 64] }; 4];
    let to = Subscribe::To { queues, headers: Follow::Every(Round(0)) };
    Held { protocol: EVENTS, frames: vec![to.to_bytes(), Subscribe::Beat.to_bytes()] }
}

fn consensus() -> Held {
    let vote = acp::Vote {
        step: ledger::Step::Commit,
        round: Round(5),
        view: 0,
        block: BlockId([1; 32]),
        member: 1,
        signature: [2; 64],
    };
    let frames = [
        Frame::Consensus(acp::Message::Vote(vote)),
        Frame::Consensus(acp::Message::Status(Box::new(acp::Status {
            round: Round(u64::MAX),
            view: u32::MAX,
            high: None,
        }))),
        Frame::Transactions(vec![manager::Waiting(vec![3; 300])]),
        Frame::Ask { from: Round(0) },
        Frame::Blocks { blocks: vec![], tip: Round(0) },
    ];
    Held { protocol: ACP, frames: frames.iter().map(Encode::to_bytes).collect() }
}

// ------------------------------------------------------------------ throwing

/// Somebody with a connection to one node.
struct Stranger {
    transport: Transport,
    node: WorkerId,
    rng: StdRng,
}

impl Stranger {
    async fn at(node: WorkerId, addresses: &[String]) -> Self {
        let mut rng = StdRng::seed_from_u64(u64::from(node.0[0]));
        let transport = Transport::spawn(rng.random(), &[]).await.unwrap();
        transport.connect(node, addresses).await.unwrap();
        Self { transport, node, rng }
    }

    fn noise(&mut self) -> Vec<u8> {
        let length = self.rng.random_range(0..600);
        let mut bytes: Vec<u8> = (0..length).map(|_| self.rng.random()).collect();
        // Half of it begins like something.
        if let (Some(first), true) = (bytes.first_mut(), self.rng.random()) {
            *first %= 10;
        }
        bytes
    }

    fn one_of(&mut self, frames: &[Vec<u8>]) -> Vec<u8> {
        frames[self.rng.random_range(0..frames.len())].clone()
    }

    fn truncated(&mut self, frames: &[Vec<u8>]) -> Vec<u8> {
        let mut frame = self.one_of(frames);
        frame.truncate(self.rng.random_range(0..frame.len()));
        frame
    }

    fn flipped(&mut self, frames: &[Vec<u8>]) -> Vec<u8> {
        let mut frame = self.one_of(frames);
        for _ in 0..self.rng.random_range(1..4) {
            let at = self.rng.random_range(0..frame.len());
            frame[at] ^= 1 << self.rng.random_range(0..8);
        }
        frame
    }

    /// Every request is answered; one that breaks off is refused as what it is.
    async fn ask(&mut self, asked: &Asked) {
        for _ in 0..THROWS {
            let broken = self.truncated(&asked.requests);
            let refused = self.answer(asked, &broken).await.unwrap_err();
            assert_eq!(refused.code, code::BAD_REQUEST, "{}: {broken:?}", asked.protocol);
            for bytes in [self.noise(), [self.one_of(&asked.requests), self.noise()].concat()] {
                // Whatever the answer is: there is one.
                let _ = self.answer(asked, &bytes).await;
            }
            // The faucet would take its gifts to addresses that nobody has.
            if asked.protocol != FAUCET {
                let flipped = self.flipped(&asked.requests);
                let _ = self.answer(asked, &flipped).await;
            }
        }
    }

    async fn answer(&self, asked: &Asked, bytes: &[u8]) -> Result<(), Failure> {
        let answer = self.transport.request(self.node, asked.protocol, bytes, LIMIT).await;
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error} {bytes:?}", asked.protocol));
        (asked.read)(&answer).unwrap_or_else(|| panic!("{}: {bytes:?}: {answer:?}", asked.protocol))
    }

    async fn hold(&mut self, held: &Held) {
        for _ in 0..THROWS {
            let frames = [self.noise(), self.truncated(&held.frames), self.flipped(&held.frames)];
            let mut channel = self.transport.open(self.node, held.protocol).await.unwrap();
            for bytes in frames {
                // The other side may have hung up.
                let _ = channel.send(&bytes).await;
            }
        }
    }

    /// Versions that are still to come, and what never was a protocol.
    async fn ask_in_the_future(&self) {
        for protocol in [MAIL, DIRECTORY, CHAIN, EVENTS, ROSTER, FAUCET, ACP] {
            let next = format!("{protocol}0");
            for name in [next.as_str(), "/bcm/nothing/1", "/bcm/mail"] {
                let answer = self.transport.request(self.node, name, &[1], LIMIT).await;
                assert_eq!(answer, Err(NetError::UpgradeNeeded), "{name}");
            }
        }
    }
}

// ------------------------------------------------------------------ the story

#[test]
fn garbage_stops_nobody() {
    let mut net = Devnet::start(2);
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    alice.run(&["contact", "add", &bob.invite()]);
    alice.run(&["faucet"]);

    let ledger = Ledger::open(&net.bootstrap()[0]);
    let managers = managers(&ledger);
    assert_eq!(managers.len(), 4);
    let workers: Vec<_> =
        net.bootstrap().iter().map(|text| Bootstrap::parse(text).unwrap()).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for worker in &workers {
            let addresses = std::slice::from_ref(&worker.addresses);
            let mut stranger = Stranger::at(worker.worker, addresses).await;
            for asked in [mail(worker.worker), directory(worker.worker), chain(), faucet()] {
                stranger.ask(&asked).await;
            }
            stranger.hold(&events()).await;
            stranger.ask_in_the_future().await;
        }
        for (manager, addresses) in &managers {
            let mut stranger = Stranger::at(*manager, addresses).await;
            for asked in [chain(), roster()] {
                stranger.ask(&asked).await;
            }
            stranger.hold(&events()).await;
            stranger.hold(&consensus()).await;
            stranger.ask_in_the_future().await;
        }
    });

    let before = ledger.tip();
    eventually("the ledger goes on", || (ledger.tip() >= before.plus(3)).then_some(()));
    people_go_on(&alice, &bob);
    // Standard error is empty: nothing in there has panicked.
    net.stop();
}

fn managers(ledger: &Ledger) -> Vec<(WorkerId, Vec<String>)> {
    let ChainReply::Genesis(bytes) = ledger.ask(ChainRequest::Genesis) else {
        panic!("not a genesis")
    };
    let managers = Genesis::parse(&bytes).unwrap().managers;
    let managers = managers.into_iter().map(|manager| WorkerId(manager.member.key));
    let located = managers.map(|manager| {
        let ChainReply::Located(addresses) = ledger.ask(ChainRequest::Locate(manager)) else {
            panic!("not an address")
        };
        (manager, addresses)
    });
    located.collect()
}

fn people_go_on(alice: &Person, bob: &Person) {
    alice.run(&["chat", "send", "bob", "still there?"]);
    assert_eq!(bob.run(&["chat", "read", "alice"])["messages"][0]["text"], "still there?");
    assert_eq!(alice.run(&["pay", "bob", "1", "--public", "--wait"])["state"], "final");
    assert_eq!(bob.run(&["balance"])["tokens"][0]["total"], "1");
}
