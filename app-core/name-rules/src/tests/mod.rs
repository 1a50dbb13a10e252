//! Rules by table, properties, and the proof that the tables are the pinned ones.

mod accepted;
mod look_alikes;
mod pinned;
mod properties;
mod refused;
