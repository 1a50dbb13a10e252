//! The records that app and network exchange.

use super::{Seed, key, seed};
use types::{EnvelopeId, QueueId, Round, SendId, Timestamp, TxId, WorkerId};
use wire::chain::{ChainReply, ChainRequest, Object, StateKey};
use wire::directory::{
    DirectoryReply, DirectoryRequest, Holding, OneTime, OneTimeKyber, Publication,
};
use wire::events::{Event, Follow, QueueRight, Subscribe};
use wire::mail::{MailReply, MailRequest, Waiting};
use wire::roster::{Announcement, Heard};
use wire::{Encode, Failure, Reply, code};

const WORKER: WorkerId = WorkerId([1; 32]);
const KEY: [u8; 32] = [2; 32];
const SIGNATURE: [u8; 64] = [3; 64];

pub(super) fn seeds() -> Vec<Seed> {
    [mail(), directory(), chain(), events(), roster(), rpc()].into_iter().flatten().collect()
}

fn rpc() -> Vec<Seed> {
    let call =
        r#"{"jsonrpc":"2.0","id":1,"method":"chat_send","params":{"contact":"a","text":"b"}}"#;
    let notice = r#"{"jsonrpc":"2.0","method":"status"}"#;
    vec![
        seed("api-rpc", "call", call),
        seed("api-rpc", "batch", format!("[{call},{notice}]")),
        seed("api-rpc", "deep", "[".repeat(200)),
    ]
}

fn done<T: Encode>(value: T) -> Vec<u8> {
    Reply::Done(value).to_bytes()
}

fn failed(code: &str) -> Vec<u8> {
    Reply::<Heard>::Failed(Failure::new(code, "a sentence for the log")).to_bytes()
}

fn mail() -> Vec<Seed> {
    let ask = |name, request: MailRequest| seed("wire-mail", name, request.to_bytes());
    let answer = |name, reply| seed("wire-mail", name, done::<MailReply>(reply));
    let waiting = |position| Waiting { position, blob: vec![7; 512] };
    let envelopes = vec![waiting(1), waiting(2)];
    let create = MailRequest::Create { receive_key: KEY, send_key: [4; 32], signature: SIGNATURE };
    let put = MailRequest::Put {
        owner: WORKER,
        send: SendId([5; 32]),
        blob: vec![6; 512],
        signature: SIGNATURE,
    };
    let delete = MailRequest::Delete {
        receive_key: KEY,
        envelopes: vec![EnvelopeId([8; 32]), EnvelopeId([9; 32])],
        signature: SIGNATURE,
    };
    vec![
        ask("create", create),
        ask("put", put),
        ask("pull", MailRequest::Pull { receive_key: KEY, after: 9, signature: SIGNATURE }),
        ask("delete", delete),
        answer("created", MailReply::Created),
        answer("stored", MailReply::Stored(Timestamp(1_800_000_000_000))),
        answer("waiting", MailReply::Waiting { envelopes, more: true }),
        answer("deleted", MailReply::Deleted),
        seed("wire-mail", "refused", failed(code::QUEUE_FULL)),
    ]
}

fn directory() -> Vec<Seed> {
    let one_time = || OneTime(vec![7; 37]);
    let kyber = || OneTimeKyber(vec![9; 1637]);
    let publication = Publication {
        key: KEY,
        sequence: 5,
        afresh: true,
        bundle: vec![8; 200],
        one_time: vec![one_time(), one_time()],
        kyber: vec![kyber()],
    };
    let fetched = DirectoryReply::Fetched {
        bundle: vec![8; 200],
        one_time: Some(one_time()),
        kyber: Some(kyber()),
    };
    let holding = Holding { sequence: 5, one_time: 100, kyber: 99 };
    let target = "wire-directory";
    let publish =
        DirectoryRequest::Publish { publication: publication.clone(), signature: SIGNATURE };
    vec![
        seed(target, "publication", publication.to_bytes()),
        seed(target, "publish", publish.to_bytes()),
        seed(target, "fetch", DirectoryRequest::Fetch { owner: WORKER, key: KEY }.to_bytes()),
        seed(
            target,
            "count",
            DirectoryRequest::Count { key: KEY, signature: SIGNATURE }.to_bytes(),
        ),
        seed(target, "published", done(DirectoryReply::Published(holding))),
        seed(target, "counted", done(DirectoryReply::Counted(holding))),
        seed(target, "fetched", done(fetched)),
    ]
}

fn chain() -> Vec<Seed> {
    let ask = |name, request: ChainRequest| seed("wire-chain", name, request.to_bytes());
    let answer = |name, reply| seed("wire-chain", name, done::<ChainReply>(reply));
    let address = key(1).public().address();
    let objects = || vec![Object(vec![1; 40]), Object(vec![])];
    let tip = ChainReply::Tip { round: Round(9), now: Timestamp(1_800_000_000_000) };
    vec![
        ask("ask-headers", ChainRequest::Headers { from: Round(1), max: 512 }),
        ask("ask-account", ChainRequest::Account(address)),
        ask("ask-history", ChainRequest::History { home: address, after: 3 }),
        ask("ask-find", ChainRequest::Find(TxId([4; 32]))),
        ask("ask-locate", ChainRequest::Locate(WORKER)),
        ask("submit", ChainRequest::Submit(Object(vec![5; 100]))),
        ask("ask-light", ChainRequest::Light { trusted: Round(3), address: Some(address) }),
        ask("ask-header-at", ChainRequest::HeaderAt { round: Round(3), under: Round(9) }),
        ask("ask-record", ChainRequest::Record { key: b"acct/".to_vec() }),
        ask("ask-back", ChainRequest::Back { before: Round(9), max: 200 }),
        ask("ask-committee", ChainRequest::Committee([3; 32])),
        ask("warrant", ChainRequest::Warrant(Object(vec![6; 60]))),
        ask("ask-warrants", ChainRequest::Warrants),
        ask("ask-pool-log", ChainRequest::PoolLog { after: 3, max: 512 }),
        ask("ask-pool-effects", ChainRequest::PoolEffects { from: 8, max: 8 }),
        ask(
            "ask-records",
            ChainRequest::Records { under: Round(9), keys: vec![StateKey(vec![7])] },
        ),
        answer("tip", tip),
        answer("headers", ChainReply::Headers(objects())),
        answer("history", ChainReply::History(objects())),
        answer("light", ChainReply::Light { steps: objects(), account: objects().pop() }),
        answer("record", ChainReply::Record(Object(vec![1; 40]))),
        answer("back", ChainReply::Back(Object(vec![1; 40]))),
        answer("committee", ChainReply::Committee(Object(vec![1; 40]))),
        answer("warranted", ChainReply::Warranted),
        answer("warrants", ChainReply::Warrants(objects())),
        answer("pool-log", ChainReply::PoolLog(objects())),
        answer("pool-effects", ChainReply::PoolEffects(objects())),
        answer("records", ChainReply::Records(objects())),
        answer("found", ChainReply::Found(Some(Round(8)))),
        answer("located", ChainReply::Located(vec!["/ip4/127.0.0.1/tcp/4001".to_owned()])),
        seed("wire-chain", "refused", failed("insufficient_funds")),
    ]
}

fn events() -> Vec<Seed> {
    let right = QueueRight { receive_key: KEY, signature: SIGNATURE };
    let to = Subscribe::To { queues: vec![right.clone()], headers: Follow::Every(Round(4)) };
    let minute = Subscribe::To { queues: vec![], headers: Follow::Minute };
    let target = "wire-events";
    vec![
        seed(target, "right", right.to_bytes()),
        seed(target, "subscribe", to.to_bytes()),
        seed(target, "minute", minute.to_bytes()),
        seed(target, "beat", Subscribe::Beat.to_bytes()),
        seed(target, "warrant", Event::Warrant(Object(vec![7; 60])).to_bytes()),
        seed(target, "mail", Event::Mail(QueueId([5; 32])).to_bytes()),
        seed(target, "header", Event::Header(Object(vec![6; 60])).to_bytes()),
    ]
}

fn roster() -> Vec<Seed> {
    let addresses = vec!["/ip4/127.0.0.1/udp/4001/quic-v1".to_owned(), String::new()];
    let target = "wire-roster";
    vec![
        seed(target, "announcement", Announcement { addresses }.to_bytes()),
        seed(target, "heard", done(Heard)),
        seed(target, "refused", failed(code::FAUCET_USED)),
        seed(target, "address", Encode::to_bytes(&key(1).public().address())),
        seed(target, "gift", done(TxId([7; 32]))),
    ]
}
