//! Messages encrypted and decrypted in a second: the example `speed` of `ratchet`, by itself on the
//! machine.

use super::program;
use super::table::Row;
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// Runs the example.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let output = Command::new(program("examples/speed")?).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let figures: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let figure = |name: &str| figures[name].as_f64().context("the example prints other figures");
    let (encrypt, decrypt) = (figure("encrypt_per_s")?, figure("decrypt_per_s")?);
    Ok(vec![
        Row::figure("messages of 200 bytes encrypted", encrypt, "1/s"),
        Row::figure("messages of 200 bytes decrypted", decrypt, "1/s"),
        Row::ratio("decrypted : encrypted", decrypt, encrypt),
    ])
}
