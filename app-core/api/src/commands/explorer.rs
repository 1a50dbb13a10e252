//! The explorer and the connection doctor: what our own light node has seen and tried.

use engine::{
    Explored, Finding, FindingKind, Health as Wellbeing, Mark, PeerFacts, RoundLine, Survey,
};
use net::transport::Carrier as Carried;

use crate::app::PATIENCE;
use crate::{
    App, Carrier, ChecksRecord, CrossCheckRecord, Diagnosis, Error, Explorer, FinalityRecord,
    FindingCode, FindingRecord, Health, ManagerRecord, Path, PeerNote, PeerRecord, PeerRole,
    RoundRecord, VoteMark, when,
};

/// How many of the newest rounds are shown.
const RECENT: usize = 60;
/// The digits by which a key is shown in a list.
const DIGITS: usize = 8;

impl App {
    /// The ledger and the network as seen from here.
    ///
    /// # Errors
    /// What a person must act on; codes of the store.
    pub async fn explorer(&self, sync: bool) -> Result<Explorer, Error> {
        self.inner().attention.look();
        let synced = self.refresh(sync).await?;
        let observatory = &self.inner().observatory;
        if observatory.is_blank() {
            let saved = self.inner().store.held_headers().await?;
            observatory.remember(&saved);
        }
        if !self.inner().offline && (observatory.wants_votes() || sync) {
            self.learn_votes(sync).await;
        }
        Ok(record(&observatory.explored(), synced))
    }

    /// Has the engine fetch certificates; whoever only looks does not wait, and sees them the next
    /// time.
    async fn learn_votes(&self, wait: bool) {
        let app = self.clone();
        let learning = tokio::spawn(async move {
            let learnt = app.ask(|engine| Box::pin(engine.fetch_votes()));
            if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, learnt).await {
                tracing::info!(code = error.code, "who has signed is asked later");
            }
        });
        if wait {
            // It says itself what went wrong.
            let _ = learning.await;
        }
    }

    /// Tries every way to the network and judges what it finds. Takes some twelve seconds at most.
    ///
    /// # Errors
    /// `no_network` for whoever wants none; codes of the store.
    pub async fn doctor(&self) -> Result<Diagnosis, Error> {
        self.online()?;
        self.inner().attention.look();
        let others = self.inner().store.bootstrap().await?;
        let observatory = &self.inner().observatory;
        let measuring = async {
            match observatory.case() {
                Some(case) => Some(case.measure(&others).await),
                None => None,
            }
        };
        // A profile that nobody looked at until now has an old header for that reason alone.
        let (mut measured, caught_up) = futures::join!(measuring, self.refresh(true));
        if let Err(error) = caught_up {
            tracing::info!(code = error.code, "the doctor goes on without");
        }
        match (&mut measured, observatory.case()) {
            (None, Some(case)) => measured = Some(case.measure(&others).await),
            // A profile that was opened just now has found its way while the others were tried.
            (Some(measured), Some(case)) => measured.in_use = case.in_use,
            (_, None) => {}
        }
        let findings = observatory.diagnose(measured.as_ref());
        Ok(Diagnosis { findings: findings.iter().map(finding).collect() })
    }
}

fn record(explored: &Explored, synced: bool) -> Explorer {
    let Explored { survey, finality, standing, peers, .. } = explored;
    let standing = standing.as_ref();
    let skip = survey.rounds.len().saturating_sub(RECENT);
    Explorer {
        round: standing.map_or(0, |standing| standing.round.0),
        time: standing.map(|standing| when::format(standing.time)),
        interval_ms: standing.map_or(0, |standing| standing.interval_ms),
        recent: survey.rounds.iter().skip(skip).map(round).collect(),
        finality: finality.map(|finality| FinalityRecord {
            p50_ms: finality.p50_ms,
            p99_ms: finality.p99_ms,
            samples: count(finality.samples),
        }),
        surveyed: count(survey.rounds.len()),
        managers: managers(survey),
        checks: checks(explored),
        peers: peers.iter().map(peer).collect(),
        synced,
    }
}

fn round(line: &RoundLine) -> RoundRecord {
    RoundRecord {
        round: line.round.0,
        time: when::format(line.time),
        view: line.view,
        proposer: line.proposer.map(|key| short(&hex(&key))),
        empty: line.empty,
        signers: line.signers.map(count),
        managers: line.members.map(count),
        gap_ms: line.gap_ms,
    }
}

fn managers(survey: &Survey) -> Vec<ManagerRecord> {
    let record = |manager: &engine::ManagerRecord| {
        let id = hex(&manager.key);
        ManagerRecord {
            name: short(&id),
            id,
            signed: manager.signed,
            of: manager.of,
            proposed: manager.proposed,
            votes: manager.marks.iter().copied().map(mark).collect(),
        }
    };
    survey.managers.iter().map(record).collect()
}

fn checks(explored: &Explored) -> ChecksRecord {
    let Explored { standing, steps, crossed, .. } = explored;
    let standing = standing.as_ref();
    ChecksRecord {
        stepwise: steps.stepwise,
        jumped: steps.jumped,
        filled: steps.filled,
        window: standing.map_or(0, |standing| standing.window),
        trusted_round: standing.map_or(0, |standing| standing.round.0),
        trusted_time: standing.map(|standing| when::format(standing.time)),
        period_left_s: standing.map(|standing| standing.period_left_s),
        cross_checked: crossed.map(|crossed| CrossCheckRecord {
            peers: crossed.peers,
            time: when::format(crossed.time),
        }),
        frozen: standing.is_some_and(|standing| standing.frozen),
        checkpoint: standing.and_then(|standing| standing.checkpoint).map(|round| round.0),
    }
}

fn peer(peer: &PeerFacts) -> PeerRecord {
    PeerRecord {
        id: peer.id.to_string(),
        role: if peer.home { PeerRole::Home } else { PeerRole::Other },
        path: if peer.relayed { Path::Relayed } else { Path::Direct },
        transport: match peer.carrier {
            Carried::Quic => Carrier::Quic,
            Carried::Tcp => Carrier::Tcp,
            Carried::Other => Carrier::Other,
        },
        address: peer.address.clone(),
        rtt_ms: peer.round_trip_us.map(|micros| micros.div_ceil(1000)),
        since: when::format(peer.since),
        received: peer.bytes.map(|(received, _)| received),
        sent: peer.bytes.map(|(_, sent)| sent),
        note: match (peer.home, peer.local) {
            (false, _) => Some(PeerNote::Asked),
            (true, true) => Some(PeerNote::Local),
            (true, false) => None,
        },
    }
}

fn finding(finding: &Finding) -> FindingRecord {
    FindingRecord {
        code: code(finding.kind),
        health: match finding.health {
            Wellbeing::Good => Health::Good,
            Wellbeing::Fair => Health::Fair,
            Wellbeing::Bad => Health::Bad,
        },
        ms: finding.ms,
        node: finding.node.map(|node| node.to_string()),
        said: finding.said(),
        advice: finding.advice().map(str::to_owned),
    }
}

const fn mark(mark: Mark) -> VoteMark {
    match mark {
        Mark::Signed => VoteMark::Signed,
        Mark::Absent => VoteMark::Absent,
        Mark::Outside => VoteMark::Outside,
        Mark::Unknown => VoteMark::Unknown,
    }
}

const fn code(kind: FindingKind) -> FindingCode {
    match kind {
        FindingKind::NoNetwork => FindingCode::NoNetwork,
        FindingKind::PathNone => FindingCode::PathNone,
        FindingKind::PathDirect => FindingCode::PathDirect,
        FindingKind::PathFallback => FindingCode::PathFallback,
        FindingKind::PathTcp => FindingCode::PathTcp,
        FindingKind::PathRelayed => FindingCode::PathRelayed,
        FindingKind::PathLocal => FindingCode::PathLocal,
        FindingKind::QuicOpen => FindingCode::QuicOpen,
        FindingKind::QuicShut => FindingCode::QuicShut,
        FindingKind::QuicUnknown => FindingCode::QuicUnknown,
        FindingKind::TcpOpen => FindingCode::TcpOpen,
        FindingKind::TcpShut => FindingCode::TcpShut,
        FindingKind::TcpUnknown => FindingCode::TcpUnknown,
        FindingKind::LatencyGood => FindingCode::LatencyGood,
        FindingKind::LatencyHigh => FindingCode::LatencyHigh,
        FindingKind::ClockRight => FindingCode::ClockRight,
        FindingKind::ClockAhead => FindingCode::ClockAhead,
        FindingKind::ClockBehind => FindingCode::ClockBehind,
        FindingKind::HeaderFresh => FindingCode::HeaderFresh,
        FindingKind::HeaderOld => FindingCode::HeaderOld,
        FindingKind::HeaderNone => FindingCode::HeaderNone,
        FindingKind::HomeReached => FindingCode::HomeReached,
        FindingKind::HomeSilent => FindingCode::HomeSilent,
        FindingKind::SecondReached => FindingCode::SecondReached,
        FindingKind::SecondSilent => FindingCode::SecondSilent,
        FindingKind::SecondUnknown => FindingCode::SecondUnknown,
        FindingKind::TrustSound => FindingCode::TrustSound,
        FindingKind::TrustEnding => FindingCode::TrustEnding,
        FindingKind::TrustOver => FindingCode::TrustOver,
        FindingKind::TrustFrozen => FindingCode::TrustFrozen,
        FindingKind::PoolStopping => FindingCode::PoolStopping,
        FindingKind::PoolStopped => FindingCode::PoolStopped,
        FindingKind::EcdsaEnding => FindingCode::EcdsaEnding,
        FindingKind::EcdsaOff => FindingCode::EcdsaOff,
    }
}

/// Ids cross as lower-case hex; a key has the form of an id.
fn hex(key: &[u8; 32]) -> String {
    types::WorkerId(*key).to_string()
}

fn short(id: &str) -> String {
    id.chars().take(DIGITS).collect()
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
