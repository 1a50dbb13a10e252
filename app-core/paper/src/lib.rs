//! Statements on paper: a PDF that people read, with the part of a font that it needs inside.
//!
//! It proves nothing and says so; the digest on each page names the file that does. Values in, bytes
//! out: `api` calls it, who writes files does that elsewhere.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod document;
mod fonts;
mod layout;
mod sheet;
#[cfg(test)]
mod tests;
mod woff;

pub use document::{pdf, receipts_pdf};
pub use fonts::BadFont;
