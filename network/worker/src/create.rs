//! Making a queue: the reader shows that it holds the receive key and names the send key.

use crate::Worker;
use crate::database::to_sql;
use crate::failure::Stop;
use crate::signature::{require, usable};
use sqlx::{query, query_as};
use types::Timestamp;
use wire::mail::{MailReply, create_bytes, queue_id, send_id};

impl Worker {
    pub(crate) async fn create(
        &self,
        receive_key: &[u8; 32],
        send_key: &[u8; 32],
        signature: &[u8; 64],
        now: Timestamp,
    ) -> Result<MailReply, Stop> {
        require(receive_key, &create_bytes(self.key, receive_key, send_key), signature)?;
        if !usable(send_key) {
            return Err(Stop::bad_request("the send key is no Ed25519 key"));
        }
        let (queue, send) = (queue_id(receive_key), send_id(send_key));
        let mut db_tx = self.database.write().await?;
        let there: Vec<(Vec<u8>, Vec<u8>)> =
            query_as("SELECT queue_id, send_id FROM queues WHERE queue_id = ? OR send_id = ?")
                .bind(queue.0.as_slice())
                .bind(send.0.as_slice())
                .fetch_all(&mut *db_tx)
                .await?;
        match there.as_slice() {
            [] => {}
            [(q, s)] if q.as_slice() == queue.0 && s.as_slice() == send.0 => {
                self.read().insert(queue);
                return Ok(MailReply::Created);
            }
            _ => return Err(Stop::bad_request("one of the keys belongs to another queue")),
        }
        self.database.require_room(&mut db_tx).await?;
        query("INSERT INTO queues (queue_id, send_id, send_key, read_at) VALUES (?, ?, ?, ?)")
            .bind(queue.0.as_slice())
            .bind(send.0.as_slice())
            .bind(send_key.as_slice())
            .bind(to_sql(now.0))
            .execute(&mut *db_tx)
            .await?;
        db_tx.commit().await?;
        Ok(MailReply::Created)
    }
}
