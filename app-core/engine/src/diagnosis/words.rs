//! The findings in words: what was found, and one sentence about what to do.

use super::{Finding, FindingKind as Kind, Health};

impl Finding {
    /// What was found, in one sentence.
    #[must_use]
    pub fn said(&self) -> String {
        let ms = self.ms.unwrap_or_default();
        match self.kind {
            Kind::NoNetwork => "This profile knows no network.".to_owned(),
            Kind::PathNone => "There is no connection to your home worker just now.".to_owned(),
            Kind::PathDirect => "You are connected directly, by QUIC.".to_owned(),
            Kind::PathFallback => {
                "QUIC does not get through, so you are connected by TCP, directly.".to_owned()
            }
            Kind::PathTcp => "You are connected directly, by TCP.".to_owned(),
            Kind::PathRelayed => "Another node passes on all that you send.".to_owned(),
            Kind::PathLocal => "Your home worker runs on this computer.".to_owned(),
            Kind::QuicOpen => format!("QUIC gets through, connected in {ms} ms."),
            Kind::QuicShut => "QUIC does not get through.".to_owned(),
            Kind::QuicUnknown => "Your home worker names no address for QUIC.".to_owned(),
            Kind::TcpOpen => format!("TCP gets through, connected in {ms} ms."),
            Kind::TcpShut => "TCP does not get through.".to_owned(),
            Kind::TcpUnknown => "Your home worker names no address for TCP.".to_owned(),
            Kind::LatencyGood | Kind::LatencyHigh => format!("An answer takes {ms} ms."),
            Kind::ClockRight => format!("Your clock agrees with the network's to {ms} ms."),
            Kind::ClockAhead => format!("Your clock is {} s ahead of the network's.", seconds(ms)),
            Kind::ClockBehind => format!("Your clock is {} s behind the network's.", seconds(ms)),
            Kind::HeaderFresh | Kind::HeaderOld => {
                format!("The newest header is {} s old.", seconds(ms))
            }
            Kind::HeaderNone => "No header has been checked yet.".to_owned(),
            Kind::HomeReached => "Your home worker answers.".to_owned(),
            Kind::HomeSilent => "Your home worker does not answer.".to_owned(),
            Kind::SecondReached => format!("Another worker answers, too, within {ms} ms."),
            Kind::SecondSilent => "No other worker answers.".to_owned(),
            Kind::SecondUnknown => "No other worker is known.".to_owned(),
            Kind::TrustSound | Kind::TrustEnding => {
                format!("What is trusted can be built upon for {} more hours.", hours(ms))
            }
            Kind::TrustOver => "What is trusted is too old to build upon.".to_owned(),
            Kind::PoolStopping => {
                format!("The managers stop the private pool in {}.", span(ms))
            }
            Kind::PoolStopped => "The managers have stopped the private pool.".to_owned(),
            Kind::EcdsaEnding => format!("The managers switch ECDSA off in {}.", span(ms)),
            Kind::EcdsaOff => "The managers have switched ECDSA off.".to_owned(),
            Kind::TrustFrozen => {
                "The managers have certified two headers that contradict each other.".to_owned()
            }
        }
    }

    /// What to do about it; `None` if nothing needs to be done.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        if self.health == Health::Good {
            return None;
        }
        Some(match self.kind {
            Kind::NoNetwork => "Join one by the address that it prints when it starts.",
            Kind::PathNone => {
                "Check that this computer is online; the app tries again by itself all the time."
            }
            Kind::PathFallback | Kind::QuicShut => {
                "All works without it; for faster connections, let UDP through your firewall."
            }
            Kind::PathRelayed => {
                "It is slower, and no less safe; a network that lets you out directly is faster."
            }
            Kind::TcpShut => {
                "All works without it; where QUIC is blocked you would have no way, so let TCP out."
            }
            Kind::QuicUnknown | Kind::TcpUnknown => {
                "All works by the other way; only who runs the worker can change it."
            }
            Kind::LatencyHigh => {
                "Everything arrives, only later; look for what else uses your connection, or try \
                 another network."
            }
            Kind::ClockAhead | Kind::ClockBehind => {
                "Let your system set its clock by itself: with a wrong one, headers are refused."
            }
            Kind::HeaderOld => {
                "If the home worker answers, the ledger itself stands still: wait. If not, mend \
                 that first."
            }
            Kind::HeaderNone => "Wait a moment: it begins as soon as the home worker answers.",
            Kind::HomeSilent => {
                "Check that this computer is online; if it is, the worker is down: what you send \
                 is kept and goes out when it is back."
            }
            Kind::SecondSilent => {
                "Nothing is lost; but while only one worker answers, nobody else can confirm what \
                 it shows you."
            }
            Kind::SecondUnknown => "Add the address of another node of the network.",
            Kind::TrustEnding => "Stay online for a moment, so that newer headers can be checked.",
            Kind::TrustOver => {
                "Update the app, wait for two contacts to answer, or bring a checkpoint."
            }
            Kind::TrustFrozen => {
                "Pay nothing; once people have found out which header counts, begin from a \
                 checkpoint of it."
            }
            Kind::PoolStopping => "Take out of your private balance what you want to keep at hand.",
            Kind::PoolStopped => "Nothing goes into the pool or out of it until a later version.",
            Kind::EcdsaEnding => "Move your account to its Falcon key before.",
            Kind::EcdsaOff => {
                "Only accounts with a Falcon key can pay; rotation show tells whether one without can \
                 still move."
            }
            Kind::PathDirect
            | Kind::PathTcp
            | Kind::PathLocal
            | Kind::QuicOpen
            | Kind::TcpOpen
            | Kind::LatencyGood
            | Kind::ClockRight
            | Kind::HeaderFresh
            | Kind::HomeReached
            | Kind::SecondReached
            | Kind::TrustSound => return None,
        })
    }
}

const fn seconds(ms: u64) -> u64 {
    ms.div_ceil(1000)
}

const fn hours(ms: u64) -> u64 {
    ms.div_euclid(3_600_000)
}

fn span(ms: u64) -> String {
    if hours(ms) > 1 { format!("{} hours", hours(ms)) } else { format!("{} s", seconds(ms)) }
}
