//! The words of the explorer and of the connection doctor.

use core::fmt;

use serde::{Deserialize, Serialize};

words! {
    /// What is known of a manager's vote in one round.
    VoteMark {
        /// It is part of the certificate.
        Signed = "signed",
        /// The certificate was complete without it.
        Absent = "absent",
        /// The manager was no member.
        Outside = "outside",
        /// The certificate was not looked at.
        Unknown = "unknown",
    }
}

words! {
    /// What a node is to us.
    PeerRole {
        /// Our stream is held to it.
        Home = "home",
        /// It was asked one thing.
        Other = "other",
    }
}

words! {
    /// Which way a connection takes.
    Path {
        /// From us to it.
        Direct = "direct",
        /// Through another node.
        Relayed = "relayed",
    }
}

words! {
    /// What carries a connection.
    Carrier {
        /// QUIC, over UDP.
        Quic = "quic",
        /// TCP.
        Tcp = "tcp",
        /// Something else.
        Other = "other",
    }
}

words! {
    /// What else there is to say of a node.
    PeerNote {
        /// It runs on this computer.
        Local = "local",
        /// It was asked for its header, and left.
        Asked = "asked",
    }
}

words! {
    /// How well something is.
    Health {
        /// Nothing to do.
        Good = "good",
        /// It works, and could be better.
        Fair = "fair",
        /// It does not work.
        Bad = "bad",
    }
}

words! {
    /// What the connection doctor can find.
    FindingCode {
        /// The profile knows no network.
        NoNetwork = "no_network",
        /// There is no connection to the home worker just now.
        PathNone = "path_none",
        /// Connected directly, by QUIC.
        PathDirect = "path_direct",
        /// Connected by TCP, because QUIC does not get through.
        PathFallback = "path_fallback",
        /// Connected directly, by TCP.
        PathTcp = "path_tcp",
        /// Another node passes everything on.
        PathRelayed = "path_relayed",
        /// The home worker runs on this computer.
        PathLocal = "path_local",
        /// QUIC gets through.
        QuicOpen = "quic_open",
        /// QUIC does not get through.
        QuicShut = "quic_shut",
        /// The home worker names no address for QUIC.
        QuicUnknown = "quic_unknown",
        /// TCP gets through.
        TcpOpen = "tcp_open",
        /// TCP does not get through.
        TcpShut = "tcp_shut",
        /// The home worker names no address for TCP.
        TcpUnknown = "tcp_unknown",
        /// Answers come fast.
        LatencyGood = "latency_good",
        /// Answers take their time.
        LatencyHigh = "latency_high",
        /// Our clock agrees with the network's.
        ClockRight = "clock_right",
        /// Our clock is ahead.
        ClockAhead = "clock_ahead",
        /// Our clock is behind.
        ClockBehind = "clock_behind",
        /// The newest header is of now.
        HeaderFresh = "header_fresh",
        /// The newest header is old.
        HeaderOld = "header_old",
        /// No header was checked yet.
        HeaderNone = "header_none",
        /// The home worker answers.
        HomeReached = "home_reached",
        /// The home worker does not answer.
        HomeSilent = "home_silent",
        /// Another worker answers, too.
        SecondReached = "second_reached",
        /// No other worker answers.
        SecondSilent = "second_silent",
        /// No other worker is known.
        SecondUnknown = "second_unknown",
        /// What is trusted can be built upon.
        TrustSound = "trust_sound",
        /// Not for long any more.
        TrustEnding = "trust_ending",
        /// Only a checkpoint helps.
        TrustOver = "trust_over",
        /// Two certified headers contradict each other.
        TrustFrozen = "trust_frozen",
        /// The managers stop the private pool soon.
        PoolStopping = "pool_stopping",
        /// They have stopped it.
        PoolStopped = "pool_stopped",
        /// The managers switch ECDSA off soon.
        EcdsaEnding = "ecdsa_ending",
        /// They have switched it off.
        EcdsaOff = "ecdsa_off",
    }
}
