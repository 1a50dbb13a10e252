//! The light node: how the app reaches the network, behind a handle.
//!
//! This is the only crate of the app that names libp2p; the network's own nodes use [`transport`]
//! too. It moves frames and checks who is at the other end, no more: what a frame says is for its
//! receiver to decode and to doubt. It keeps nothing on disk and knows no key of an account.

mod bootstrap;
mod error;
pub mod events;
mod frame;
pub mod fuzz;
mod identity;
mod light_node;
mod probe;
pub mod transport;

pub use bootstrap::Bootstrap;
pub use error::{CallError, NetError};
pub use light_node::LightNode;
pub use probe::{Probed, carried_by, is_loopback, probe};
