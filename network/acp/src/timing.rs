//! How long members wait, in milliseconds (`acp.md` 2.9, `acp-corrections.md` A14, A18, A22).
//!
//! Nothing here decides what is final: too short waits cost views, too long ones cost time.

/// The waits of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// The longest a message should take between two members (Δ).
    pub delta: u64,
    /// View 0: how long proposals are waited for.
    pub propose: u64,
    /// View 0: how long it may take.
    pub view: u64,
    /// Later views: base of their time.
    pub later_view: u64,
    /// Later views: what each adds to it.
    pub step: u64,
    /// When members behind the first three propose too.
    pub backup: u64,
    /// How often members say again what they said.
    pub repeat: u64,
    /// When people are told that a round takes long.
    pub slow: u64,
}

impl Timing {
    /// One machine or one room.
    pub const LOCAL: Self = Self {
        delta: 50,
        propose: 120,
        view: 400,
        later_view: 600,
        step: 200,
        backup: 20,
        repeat: 200,
        slow: 3000,
    };

    /// The internet.
    pub const WIDE: Self = Self {
        delta: 200,
        propose: 300,
        view: 900,
        later_view: 1600,
        step: 400,
        backup: 100,
        repeat: 500,
        slow: 5000,
    };

    /// No view takes longer.
    pub const CAP: u64 = 15_000;

    /// How long a leader of a later view waits for NewViews: 2Δ + 50·view, and half of the longest
    /// view at most. Waits that went on growing would take up the whole of a late view, and no such
    /// view could end: after a long outage the chain would stand still for ever.
    #[must_use]
    pub fn lead(&self, view: u32) -> u64 {
        self.delta
            .saturating_mul(2)
            .saturating_add(u64::from(view).saturating_mul(50))
            .min(Self::CAP / 2)
    }

    /// How long proposals are waited for: in a later view as long as a leader may take, plus the
    /// ways there and back.
    #[must_use]
    pub fn propose(&self, view: u32) -> u64 {
        if view == 0 {
            return self.propose;
        }
        self.lead(view).saturating_add(self.delta.saturating_mul(3)).min(Self::CAP)
    }

    /// How long a view may take.
    #[must_use]
    pub fn view(&self, view: u32) -> u64 {
        if view == 0 {
            return self.view;
        }
        self.later_view.saturating_add(u64::from(view).saturating_mul(self.step)).min(Self::CAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members enter, the leader waits, a body is fetched, and two more ways: `acp-corrections.md`
    /// A14.
    #[test]
    fn a_view_has_time_to_end_behind_its_leader_s_wait() {
        for timing in [Timing::LOCAL, Timing::WIDE] {
            for view in (1..1000).chain([u32::MAX]) {
                let fetch = 400;
                let needed = timing.lead(view) + 5 * timing.delta + fetch;
                assert!(needed <= timing.view(view), "view {view}");
                assert!(timing.propose(view) + 2 * timing.delta <= timing.view(view));
            }
        }
    }
}
