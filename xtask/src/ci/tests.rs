use super::closing::closing;
use super::{clock, report, step};

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[test]
fn cpu_time_is_read_behind_any_process_name() {
    let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 200 0 0 150 50 1000 300 20 0 1 0 99 0 0";
    assert_eq!(clock::cpu_of(stat), Some(15.0));
    assert_eq!(clock::cpu_of("7 (x) S 1"), None);
    assert_eq!(clock::cpu_of(""), None);
}

#[test]
fn closing_lines_are_the_runners_own() {
    let nextest = lines("PASS a\n   Summary [ 0.2s] 3 tests run: 2 passed, 1 failed\nFAIL b");
    assert_eq!(closing(&nextest), nextest[1..]);
    let cargo = lines(
        "running 2 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured\n\
         test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured",
    );
    assert_eq!(closing(&cargo), cargo[1..2]);
    assert_eq!(closing(&[]), Vec::<String>::new());
}

#[test]
fn runners_on_node_count_too() {
    let vitest = lines(
        " Test Files  9 passed (9)\n      Tests  1 failed | 3 passed (4)\n   Start at  12:00",
    );
    assert_eq!(closing(&vitest), vitest[..2]);
    let views = lines("settings-dark: scrolls sideways\n1 problems");
    assert_eq!(closing(&views), views[1..]);
    let node = lines("✔ tests that nobody counts (3ms)\nℹ tests 3\nℹ suites 0\nℹ pass 2\nℹ fail 1");
    assert_eq!(closing(&node), [&*node[1], &*node[3], &*node[4]]);
}

#[test]
fn the_table_names_each_step_and_what_failed() {
    let outcome = |name, passed| step::Outcome {
        name,
        passed,
        wall: 1.25,
        cpu: Some(2.0),
        closing: lines("last words"),
    };
    let text = report(&[outcome("fmt", true), outcome("tests", false)], &clock::Clock::start());
    assert!(text.contains("\ntests:\nlast words\n"), "{text}");
    assert!(text.contains("fmt                  1.2      2.0  ok\n"), "{text}");
    assert!(text.contains("tests                1.2      2.0  FAILED\n"), "{text}");
    assert!(text.contains("1 FAILED\n"), "{text}");
}
