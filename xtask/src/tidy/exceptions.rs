//! The list of exceptions: `rule place reason`, one a line. It may only shrink, so an exception
//! that nothing needs is itself a fault.

use super::Fault;

const RULE: &str = "exceptions";

/// The faults without those that the list excuses, and with those of the list itself.
pub(super) fn apply(list: &str, faults: Vec<Fault>) -> Vec<Fault> {
    let (mut left, mut own) = (faults, vec![]);
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [rule, place, _, ..] = words.as_slice() else {
            own.push(Fault::new(RULE, line, "must read: rule place reason"));
            continue;
        };
        let before = left.len();
        left.retain(|fault| fault.rule != *rule || fault.place != *place);
        if left.len() == before {
            own.push(Fault::new(RULE, line, "is not needed any more: take it off the list"));
        }
    }
    left.extend(own);
    left
}

#[cfg(test)]
mod tests;
