//! Records of the state of one header, all proved under it, however many they are.

use ledger::{Header, StateProof};
use light::RecordProof;
use net::{CallError, LightNode, NetError};
use wire::chain::{ChainReply, ChainRequest, MAX_KEYS, StateKey};
use wire::{Decode, code};

use super::{LOOK, LOOKS};
use crate::{Code, Engine, Fault};

/// A record, or that there is none, with its proof.
type Proved = (Option<Vec<u8>>, StateProof);

impl Engine {
    /// What the state of a header holds under these keys, each proved.
    pub(super) async fn records(
        &self,
        node: &LightNode,
        top: &Header,
        keys: &[Vec<u8>],
    ) -> Result<Vec<Proved>, Fault> {
        let mut found = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_KEYS) {
            let wanted = keys.iter().cloned().map(StateKey).collect();
            let request = ChainRequest::Records { under: top.round, keys: wanted };
            let records = recent(node, request).await?;
            if records.len() != keys.len() {
                return Err(NetError::BadReply.into());
            }
            for (key, record) in keys.iter().zip(records) {
                record.proof.verify(&top.state_root, key, record.value.as_deref()).map_err(
                    |_| Fault::new(Code::BadProof, "what the node says of the state is not proved"),
                )?;
                found.push((record.value, record.proof));
            }
        }
        Ok(found)
    }
}

/// Behind one worker stand several managers, and one may not have the newest round yet.
async fn recent(node: &LightNode, request: ChainRequest) -> Result<Vec<RecordProof>, Fault> {
    let mut look = 1;
    loop {
        match node.chain(request.clone()).await {
            Ok(ChainReply::Records(records)) => {
                let records = records.iter().map(|it| RecordProof::from_bytes(&it.0));
                return Ok(records.collect::<Result<_, _>>()?);
            }
            Ok(_) => return Err(NetError::BadReply.into()),
            Err(CallError::Failure(failure)) if failure.code == code::NOT_FOUND && look < LOOKS => {
                look += 1;
                tokio::time::sleep(LOOK).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
