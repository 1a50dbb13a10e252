//! The tickets of a round that this member holds, by rank.

/// Members whose proposals are waited for, and who build at once.
pub(crate) const PROPOSERS: usize = 3;

/// VRF outputs with their members, lowest first. A member has one output, whatever proof it shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draws(Vec<([u8; 64], u16)>);

impl Draws {
    pub(crate) fn insert(&mut self, member: u16, output: [u8; 64]) {
        if self.of(member).is_none() {
            let at = self.0.partition_point(|held| *held < (output, member));
            self.0.insert(at, (output, member));
        }
    }

    pub(crate) fn of(&self, member: u16) -> Option<&[u8; 64]> {
        self.0.iter().find(|(_, holder)| *holder == member).map(|(output, _)| output)
    }

    /// The members with the lowest outputs.
    pub(crate) fn first(&self) -> impl Iterator<Item = u16> {
        self.0.iter().take(PROPOSERS).map(|(_, member)| *member)
    }
}
