//! Messages encrypted and decrypted in a second: the example `speed` of `ratchet`, by itself on the
//! machine.

use super::program;
use super::table::Row;
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// One run is over in a moment, and whatever else the machine does in that moment counts in full.
const RUNS: usize = 15;

/// Runs the example again and again; the figures are medians.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let runs = (0..RUNS).map(|_| run()).collect::<Result<Vec<_>>>()?;
    let of = |figure: fn(&(f64, f64)) -> f64| median(runs.iter().map(figure).collect());
    Ok(vec![
        Row::figure("messages of 200 bytes encrypted", of(|(encrypt, _)| *encrypt), "1/s"),
        Row::figure("messages of 200 bytes decrypted", of(|(_, decrypt)| *decrypt), "1/s"),
        Row::figure("decrypted : encrypted", of(|(encrypt, decrypt)| decrypt / encrypt), "x"),
    ])
}

/// Encrypted and decrypted in a second of processor time.
fn run() -> Result<(f64, f64)> {
    let output = Command::new(program("examples/speed")?).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let figures: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let micros = |name: &str| figures[name].as_f64().context("the example prints other figures");
    Ok((1e6 / micros("encrypt")?, 1e6 / micros("decrypt")?))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_disturbed_run_moves_no_median() {
        assert!((median(vec![5.0, 0.1, 4.0]) - 4.0).abs() < 1e-9);
        assert!(median(vec![]).abs() < 1e-9);
    }
}
