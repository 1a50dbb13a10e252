use super::*;

fn faults() -> Vec<Fault> {
    vec![Fault::new("size", "a.rs", "long"), Fault::new("later", "a.rs", "undone")]
}

#[test]
fn an_exception_excuses_one_rule_in_one_place() {
    let list = "# why\n\nsize a.rs a table that reads best in one piece\n";
    assert_eq!(apply(list, faults()), faults()[1..]);
}

#[test]
fn an_exception_needs_a_reason_and_a_fault() {
    let left = apply("size a.rs\nsize b.rs generated\n", faults());
    let own: Vec<_> = left[2..].iter().map(|fault| (fault.rule, &*fault.place)).collect();
    assert_eq!(own, [(RULE, "size a.rs"), (RULE, "size b.rs generated")]);
}
