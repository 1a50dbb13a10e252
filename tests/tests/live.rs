//! Two people with a conversation open, as in two terminals: what one types, the other sees, without
//! anybody asking for it. Nothing but the held stream can bring it: an open conversation never looks
//! into its mailboxes by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Person, Program, binary};
use std::io::{PipeWriter, Write};
use std::process::Command;

/// `bcm chat open` with its keyboard and its screen.
struct Window {
    program: Program,
    keyboard: PipeWriter,
    screen: String,
}

impl Window {
    fn open(person: &Person, contact: &str) -> Self {
        let (keys, keyboard) = std::io::pipe().unwrap();
        let mut command = Command::new(binary("bcm"));
        command.arg("--profile").arg(person.dir()).args(["chat", "open", contact]).stdin(keys);
        command.env_remove("BCM_PASSPHRASE").env("BCM_LOG", "debug");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        let mut window =
            Self { program: Program::start(&mut command), keyboard, screen: String::new() };
        window.shows(&format!("You and {contact}."));
        window
    }

    fn types(&mut self, line: &str) {
        writeln!(self.keyboard, "{line}").unwrap();
    }

    /// Waits until a line with this text is on the screen.
    fn shows(&mut self, text: &str) {
        self.shows_either([text, text]);
    }

    /// Waits until a line with one of these texts is on the screen.
    fn shows_either(&mut self, texts: [&str; 2]) {
        while !self.screen.lines().any(|line| texts.iter().any(|text| line.contains(text))) {
            let line = self.program.line();
            self.screen.push_str(&line);
        }
    }

    /// Waits until the payment is final: it may be so before its message is here.
    fn shows_final(&mut self) {
        self.shows_either(["5 ABC final", "5 ABC: lunch (final)"]);
    }
}

#[test]
fn an_open_conversation_moves_by_itself() {
    let mut net = Devnet::start(2);
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    let invite = bob.run(&["invite"]);
    alice.run(&["contact", "add", invite["invite"].as_str().unwrap()]);
    bob.run(&["sync"]);
    alice.run(&["faucet"]);

    let (mut a, mut b) = (Window::open(&alice, "bob"), Window::open(&bob, "alice"));
    a.types("first, from alice");
    b.shows("alice: first, from alice");
    a.shows("\"first, from alice\" delivered");
    b.types("an answer");
    a.shows("bob: an answer");
    b.shows("\"an answer\" delivered");

    a.types("/pay 5 lunch");
    b.shows("alice: * 5 ABC: lunch");
    a.shows_final();
    b.shows_final();
    b.types("/pay 1000 too much");
    b.shows("(insufficient_funds)");
    b.types("/dance");
    b.shows("/dance is no command");

    net.kill();
    a.shows("(the network does not answer");
    a.types("written while it is dead");
    a.shows("me: written while it is dead");
    net.start_again();
    b.shows("alice: written while it is dead");
    a.shows("\"written while it is dead\" delivered");

    a.types("/quit");
    b.types("/quit");
    for window in [a, b] {
        drop(window.keyboard);
        assert_eq!(window.program.wait().code, Some(0));
    }
    assert_eq!(bob.run(&["balance"])["tokens"][0]["total"], "5");
}
