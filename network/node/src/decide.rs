//! Switching the private pool or ECDSA off, as a quorum of the managers decides (`ledger::Flags`).
//!
//! Each manager signs the decision where its key lies, without a network; the files go to whoever
//! combines and submits them, who needs no key and no account. Nothing is signed by a manager that
//! runs: a process that answers strangers is not to be talked into this.

use crate::error::NodeError;
use crate::settings::{Devnet, Managing, Node, Settings};
use crate::{files, genesis};
use clap::{Args, Subcommand};
use keys::Ed25519Key;
use ledger::{Action, Consent, Decide, Decision, EXPIRY_ROUNDS, Flag, Genesis, Transaction};
use net::{Bootstrap, CallError, LightNode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};
use types::{Amount, ChainId, Round};
use wire::Encode;
use wire::chain::{ChainReply, ChainRequest, Object};

#[derive(Subcommand)]
pub(crate) enum DecideCommand {
    /// Sign a decision with a manager's key; needs no network
    Sign(SignOptions),
    /// Put the signatures of several managers into one file
    Combine(CombineOptions),
    /// Bring a decision to the ledger
    Submit(SubmitOptions),
}

#[derive(Args)]
pub(crate) struct SignOptions {
    /// The manager's configuration file
    #[arg(long, required_unless_present = "devnet", conflicts_with = "devnet")]
    config: Option<PathBuf>,
    /// A devnet's folder, all of whose managers sign
    #[arg(long)]
    devnet: Option<PathBuf>,
    /// What is switched off: the private pool, or ECDSA
    #[arg(long, value_parser = ["pool_stop", "ecdsa_off"])]
    flag: String,
    /// From this round on
    #[arg(long)]
    from: u64,
    /// Where the signed decision goes
    #[arg(long)]
    out: PathBuf,
}

#[derive(Args)]
pub(crate) struct CombineOptions {
    /// Signed decisions, all the same
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where all signatures together go
    #[arg(long)]
    out: PathBuf,
}

#[derive(Args)]
pub(crate) struct SubmitOptions {
    /// The decision with its signatures
    file: PathBuf,
    /// A node of the network: multiaddr with /p2p/…, then # and the chain id
    #[arg(long, value_parser = crate::cli::parse_bootstrap)]
    bootstrap: Bootstrap,
}

/// A decision in a file, with the signatures that it has so far.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Signed {
    #[serde(with = "hex::serde")]
    chain: [u8; 32],
    flag: String,
    from: u64,
    consents: Vec<SignedBy>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SignedBy {
    #[serde(with = "hex::serde")]
    key: [u8; 32],
    #[serde(with = "hex::serde")]
    signature: [u8; 64],
}

/// Signs or combines.
pub(crate) fn offline(command: &DecideCommand) -> Result<(), NodeError> {
    match command {
        DecideCommand::Sign(options) => sign(options),
        DecideCommand::Combine(options) => combine(options),
        DecideCommand::Submit(_) => Ok(()),
    }
}

fn sign(options: &SignOptions) -> Result<(), NodeError> {
    let (genesis, nodes) = match (&options.config, &options.devnet) {
        (Some(config), _) => one(config)?,
        (None, Some(dir)) => all(dir)?,
        (None, None) => return Err(NodeError::new("usage", "--config is missing")),
    };
    let decision = decision(&options.flag, options.from)?;
    let chain = genesis.chain();
    let digest = decision.signed_bytes(chain);
    let consents = nodes.iter().map(|node| {
        let key = Ed25519Key::from_seed(node.seed);
        Consent { key: key.public(), signature: key.sign(&digest) }
    });
    write(&options.out, chain, decision, consents.collect())
}

/// The network and the node of a manager's configuration.
fn one(config: &Path) -> Result<(Genesis, Vec<Node>), NodeError> {
    let base = config.parent().unwrap_or_else(|| Path::new(""));
    let missing = |path: &Path| NodeError::new("bad_config", format!("no file {}", path.display()));
    let settings = Managing::read(config, base)?.ok_or_else(|| missing(config))?;
    let path = base.join(&settings.genesis);
    let genesis = genesis::load(&path, base)?.ok_or_else(|| missing(&path))?;
    Ok((genesis, vec![settings.manager]))
}

fn all(dir: &Path) -> Result<(Genesis, Vec<Node>), NodeError> {
    let none = || NodeError::new("bad_config", format!("no devnet in {}", dir.display()));
    let settings = Devnet::load(dir)?.ok_or_else(none)?;
    let genesis = genesis::load(&dir.join(genesis::FILE), dir)?.ok_or_else(none)?;
    Ok((genesis, settings.managers))
}

fn decision(flag: &str, from: u64) -> Result<Decision, NodeError> {
    let flag = Flag::named(flag).ok_or_else(|| NodeError::new("bad_decision", "unknown flag"))?;
    Ok(Decision { flag, from: Round(from) })
}

fn combine(options: &CombineOptions) -> Result<(), NodeError> {
    let mut of: Option<(ChainId, Decision)> = None;
    let mut consents = vec![];
    for path in &options.files {
        let (chain, decision, signed) = read(path)?;
        if of.is_some_and(|of| of != (chain, decision)) {
            let message = format!("{} is another decision", path.display());
            return Err(NodeError::new("bad_decision", message));
        }
        of = Some((chain, decision));
        consents.extend(signed);
    }
    let none = || NodeError::new("bad_decision", "no decision");
    let (chain, decision) = of.ok_or_else(none)?;
    write(&options.out, chain, decision, consents)
}

/// A decision from a file; every signature in it holds.
fn read(path: &Path) -> Result<(ChainId, Decision, Vec<Consent>), NodeError> {
    let bytes = files::read(path).map_err(|error| NodeError::io(path, &error))?;
    let bad = |why| NodeError::new("bad_decision", format!("{}: {why}", path.display()));
    let bytes = bytes.ok_or_else(|| bad("there is no such file"))?;
    let signed: Signed = serde_json::from_slice(&bytes).map_err(|_| bad("not a decision"))?;
    let decision = decision(&signed.flag, signed.from)?;
    let chain = ChainId(signed.chain);
    let digest = decision.signed_bytes(chain);
    let consents = signed.consents.into_iter().map(|by| {
        let good = keys::ed25519_verify(&by.key, &digest, &by.signature);
        let consent = Consent { key: by.key, signature: by.signature };
        good.then_some(consent).ok_or_else(|| bad("a signature does not hold"))
    });
    Ok((chain, decision, consents.collect::<Result<_, _>>()?))
}

/// Writes it with each signature once, and says what it is.
fn write(
    path: &Path,
    chain: ChainId,
    decision: Decision,
    mut consents: Vec<Consent>,
) -> Result<(), NodeError> {
    consents.sort_unstable();
    consents.dedup_by_key(|consent| consent.key);
    let count = consents.len();
    let by = |consent: Consent| SignedBy { key: consent.key, signature: consent.signature };
    let (flag, from) = (decision.flag.name().to_owned(), decision.from.0);
    let consents = consents.into_iter().map(by).collect();
    let signed = Signed { chain: chain.0, flag, from, consents };
    let text = serde_json::to_vec_pretty(&signed);
    let text = text.map_err(|error| NodeError::new("internal", error.to_string()))?;
    // A bare name has no folder of its own to be written in.
    let whole = std::path::absolute(path).map_err(|error| NodeError::io(path, &error))?;
    files::write(&whole, &text).map_err(|error| NodeError::io(path, &error))?;
    let told = json!({ "decision": path.display().to_string(), "flag": decision.flag.name(),
        "from": decision.from.0, "signatures": count });
    println!("{told}");
    Ok(())
}

/// Brings a decision to the ledger by way of any node. Whether it is taken shows in what wallets say
/// of the network once it stands in a block.
pub(crate) async fn submit(options: SubmitOptions) -> Result<(), NodeError> {
    let (chain, decision, consents) = read(&options.file)?;
    if options.bootstrap.chain != chain {
        return Err(NodeError::new("wrong_network", "the decision is for another network"));
    }
    let unreachable =
        |error: &dyn std::fmt::Display| NodeError::new("no_network", error.to_string());
    let node = LightNode::start(options.bootstrap).await.map_err(|error| unreachable(&error))?;
    let tip = node.chain(ChainRequest::Tip).await.map_err(refused)?;
    let ChainReply::Tip { round, .. } = tip else { return Err(unreachable(&"no answer")) };
    let transaction = transaction(chain, round, Decide { decision, consents });
    let submit = ChainRequest::Submit(Object(transaction.to_bytes()));
    node.chain(submit).await.map_err(refused)?;
    node.close().await;
    let told = json!({ "tx": transaction.id().to_string(), "flag": decision.flag.name(),
        "from": decision.from.0, "round": round.0, "state": "submitted" });
    println!("{told}");
    Ok(())
}

fn transaction(chain: ChainId, round: Round, decide: Decide) -> Transaction {
    // Whoever answered may be a little ahead of who executes it.
    let expiry = round.plus(EXPIRY_ROUNDS.saturating_sub(10));
    Transaction {
        version: Transaction::VERSION,
        chain,
        expiry,
        price_epoch: 0,
        sources: vec![],
        fee: Amount::ZERO,
        actions: vec![Action::Decide(decide)],
        bundle: None,
        witness: vec![],
    }
}

fn refused(error: CallError) -> NodeError {
    match error {
        CallError::Failure(failure) => {
            NodeError::new("refused", format!("{}: {}", failure.code, failure.message))
        }
        error => NodeError::new("no_network", error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(dir: &Path, name: &str, seed: u8, decision: Decision) -> PathBuf {
        let (chain, path) = (ChainId([7; 32]), dir.join(name));
        let key = Ed25519Key::from_seed([seed; 32]);
        let signature = key.sign(&decision.signed_bytes(chain));
        let consent = Consent { key: key.public(), signature };
        write(&path, chain, decision, vec![consent]).unwrap();
        path
    }

    #[test]
    fn signatures_of_one_decision_come_together_and_of_others_do_not() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let decision = Decision { flag: Flag::PoolStop, from: Round(9) };
        let [one, two] = [1, 2].map(|seed| signed(dir, &format!("{seed}"), seed, decision));
        let out = dir.join("all");
        let all = |files: Vec<PathBuf>| combine(&CombineOptions { files, out: out.clone() });
        all(vec![two.clone(), one.clone(), one.clone()]).unwrap();
        let (chain, of, consents) = read(&out).unwrap();
        assert_eq!((chain, of, consents.len()), (ChainId([7; 32]), decision, 2));
        assert!(consents[0].key < consents[1].key);
        let later = Decision { from: Round(10), ..decision };
        let other = signed(dir, "3", 3, later);
        assert_eq!(all(vec![one.clone(), other]).unwrap_err().code, "bad_decision");
        // A file that somebody has changed.
        let text = String::from_utf8(std::fs::read(&one).unwrap()).unwrap();
        std::fs::write(&one, text.replace("\"from\": 9", "\"from\": 8")).unwrap();
        assert_eq!(all(vec![one, two]).unwrap_err().code, "bad_decision");
    }
}
