//! The command line as typed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

use crate::ask::{Address, Link, Request};
use crate::output;
use crate::rotation::Rotation;

mod review;

pub(crate) use review::{Challenge, Grant, Review};

/// A private messenger with money in it.
#[derive(Debug, Parser)]
#[command(name = "bcm", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that may stand before or after the command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The profile's folder
    #[arg(long, global = true, value_name = "DIR", env = "BCM_PROFILE")]
    pub(crate) profile: Option<PathBuf>,
    /// A node of the network, as it printed itself at its start; remembered in the profile
    #[arg(long, global = true, value_name = "ADDR")]
    pub(crate) bootstrap: Vec<String>,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Answer from what is saved, do not ask the network
    #[arg(long, global = true)]
    pub(crate) offline: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a whole network on this computer
    Devnet(Devnet),
    /// Your account
    #[command(subcommand)]
    Account(Account),
    /// Print an invite to give to somebody
    Invite,
    /// Your contacts
    #[command(subcommand)]
    Contact(Contact),
    /// Write and read
    #[command(subcommand)]
    Chat(Chat),
    /// Ask a devnet for 100 ABC, once
    Faucet,
    /// What you have
    Balance,
    /// What came and went
    History {
        /// The first moment, such as 2026-11-20
        #[arg(long, value_name = "T")]
        from: Option<String>,
        /// The first moment no longer wanted
        #[arg(long, value_name = "T")]
        to: Option<String>,
    },
    /// Pay a contact, an address, or what a payment link asks for; privately if the payee's private
    /// address is known
    Pay {
        /// A contact's name or id, an address (`bcm1…`, `A…`, `F…`) or its name, or a payment link
        to: String,
        /// How much ABC, such as 12.5; a link may say it
        #[arg(allow_hyphen_values = true)]
        amount: Option<String>,
        /// What it is for; only the payee sees it
        #[arg(long, value_name = "M", allow_hyphen_values = true)]
        memo: Option<String>,
        /// Pay transparently: amount, payer and payee are public
        #[arg(long, conflicts_with = "private")]
        public: bool,
        /// Pay out of the private pool or not at all; to `A…` or `F…`, amount and payee are public
        /// and the payer is not
        #[arg(long)]
        private: bool,
        /// Also to an address that looks like another one that you know
        #[arg(long)]
        sure: bool,
        /// Wait until it is final
        #[arg(long)]
        wait: bool,
    },
    /// Call off a private payment for which nothing is signed yet: what is being proved, or waits
    Cancel {
        /// The payment, as pay or history printed it, or its first digits
        payment: String,
    },
    /// Pay an address
    #[command(name = "sendtoaddress")]
    SendToAddress {
        /// `A…` or `F…`
        address: String,
        /// How much ABC, such as 12.5
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// Also to an address that looks like another one that you know
        #[arg(long)]
        sure: bool,
        /// Wait until it is final
        #[arg(long)]
        wait: bool,
    },
    /// Move the account to its quantum-safe Falcon key: everything stays, the old key signs nothing
    /// any more
    Migrate {
        /// Wait until it is final
        #[arg(long)]
        wait: bool,
    },
    /// Pay all ABC to a Falcon address; ABIT, names, bonds and history stay behind
    #[command(name = "sendalltofalconaddr")]
    SendAllToFalcon {
        /// `F…`; your own one means migrate
        address: String,
        /// What lies in the private pool as well: who pays it is not seen, amount and address are
        #[arg(long)]
        with_private: bool,
        /// Wait until all of it is final
        #[arg(long)]
        wait: bool,
    },
    /// Move to Falcon once ECDSA is switched off: somebody else's account commits to it first
    #[command(subcommand)]
    Rotation(Rotation),
    /// Private money: where you are paid, and how it gets into the private pool
    #[command(subcommand)]
    Private(Private),
    /// Red envelopes: money given in a chat, in shares
    #[command(subcommand)]
    Envelope(Envelope),
    /// Review keys: let others look at your account, and look at theirs
    #[command(subcommand)]
    Review(Review),
    /// Ask for money, and pay or decline what others ask for
    #[command(subcommand)]
    Request(Request),
    /// Payment links
    #[command(subcommand)]
    Link(Link),
    /// The address book
    #[command(subcommand)]
    Address(Address),
    /// Bring the profile up to date
    Sync,
    /// Show the ledger as your own light node has seen it: rounds, managers, votes, checks, nodes
    Explorer,
    /// Try every way to the network, and say what to do about what is not well
    Doctor,
    /// Print the newest header that is trusted, or begin from one that somebody vouches for
    Checkpoint {
        /// Write it to this file instead
        #[arg(long, value_name = "F", conflicts_with = "from")]
        out: Option<PathBuf>,
        /// Begin from the one in this file
        #[arg(long = "use", value_name = "F")]
        from: Option<PathBuf>,
    },
    /// Show the profile in a browser on this computer, and let scripts use it
    Serve(Serve),
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; only this computer is ever let in
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: String,
    /// The folder of the built pages
    #[arg(long, value_name = "DIR")]
    pub(crate) ui: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Devnet {
    /// How many managers keep the ledger of a new network [default: 4]
    #[arg(long)]
    pub(crate) managers: Option<u16>,
    /// How many workers carry the mail of a new network [default: 5]
    #[arg(long)]
    pub(crate) workers: Option<u16>,
    /// Where the network keeps its files
    #[arg(long, value_name = "D")]
    pub(crate) dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Make a new account
    New {
        /// The name that others see
        #[arg(long, value_name = "N")]
        name: Option<String>,
        /// A profile that looks at what others let it see, and never pays or signs
        #[arg(long)]
        review_only: bool,
    },
    /// Make an account from its 24 words, read from standard input
    Restore {
        /// The name that others see
        #[arg(long, value_name = "N")]
        name: Option<String>,
    },
    /// Show the account
    Show,
    /// Print the 24 words; whoever has them has everything
    Words,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Contact {
    /// Add somebody by the invite they gave you
    Add {
        /// `bcm:…`
        invite: String,
    },
    /// List your contacts
    List,
    /// Print the safety number: 60 digits that must be the same on both sides
    Safety {
        /// A contact's name or id
        contact: String,
    },
    /// Compare the text that a contact's app shows with your safety number; exits with 1 if they
    /// do not match
    Compare {
        /// A contact's name or id
        contact: String,
        /// The text, as contact safety prints it on the other side
        payload: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Chat {
    /// Send a message
    Send {
        /// A contact's name or id
        contact: String,
        /// What to say
        #[arg(allow_hyphen_values = true)]
        text: String,
    },
    /// Print a conversation
    Read {
        /// A contact's name or id
        contact: String,
        /// If nothing new is there, wait so many seconds for something
        #[arg(long, value_name = "S")]
        wait: Option<u64>,
        /// Only the newest N messages
        #[arg(long, value_name = "N")]
        last: Option<u32>,
    },
    /// Talk and pay, line by line
    Open {
        /// A contact's name or id
        contact: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Private {
    /// Print an address to be paid at privately; give it to whoever is to pay, publish it nowhere
    Address {
        /// What it is for: another address for each label
        #[arg(long = "for", value_name = "LABEL", default_value = "")]
        label: String,
    },
    /// What lies in the private pool, and what of it is worth less than it costs to move
    Show,
    /// Put money into the private pool: that, how much, and who does it is public
    #[command(name = "topup")]
    TopUp {
        /// How much ABC, best a round amount, such as 20
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// Wait until it is final
        #[arg(long)]
        wait: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Envelope {
    /// Give in the chat with a contact; what nobody claims comes back after a day
    Create {
        /// A contact's name or id
        to: String,
        /// How much ABC in all, such as 12.5
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// In how many shares, 1 to 100; of several you may take one as well
        #[arg(long, value_name = "N")]
        shares: u32,
        /// Let chance divide it
        #[arg(long)]
        lucky: bool,
        /// What to say with it
        #[arg(long, value_name = "T", allow_hyphen_values = true)]
        text: Option<String>,
        /// From your account, where everybody sees who gives, and not out of the private pool
        #[arg(long)]
        public: bool,
    },
    /// Take your share; the claim's fee comes out of it
    Claim {
        /// The red envelope's id, or its first digits
        id: String,
        /// To your account, where everybody sees that it took part, and not into the private pool
        #[arg(long)]
        public: bool,
    },
    /// All red envelopes, and who got what
    List,
}

/// Reads the command line; the exit code says that it is done with (help, version, wrong usage).
pub(crate) fn parse(args: impl Iterator<Item = OsString>) -> Result<Cli, ExitCode> {
    let args: Vec<OsString> = args.collect();
    let json = args.iter().any(|arg| arg == "--json");
    Cli::try_parse_from(args).map_err(|error| {
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            // Nothing can be done about a closed standard output.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        output::usage(json, &error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[track_caller]
    fn read(line: &[&str]) -> Cli {
        parse(["bcm"].iter().chain(line).map(OsString::from)).unwrap()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in [["--json", "balance"], ["balance", "--json"]] {
            assert!(read(&line).global.json);
        }
        let cli = read(&["pay", "bob", "5", "--json", "--profile", "p", "--wait"]);
        assert!(cli.global.json && cli.global.profile.is_some());
        assert!(matches!(cli.command, Command::Pay { wait: true, .. }));
    }

    #[test]
    fn an_amount_or_a_text_may_begin_with_a_hyphen() {
        let Command::Pay { amount, .. } = read(&["pay", "bob", "-5", "--json"]).command else {
            panic!("pay")
        };
        assert_eq!(amount.as_deref(), Some("-5"));
        let Command::Chat(Chat::Send { text, .. }) =
            read(&["chat", "send", "bob", "-x --json", "--json"]).command
        else {
            panic!("chat send")
        };
        assert_eq!(text, "-x --json");
    }

    #[test]
    fn wrong_usage_is_told_apart_from_help() {
        let wrong = parse(["bcm", "fly", "--json"].iter().map(OsString::from));
        assert_eq!(format!("{:?}", wrong.unwrap_err()), format!("{:?}", ExitCode::from(2)));
        let help = parse(["bcm", "--version"].iter().map(OsString::from));
        assert_eq!(format!("{:?}", help.unwrap_err()), format!("{:?}", ExitCode::SUCCESS));
    }
}
