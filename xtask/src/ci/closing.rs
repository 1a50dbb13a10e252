//! What a test runner says at the end, found in all that it has printed.

/// nextest's summary, else the lines in which cargo, vitest, node and the views count what ran.
pub(crate) fn closing(lines: &[String]) -> Vec<String> {
    let summary = |line: &String| line.contains("Summary") && line.contains(" run: ");
    if let Some(start) = lines.iter().rposition(summary) {
        return lines.iter().skip(start).cloned().collect();
    }
    lines.iter().filter(|line| counts(line)).cloned().collect()
}

fn counts(line: &str) -> bool {
    if line.starts_with("test result:") {
        return !line.contains(" 0 passed; 0 failed; 0 ignored;");
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["Test", "Files", ..] | ["All", "views", ..] | [_, "problems"] => true,
        ["Tests", _, outcome, ..] => {
            ["passed", "failed"].iter().any(|word| outcome.starts_with(word))
        }
        ["ℹ", "tests" | "pass" | "fail" | "skipped" | "cancelled", _] => true,
        _ => false,
    }
}
