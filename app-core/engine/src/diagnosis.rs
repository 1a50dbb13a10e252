//! The connection doctor's judgement: from what was measured to findings, each with what to do.
//!
//! Plain rules over values; nothing here asks anybody. What was not measured is not judged.

mod words;

use ledger::Flag;
use net::Probed;
use net::transport::Carrier;
use types::{Timestamp, WorkerId};

use crate::observatory::{Measured, Second, Standing, Way};

/// A round trip that people begin to feel in every step.
const SLOW_US: u64 = 300_000;
/// Clocks this far apart begin to matter: headers ten seconds ahead are refused.
const CLOCK_APART_MS: u64 = 5000;
/// A header is told at least once a minute, and takes its time.
const OLD_MS: u64 = 90_000;
/// So many blocks late, the ledger stands still or we do not hear of it.
const OLD_BLOCKS: u64 = 10;
/// Two days before only a checkpoint helps.
const ENDING_S: u64 = 2 * 24 * 3600;

/// One thing that the doctor has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// How well that is.
    pub health: Health,
    /// What was measured, in milliseconds.
    pub ms: Option<u64>,
    /// The node that it is about.
    pub node: Option<WorkerId>,
}

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Nothing to do.
    Good,
    /// It works, and could be better.
    Fair,
    /// It does not work.
    Bad,
}

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// The profile knows no network.
    NoNetwork,
    /// There is no connection to the home worker just now.
    PathNone,
    /// Directly, by QUIC.
    PathDirect,
    /// Directly, by TCP, because QUIC does not get through.
    PathFallback,
    /// Directly, by TCP, though QUIC would get through.
    PathTcp,
    /// Another node passes everything on.
    PathRelayed,
    /// The home worker runs on this computer.
    PathLocal,
    /// QUIC gets through.
    QuicOpen,
    /// QUIC does not get through.
    QuicShut,
    /// The home worker names no address for QUIC.
    QuicUnknown,
    /// TCP gets through.
    TcpOpen,
    /// TCP does not get through.
    TcpShut,
    /// The home worker names no address for TCP.
    TcpUnknown,
    /// Answers come fast.
    LatencyGood,
    /// Answers take their time.
    LatencyHigh,
    /// Our clock agrees with the network's.
    ClockRight,
    /// Our clock is ahead.
    ClockAhead,
    /// Our clock is behind.
    ClockBehind,
    /// The newest header is of now.
    HeaderFresh,
    /// The newest header is old.
    HeaderOld,
    /// No header was checked yet.
    HeaderNone,
    /// The home worker answers.
    HomeReached,
    /// The home worker does not answer.
    HomeSilent,
    /// Another worker answers, too.
    SecondReached,
    /// No other worker answers.
    SecondSilent,
    /// No other worker is known.
    SecondUnknown,
    /// What is trusted can be built upon.
    TrustSound,
    /// Not for long any more.
    TrustEnding,
    /// Only a checkpoint helps.
    TrustOver,
    /// Two certified headers contradict each other.
    TrustFrozen,
    /// The managers stop the private pool soon.
    PoolStopping,
    /// They have stopped it.
    PoolStopped,
    /// The managers switch ECDSA off soon.
    EcdsaEnding,
    /// They have switched it off.
    EcdsaOff,
}

/// Judges what was measured; the profile has no network if nothing was.
#[must_use]
pub fn diagnose(
    measured: Option<&Measured>,
    standing: Option<&Standing>,
    now: Timestamp,
) -> Vec<Finding> {
    let Some(measured) = measured else { return vec![bad(FindingKind::NoNetwork)] };
    let mut findings = vec![home(measured), path(measured)];
    findings.extend(latency(measured));
    findings.extend([quic(measured.quic, measured.tcp), tcp(measured.tcp, measured.quic)]);
    findings.push(second(&measured.second));
    findings.extend(measured.clock_ahead_ms.map(clock));
    findings.extend(standing.map(|standing| header(standing, now)));
    findings.extend(standing.map(trust));
    findings.extend(standing.into_iter().flat_map(switched_off));
    findings
}

/// What the managers have decided, and how long it still goes on.
fn switched_off(standing: &Standing) -> Vec<Finding> {
    let kinds = [
        (Flag::PoolStop, FindingKind::PoolStopping, FindingKind::PoolStopped),
        (Flag::EcdsaOff, FindingKind::EcdsaEnding, FindingKind::EcdsaOff),
    ];
    let found = kinds.into_iter().filter_map(|(flag, ending, over)| {
        let left = standing.flags.since(flag)?.0.saturating_sub(standing.round.0);
        let left_ms = left.saturating_mul(u64::from(standing.interval_ms));
        let soon = || Finding { ms: Some(left_ms), ..fair(ending) };
        Some(if left == 0 { bad(over) } else { soon() })
    });
    found.collect()
}

fn home(measured: &Measured) -> Finding {
    let open = [measured.quic, measured.tcp].iter().any(|way| matches!(way, Way::Open(_)));
    if open { good(FindingKind::HomeReached) } else { bad(FindingKind::HomeSilent) }
}

fn path(measured: &Measured) -> Finding {
    let Some(used) = &measured.in_use else { return bad(FindingKind::PathNone) };
    let node = Some(used.id);
    let found = match used.carrier {
        _ if used.relayed => fair(FindingKind::PathRelayed),
        _ if used.local => good(FindingKind::PathLocal),
        Carrier::Quic => good(FindingKind::PathDirect),
        Carrier::Tcp | Carrier::Other if measured.quic == Way::Shut => {
            fair(FindingKind::PathFallback)
        }
        Carrier::Tcp | Carrier::Other => good(FindingKind::PathTcp),
    };
    Finding { node, ..found }
}

/// By the connection in use, else by the faster of the two that were tried.
fn latency(measured: &Measured) -> Option<Finding> {
    let micros = |probed: Probed| u64::try_from(probed.round_trip.as_micros()).unwrap_or(u64::MAX);
    let tried = [measured.quic, measured.tcp].into_iter().filter_map(|way| match way {
        Way::Open(probed) => Some(micros(probed)),
        Way::Shut | Way::Unknown => None,
    });
    let used = measured.in_use.as_ref().and_then(|used| used.round_trip_us);
    let micros = used.or_else(|| tried.min())?;
    let found = if micros < SLOW_US {
        good(FindingKind::LatencyGood)
    } else {
        fair(FindingKind::LatencyHigh)
    };
    Some(Finding { ms: Some(micros.div_ceil(1000)), ..found })
}

fn quic(quic: Way, tcp: Way) -> Finding {
    match quic {
        Way::Open(probed) => timed(FindingKind::QuicOpen, probed),
        Way::Shut if matches!(tcp, Way::Open(_)) => fair(FindingKind::QuicShut),
        Way::Shut => bad(FindingKind::QuicShut),
        Way::Unknown => fair(FindingKind::QuicUnknown),
    }
}

fn tcp(tcp: Way, quic: Way) -> Finding {
    match tcp {
        Way::Open(probed) => timed(FindingKind::TcpOpen, probed),
        Way::Shut if matches!(quic, Way::Open(_)) => fair(FindingKind::TcpShut),
        Way::Shut => bad(FindingKind::TcpShut),
        Way::Unknown => fair(FindingKind::TcpUnknown),
    }
}

fn second(second: &Second) -> Finding {
    match second {
        Second::Reached(worker, probed) => {
            Finding { node: Some(*worker), ..timed(FindingKind::SecondReached, *probed) }
        }
        Second::Silent => fair(FindingKind::SecondSilent),
        Second::Unknown => fair(FindingKind::SecondUnknown),
    }
}

fn clock(ahead_ms: i64) -> Finding {
    let apart = ahead_ms.unsigned_abs();
    let found = match apart {
        ..=CLOCK_APART_MS => good(FindingKind::ClockRight),
        _ if ahead_ms > 0 => bad(FindingKind::ClockAhead),
        _ => bad(FindingKind::ClockBehind),
    };
    Finding { ms: Some(apart), ..found }
}

fn header(standing: &Standing, now: Timestamp) -> Finding {
    if standing.round.0 == 0 {
        return bad(FindingKind::HeaderNone);
    }
    let age = now.millis_since(standing.time);
    let old = OLD_MS.max(u64::from(standing.interval_ms).saturating_mul(OLD_BLOCKS));
    let found =
        if age < old { good(FindingKind::HeaderFresh) } else { bad(FindingKind::HeaderOld) };
    Finding { ms: Some(age), ..found }
}

fn trust(standing: &Standing) -> Finding {
    if standing.frozen {
        return bad(FindingKind::TrustFrozen);
    }
    let found = match standing.period_left_s {
        0 => bad(FindingKind::TrustOver),
        1..ENDING_S => fair(FindingKind::TrustEnding),
        ENDING_S.. => good(FindingKind::TrustSound),
    };
    Finding { ms: Some(standing.period_left_s.saturating_mul(1000)), ..found }
}

fn timed(kind: FindingKind, probed: Probed) -> Finding {
    let connected = u64::try_from(probed.connected.as_micros()).unwrap_or(u64::MAX);
    Finding { ms: Some(connected.div_ceil(1000)), ..good(kind) }
}

const fn good(kind: FindingKind) -> Finding {
    Finding { kind, health: Health::Good, ms: None, node: None }
}

const fn fair(kind: FindingKind) -> Finding {
    Finding { kind, health: Health::Fair, ms: None, node: None }
}

const fn bad(kind: FindingKind) -> Finding {
    Finding { kind, health: Health::Bad, ms: None, node: None }
}

#[cfg(test)]
mod tests;
