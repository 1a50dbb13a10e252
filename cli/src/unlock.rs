//! Passphrases and words: from the environment, the terminal or standard input, never from
//! arguments.

use std::io::{IsTerminal, Read, stdin};

use api::{Error, Zeroizing, given_passphrase};

/// Enough for 24 words and any blanks between them.
const MAX_WORDS: u64 = 4096;

/// The passphrase to open a profile: asked for on a terminal if the environment has none.
pub(crate) fn passphrase() -> Option<Zeroizing<String>> {
    given_passphrase().or_else(|| {
        let ask = stdin().is_terminal();
        ask.then(|| rpassword::prompt_password("Passphrase: ").ok().map(Zeroizing::new)).flatten()
    })
}

/// The recovery words from standard input: up to its end, or one line from a terminal.
pub(crate) fn words() -> Result<Zeroizing<String>, Error> {
    let failed = |error: std::io::Error| {
        Error::new("bad_words", format!("the words are read from standard input: {error}"))
    };
    if stdin().is_terminal() {
        let line = rpassword::prompt_password("Your 24 words (not shown): ").map_err(failed)?;
        return Ok(Zeroizing::new(line));
    }
    let mut text = Zeroizing::new(String::new());
    stdin().take(MAX_WORDS).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}
