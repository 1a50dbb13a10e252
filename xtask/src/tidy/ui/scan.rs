//! Finds what a file in TypeScript or Svelte imports. No parser: it reads what people write.

/// One import, or one export from elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// The path below the root of the checkout, or the name of a package.
    pub(crate) to: String,
    /// True if nothing of it is there when the program runs.
    pub(crate) types_only: bool,
}

/// All imports of the file at this path.
pub(crate) fn imports(path: &str, text: &str) -> Vec<Import> {
    let quotes = text.match_indices(['"', '\'']);
    quotes.filter_map(|(at, quote)| import(path, text, at, quote)).collect()
}

/// The import whose target is quoted from here on, if it is one.
fn import(path: &str, text: &str, at: usize, quote: &str) -> Option<Import> {
    let head = text.get(..at)?.trim_end();
    let (target, _) = text.get(at + 1..)?.split_once(quote)?;
    let clause = if let Some(head) = head.strip_suffix("from") {
        head.get(statement(head)?..)?.trim()
    } else if head.ends_with("import") || head.ends_with("import(") {
        ""
    } else {
        return None;
    };
    Some(Import { to: resolve(path, target), types_only: types_only(clause) })
}

/// Where the clause of the last `import` or `export` begins.
fn statement(head: &str) -> Option<usize> {
    let starts = ["import", "export"].iter().flat_map(|word| {
        head.match_indices(*word).map(|(at, word)| (at, at + word.len())).filter(|(at, end)| {
            let before = head.get(..*at).and_then(|part| part.chars().next_back());
            let after = head.get(*end..).and_then(|part| part.chars().next());
            before.is_none_or(|c| c.is_whitespace() || ";>".contains(c))
                && after.is_some_and(|c| c.is_whitespace() || "{*".contains(c))
        })
    });
    starts.map(|(_, end)| end).max()
}

/// True for `type { A }` and for `{ type A, type B }`.
fn types_only(clause: &str) -> bool {
    let names = clause.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let is_type = |name: &str| name.trim_start().starts_with("type ");
    match names {
        None => is_type(clause) || clause.starts_with("type{"),
        Some(names) => {
            let mut names = names.split(',').filter(|name| !name.trim().is_empty()).peekable();
            names.peek().is_some() && names.all(is_type)
        }
    }
}

/// A relative target as a path below the root; anything else as it is.
fn resolve(path: &str, target: &str) -> String {
    if !target.starts_with('.') {
        return target.to_owned();
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}
