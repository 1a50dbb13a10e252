//! The scripts themselves. Times fit [`acp::Timing::WIDE`]: proposals of view 0 are waited for
//! until 300 ms, view 0 ends at 900, view 1 at 2,900, view 2 at 5,300.
//!
//! The roles differ a little from the specification's: an honest leader hears itself, so whoever
//! must prepare the adversary's block is no leader before it in rank, and where even that is not
//! enough the step is taken in view 2, which the adversary leads alone. It shows a quorum no sooner
//! than it must: whoever sees one in its own view commits.

use crate::script::Value::{Empty, Future, G, H};
use crate::script::What::{Commit, NewView, Prepare, Propose, Quorum};
use crate::script::{A, B, C, D, Script, from, line};

const ALL: u8 = A | B | C | D;
/// Most scripts: nobody who must follow the adversary in view 1 leads before it.
const PLAIN: [u8; 3] = [A, B, C];
const TURNED: [u8; 3] = [C, A, B];

/// Two members less than a quorum agree twice in view 0.
const QUORUM_MINUS_ONE: Script = Script {
    name: "S1 quorum-1",
    leaders: PLAIN,
    builders: 0,
    lines: &[
        line(D, Propose(0, H, None), A),
        line(D, Propose(0, G, None), C),
        line(A | D, Prepare(0, H), B),
        line(C | D, Prepare(0, G), A),
        line(B | D, Commit(0, H), B | C),
        line(A | D, Commit(0, G), A),
    ],
    until: 1500,
};

/// One is final at A, then C forgets its lock.
const NO_LOCK: Script = Script {
    name: "S2 no lock",
    leaders: PLAIN,
    builders: 0,
    lines: &[
        line(D, Propose(0, H, None), A | C),
        line(A | C | D, Prepare(0, H), A | C),
        line(A | C | D, Commit(0, H), A),
        line(B | C | D, NewView(1), B | C),
        line(B | C | D, NewView(2), B | C),
        line(D, Propose(2, G, None), B | C),
        line(B | C | D, Prepare(2, G), B | C),
        line(B | C | D, Commit(2, G), B | C),
    ],
    until: 5500,
};

/// An old hidden quorum against a newer lock.
const UNLOCK_ANY: Script = Script {
    name: "S3 unlock by any quorum",
    leaders: PLAIN,
    builders: 0,
    lines: &[
        line(D, Propose(0, H, None), A | B),
        line(A | C | D, NewView(1), B | C),
        line(B, NewView(1), C),
        line(D, Propose(1, G, None), B | C),
        line(B | C | D, Prepare(1, G), B | C),
        line(B | C | D, Commit(1, G), C),
        line(A | B | D, NewView(2), A | B),
        from(2950, D, Propose(2, H, Some(0)), A | B),
        line(A | B | D, Prepare(2, H), A | B),
        line(A | B | D, Commit(2, H), A | B),
    ],
    until: 5500,
};

/// Both the empty block and another get a quorum in view 1.
const TWO_FAMILIES: Script = Script {
    name: "S4, S5 two families",
    leaders: PLAIN,
    builders: 0,
    lines: &[
        line(ALL, NewView(1), ALL),
        line(A | B, Propose(1, Empty, None), A | B),
        from(2150, D, Propose(1, H, None), A | B),
        from(2500, A | B | D, Prepare(1, Empty), A | C),
        from(2500, A | C | D, Commit(1, Empty), A),
        line(B | C | D, NewView(2), B | C),
        from(2950, D, Propose(2, H, Some(1)), B | C),
        line(B | C | D, Prepare(2, H), B | C),
        line(B | C | D, Commit(2, H), B | C),
    ],
    until: 5500,
};

/// Two quorums of view 0, one of them hidden until view 2.
const VOTE_TWICE: Script = Script {
    name: "S6 vote twice",
    leaders: PLAIN,
    builders: C,
    lines: &[
        line(D, Propose(0, H, None), A | B),
        from(450, C, Propose(0, G, None), A | B),
        from(650, A | B | D, Prepare(0, H), A | C),
        from(650, A | C | D, Commit(0, H), A),
        line(B | C | D, NewView(1), B | C),
        line(B | C | D, NewView(2), B | C),
        from(2950, D, Propose(2, G, Some(0)), B | C),
        line(B | C | D, Prepare(2, G), B | C),
        line(B | C | D, Commit(2, G), B | C),
    ],
    until: 5500,
};

/// A late quorum of view 0 for one that is in view 1 already.
const COMMIT_BELOW: Script = Script {
    name: "S7 commit below",
    leaders: TURNED,
    builders: 0,
    lines: &[
        line(D, Propose(0, H, None), A | B),
        line(A | B | D, Prepare(0, H), C),
        line(A | B | D, NewView(1), A | B),
        line(D, Propose(1, G, None), A | B),
        line(A | B | D, Prepare(1, G), D),
        from(2000, D, Quorum(0, H), A),
        line(A | C | D, Commit(0, H), C),
        from(2300, A | B | D, Prepare(1, G), A | B),
        line(A | B | D, Commit(1, G), A | B),
    ],
    until: 3500,
};

/// Commits of many views for each of two blocks, and a certificate for neither.
const MIXED_VIEWS: Script = Script {
    name: "S8 mixed views",
    leaders: TURNED,
    builders: 0,
    lines: &[
        line(D, Propose(0, H, None), A | B),
        line(A | B | D, Prepare(0, H), C),
        line(A | B | D, NewView(1), A | B),
        line(D, Propose(1, G, None), A | B),
        line(A | B | D, Prepare(1, G), A),
        line(B | C | D, NewView(2), B | C),
        from(2950, D, Propose(2, H, Some(0)), B | C),
        line(B | C | D, Prepare(2, H), B),
        line(A | C | D, NewView(3), A | C),
        from(5350, D, Propose(3, G, Some(1)), A | C),
        line(A | C | D, Prepare(3, G), C),
        line(ALL, Commit(0, H), ALL),
        line(ALL, Commit(2, H), ALL),
    ],
    until: 8500,
};

/// NewViews are lost so that nobody's count is full.
const HALT: Script = Script {
    name: "L1 halt",
    leaders: PLAIN,
    builders: A | B | C,
    lines: &[line(B | D, NewView(1), A)],
    until: 3200,
};

/// Two locks that only quorums in NewViews can reconcile.
const NOT_CARRIED: Script = Script {
    name: "L2 quorums not carried",
    leaders: TURNED,
    builders: 0,
    lines: &[
        line(D, Propose(0, H, None), A | B),
        line(A | B | D, Prepare(0, H), C),
        line(A | B | D, NewView(1), A | B),
        line(D, Propose(1, G, None), A | B),
        line(A | B | D, Prepare(1, G), A),
    ],
    until: 3500,
};

/// A quorum that comes behind its member's farewell.
const HIDDEN_LOCK: Script = Script {
    name: "L3 hidden lock",
    leaders: PLAIN,
    builders: 0,
    lines: &[
        line(D, Propose(0, H, None), A | B),
        line(C, NewView(1), A | B),
        from(1000, A | B | D, Prepare(0, H), C),
        line(C, Commit(0, H), A | B),
    ],
    until: 1600,
};

/// A block dated ten years ahead, offered in every view that the adversary leads.
const FUTURE: Script = Script {
    name: "L5 a block of the future",
    leaders: PLAIN,
    builders: 0,
    lines: &[
        line(D, Propose(0, Future, None), A | B | C),
        line(ALL, Prepare(0, Future), ALL),
        line(ALL, NewView(1), ALL),
        line(D, Propose(1, Future, None), A | B | C),
        line(ALL, Prepare(1, Future), ALL),
        line(ALL, NewView(2), ALL),
        line(D, Propose(2, Future, None), A | B | C),
        line(ALL, Prepare(2, Future), ALL),
        line(ALL, Commit(2, Future), ALL),
    ],
    until: 5500,
};

/// All of them.
pub(crate) const SCRIPTS: [&Script; 11] = [
    &QUORUM_MINUS_ONE,
    &NO_LOCK,
    &UNLOCK_ANY,
    &TWO_FAMILIES,
    &VOTE_TWICE,
    &COMMIT_BELOW,
    &MIXED_VIEWS,
    &HALT,
    &NOT_CARRIED,
    &HIDDEN_LOCK,
    &FUTURE,
];
