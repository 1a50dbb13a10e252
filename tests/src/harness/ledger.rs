//! What the ledger itself says, asked past `bcm`.

use keys::parse_address;
use ledger::AccountProof;
use net::{Bootstrap, CallError, LightNode};
use serde_json::Value;
use tokio::runtime::Runtime;
use types::{Abc, Amount, Round};
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest, Object};

/// A connection to one worker of the network.
#[derive(Debug)]
pub struct Ledger {
    runtime: Runtime,
    node: LightNode,
}

impl Ledger {
    /// Connects.
    ///
    /// # Panics
    /// If the worker cannot be reached.
    #[must_use]
    pub fn open(address: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let address = Bootstrap::parse(address).expect("a node's address");
        let node = runtime.block_on(LightNode::start(address)).expect("a worker that answers");
        Self { runtime, node }
    }

    /// The smallest units of ABC at an address.
    ///
    /// # Panics
    /// If there is no answer.
    #[must_use]
    pub fn balance(&self, address: &str) -> u64 {
        let address = parse_address(address).expect("an address");
        let ChainReply::Account(object) = self.ask(ChainRequest::Account(address)) else {
            panic!("not an account")
        };
        let proof = AccountProof::from_bytes(&object.0).expect("an account's proof");
        proof.account.map_or(0, |account| account.abc.units())
    }

    /// The newest final round.
    ///
    /// # Panics
    /// If there is no answer.
    #[must_use]
    pub fn tip(&self) -> Round {
        let ChainReply::Tip { round, .. } = self.ask(ChainRequest::Tip) else {
            panic!("not a tip")
        };
        round
    }

    /// Submits a transaction.
    ///
    /// # Errors
    /// The code of the node's refusal.
    ///
    /// # Panics
    /// If there is no answer.
    pub fn submit(&self, transaction: Object) -> Result<(), String> {
        match self.runtime.block_on(self.node.chain(ChainRequest::Submit(transaction))) {
            Ok(_) => Ok(()),
            Err(CallError::Failure(failure)) => Err(failure.code),
            Err(error) => panic!("no answer: {error:?}"),
        }
    }

    /// Asks anything.
    ///
    /// # Panics
    /// If there is no answer, or a refusal.
    #[must_use]
    pub fn ask(&self, request: ChainRequest) -> ChainReply {
        self.runtime.block_on(self.node.chain(request)).expect("an answer")
    }
}

/// The smallest units of an amount as the command line prints it.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn units(amount: &Value) -> u64 {
    let text = amount.as_str().unwrap_or_else(|| panic!("not a string: {amount}"));
    let parsed = Amount::<Abc>::parse(text).expect("an amount");
    assert_eq!(parsed.to_string(), text, "the shortest form");
    parsed.units()
}
