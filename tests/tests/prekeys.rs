//! Somebody empties another one's entry in the directory: strangers can still write first, and the
//! owner fills it up when he looks in.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use chat::Invite;
use net::{Bootstrap, LightNode};
use scenarios::harness::{Devnet, Person, eventually};
use tokio::runtime::Runtime;
use types::OpenId;
use wire::directory::{DirectoryReply, DirectoryRequest};

/// The directory as anybody sees who has an invite.
struct Directory {
    runtime: Runtime,
    node: LightNode,
    fetch: DirectoryRequest,
}

impl Directory {
    /// Where the owner of this invite is found.
    fn of(net: &Devnet, invite: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let home = Bootstrap::parse(&net.bootstrap()[0]).unwrap();
        let (key, owner) = Invite::parse(invite, home.chain, OpenId([0; 32])).unwrap().directory;
        let node = runtime.block_on(LightNode::start(home)).unwrap();
        Self { runtime, node, fetch: DirectoryRequest::Fetch { owner, key } }
    }

    /// Takes a bundle; true if one-time prekeys of both kinds came with it, false if of none.
    fn hands_out_one_time_prekeys(&self) -> bool {
        let fetched = self.runtime.block_on(self.node.directory(self.fetch.clone())).unwrap();
        let DirectoryReply::Fetched { one_time, kyber, .. } = fetched else { panic!("no bundle") };
        assert_eq!(one_time.is_some(), kyber.is_some());
        kyber.is_some()
    }

    fn drain(&self) {
        let taken = (0..).take_while(|_| self.hands_out_one_time_prekeys()).count();
        assert!(taken > 0, "there were none");
    }
}

#[test]
fn whose_one_time_prekeys_have_run_out_is_written_to_all_the_same_and_has_new_ones_soon() {
    let net = Devnet::start(1);
    let [bob, carol, dave] = ["bob", "carol", "dave"].map(|name| net.person(name));
    let invite = bob.invite();
    let directory = Directory::of(&net, &invite);
    directory.drain();
    // More than one of them begins with the same prekeys, those of last resort.
    for stranger in [&carol, &dave] {
        stranger.run(&["contact", "add", &invite]);
        stranger.run(&["chat", "send", "bob", "good morning"]);
    }
    assert!(!directory.hands_out_one_time_prekeys(), "bob has not looked in");

    bob.run(&["sync"]);
    assert!(directory.hands_out_one_time_prekeys());
    for stranger in [&carol, &dave] {
        bob.run(&["chat", "send", stranger.name(), "good evening"]);
        talked(&bob, stranger);
    }
    // Those that are new are good for something.
    let erin = net.person("erin");
    erin.run(&["contact", "add", &invite]);
    erin.run(&["chat", "send", "bob", "good morning"]);
    bob.run(&["sync"]);
    bob.run(&["chat", "send", "erin", "good evening"]);
    talked(&bob, &erin);
}

/// Both have what both have said, once, and know that it has arrived.
fn talked(bob: &Person, stranger: &Person) {
    let conversation = |person: &Person, other: &str| -> Vec<(String, String, String)> {
        let read = person.run(&["chat", "read", other]);
        let messages = read["messages"].as_array().unwrap().iter();
        let field =
            |message: &serde_json::Value, name: &str| message[name].as_str().unwrap().to_owned();
        messages
            .map(|message| ["from", "text", "state"].map(|name| field(message, name)).into())
            .collect()
    };
    let expected = |first: (&str, &str), second: (&str, &str)| {
        [(first, "good morning"), (second, "good evening")]
            .map(|((from, state), text)| (from.to_owned(), text.to_owned(), state.to_owned()))
            .to_vec()
    };
    eventually("both have read both", || {
        let at_stranger = conversation(stranger, "bob");
        let at_bob = conversation(bob, stranger.name());
        (at_stranger == expected(("me", "delivered"), ("bob", "received"))
            && at_bob == expected((stranger.name(), "received"), ("me", "delivered")))
        .then_some(())
    });
}
