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
    assert_eq!(step::closing(&nextest), nextest[1..]);
    let cargo = lines(
        "running 2 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured\n\
         test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured",
    );
    assert_eq!(step::closing(&cargo), cargo[1..2]);
    assert_eq!(step::closing(&[]), Vec::<String>::new());
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
    assert!(text.contains("fmt             1.2      2.0  ok\n"), "{text}");
    assert!(text.contains("tests           1.2      2.0  FAILED\n"), "{text}");
    assert!(text.contains("1 FAILED\n"), "{text}");
}
