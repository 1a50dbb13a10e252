//! What the managers have switched off: looked at now and then, and asked before anything is proved or
//! signed that no block would take.
//!
//! What was proved last is saved, so that it is refused from the start on; what nobody has looked at
//! refuses nothing.

use ledger::{Flag, Flags, flags_key};
use net::LightNode;
use types::Round;
use wallet::{Payment, dies_with_ecdsa, is_key_shown};

use crate::{Engine, Fault};

/// The code of what an ECDSA key would have to sign after the switch-off.
pub(crate) const ECDSA_OFF: &str = "ecdsa_off";

/// Between two looks, in rounds.
const EVERY: u64 = 60;

/// The flags as last proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SeenFlags {
    pub(crate) flags: Flags,
    /// In the state of this round; 0 before the first look.
    round: Round,
}

impl Engine {
    /// Looks at the flags, unless that was done a little while ago.
    pub(crate) async fn look_at_flags(&mut self, node: &LightNode) -> Result<(), Fault> {
        let now = self.bound()?.light.round();
        let SeenFlags { round, .. } = self.flags;
        if round > Round(0) && now < round.plus(EVERY) {
            return Ok(());
        }
        self.look_at_flags_now(node).await
    }

    /// Looks at them whenever that was last done.
    pub(crate) async fn look_at_flags_now(&mut self, node: &LightNode) -> Result<(), Fault> {
        let (round, flags) = self.prove_record::<Flags>(node, flags_key(), Round(0)).await?;
        self.save_flags(SeenFlags { flags: flags.unwrap_or_default(), round }).await
    }

    /// True for what only shows our ECDSA key to a node, because no block takes it any more. As long as
    /// nobody knows the key, the flags are looked at whenever that was last done.
    pub(crate) async fn only_shows_key(
        &mut self,
        node: &LightNode,
        payment: &Payment,
    ) -> Result<bool, Fault> {
        if self.is_ecdsa_off() || !dies_with_ecdsa(payment) {
            return Ok(dies_with_ecdsa(payment));
        }
        let account = self.store.account().await?.and_then(|saved| saved.account);
        if is_key_shown(account.as_ref()) {
            self.look_at_flags(node).await?;
        } else {
            self.look_at_flags_now(node).await?;
        }
        Ok(self.is_ecdsa_off())
    }

    /// What was saved of them.
    pub(crate) async fn saved_flags(&self) -> Result<SeenFlags, Fault> {
        let saved = self.store.flags().await?;
        Ok(saved.map_or_else(SeenFlags::default, |(round, flags)| SeenFlags { flags, round }))
    }

    async fn save_flags(&mut self, seen: SeenFlags) -> Result<(), Fault> {
        let saved = wallet::Change::SaveFlags(seen.round, seen.flags);
        self.store.apply(vec![saved.into()]).await?;
        self.flags = seen;
        Ok(())
    }

    /// Takes what the proved cell of the pool says of its end.
    pub(crate) async fn note_pool_stop(&mut self, stopped: Option<Round>) -> Result<(), Fault> {
        let mut seen = self.flags;
        seen.flags.pool_stop = stopped.or(seen.flags.pool_stop);
        if seen == self.flags { Ok(()) } else { self.save_flags(seen).await }
    }

    /// True unless the pool takes nothing in the next round.
    pub(crate) fn pool_runs(&self) -> bool {
        !self.is_off(Flag::PoolStop)
    }

    /// Refuses what the pool takes no more.
    ///
    /// # Errors
    /// `pool_stopped`.
    pub(crate) fn check_pool_runs(&self) -> Result<(), Fault> {
        if self.pool_runs() {
            return Ok(());
        }
        let words = "the managers have stopped the private pool: nothing goes in or out any more";
        Err(Fault::refused("pool_stopped", words))
    }

    /// Refuses a signature by the account's ECDSA key that no block takes any more.
    ///
    /// # Errors
    /// `ecdsa_off`.
    pub(crate) fn check_ecdsa(&self) -> Result<(), Fault> {
        if !self.is_ecdsa_off() {
            return Ok(());
        }
        let words = "the managers have switched ECDSA off, and this account is signed for by an ECDSA \
                     key: it signs nothing any more; migrate tells whether it can still move to Falcon";
        Err(Fault::refused(ECDSA_OFF, words))
    }

    /// True if no block takes a signature by an ECDSA key any more.
    pub(crate) fn is_ecdsa_off(&self) -> bool {
        self.is_off(Flag::EcdsaOff)
    }

    fn is_off(&self, flag: Flag) -> bool {
        let next = self.network.as_ref().map_or(Round(0), |network| network.light.round().next());
        self.flags.flags.is_off(flag, next)
    }
}
