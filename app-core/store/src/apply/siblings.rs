//! Changes by what other devices of these words tell.

use super::{Statement, private, wallet};
use crate::StoreError;
use crate::row::int;
use ::wallet::{DeviceId, SiblingChange};
use sqlx::{SqliteConnection, query};

pub(super) async fn apply(
    db_tx: &mut SqliteConnection,
    change: SiblingChange,
) -> Result<(), StoreError> {
    match change {
        SiblingChange::TakePayment(maker, payment) => {
            wallet::save_payment(&payment).execute(&mut *db_tx).await?;
            made_by(sql::PAYMENT_MADE_BY, payment.intent, maker).execute(db_tx).await?;
        }
        SiblingChange::TakeTransfer(maker, transfer) => {
            private::save_transfer(&transfer).execute(&mut *db_tx).await?;
            made_by(sql::TRANSFER_MADE_BY, transfer.intent, maker).execute(db_tx).await?;
        }
        SiblingChange::ForgetWish(intent) => {
            query(sql::FORGET_WISH).bind(intent.to_vec()).execute(db_tx).await?;
        }
        SiblingChange::See(device, worker, at) => {
            let save = query(sql::SEE).bind(device.0.to_vec()).bind(worker.0.to_vec());
            save.bind(int(at.0)).execute(db_tx).await?;
        }
    }
    Ok(())
}

fn made_by(statement: &'static str, intent: [u8; 16], maker: DeviceId) -> Statement {
    query(statement).bind(intent.to_vec()).bind(maker.0.to_vec())
}

crate::sql::statements! {
    PAYMENT_MADE_BY = "UPDATE payments SET device = ?2 WHERE intent = ?1";
    TRANSFER_MADE_BY = "UPDATE transfers SET device = ?2 WHERE intent = ?1";
    FORGET_WISH = "DELETE FROM transfers
        WHERE intent = ?1 AND device IS NOT NULL AND tx IS NULL";
    SEE = "INSERT INTO siblings (device, worker, seen) VALUES (?1, ?2, ?3)
        ON CONFLICT (device) DO UPDATE SET worker = excluded.worker, seen = excluded.seen";
}
