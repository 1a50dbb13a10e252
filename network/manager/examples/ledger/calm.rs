//! Managers far from one another, in virtual time: the simulator with one delay for every message.

use crate::table::{Goal, Table, millis, percentile};
use simulator::{Calm, Waits};
use std::time::Duration;

/// Sixteen managers, 100 ms from each to each.
const FAR: Calm = Calm { managers: 16, delay: 100, interval: 1000, rounds: 300, payments: 3000 };

pub(crate) fn measure(table: &mut Table) {
    let Waits { rounds, payments, later_views } = FAR.run(1).unwrap();
    let far = "16 managers, 100 ms one way, simulated";
    let mut rounds = durations(&rounds);
    for (percent, most) in [(50, 600.0), (99, 1200.0)] {
        let name = format!("{far}: a round's time to final everywhere, interval 1 s, p{percent}");
        let value = millis(percentile(&mut rounds, percent));
        table.add(&name, (value, "ms"), Goal::AtMost(most), "Malachite 780 ms at 100 validators");
    }
    table.note("  rounds that needed a second view", later_views as f64, "of 299");
    let mut payments = durations(&payments);
    let value = millis(percentile(&mut payments, 50));
    table.note("  submit to final, the wait for the next block included, p50", value, "ms");
    let waits = Calm { interval: 200, ..FAR }.run(1).unwrap();
    let mut payments = durations(&waits.payments);
    for (percent, most) in [(50, 600.0), (99, 1200.0)] {
        let name = format!("{far}: submit to final, interval 200 ms, p{percent}");
        let value = millis(percentile(&mut payments, percent));
        table.add(&name, (value, "ms"), Goal::AtMost(most), "");
    }
}

fn durations(times: &[u64]) -> Vec<Duration> {
    times.iter().copied().map(Duration::from_millis).collect()
}
