//! This crate behind JSON lines, so that tests can pair it with Signal's own library in any role.
//!
//! One request a line on standard input, one reply a line on standard output, in order and flushed
//! at once; it ends when its input does. The commands, fields and replies are those of
//! `tests/interop/README.md`. Everything is kept in memory.

mod command;
mod failure;
mod groups;
mod inspect;
mod keys;
mod messages;
mod people;
mod prekeys;
mod request;
mod safety;
mod sealed;
mod sessions;
mod stored;

use command::Next;
use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut people = people::People::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (reply, next) = command::reply(&mut people, &line);
        writeln!(out, "{reply}")?;
        out.flush()?;
        if let Next::Exit = next {
            break;
        }
    }
    Ok(())
}
