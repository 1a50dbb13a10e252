use super::*;

const FIRST: u16 = 8;
const PRESENT: u16 = 11;

fn wish(strength: Strength, from: Option<u16>, to: Option<u16>) -> GrantWish {
    GrantWish { strength, from: from.map(month), to: to.map(month), until: None }
}

fn numbers(wish: &GrantWish) -> Option<Vec<u16>> {
    let months = months_of(wish, month(FIRST), month(PRESENT)).ok()?;
    Some(months.into_iter().map(Month::number).collect())
}

#[test]
fn months_that_have_begun_are_given_and_no_others() {
    use Strength::{Full, Incoming, Period, Standing};
    assert_eq!(numbers(&wish(Period, Some(9), Some(10))), Some(vec![9, 10]));
    assert_eq!(numbers(&wish(Incoming, Some(11), Some(11))), Some(vec![11]));
    assert_eq!(numbers(&wish(Standing, Some(10), None)), Some(vec![10, 11]));
    assert_eq!(numbers(&wish(Full, None, None)), Some(vec![8, 9, 10, 11]));
    for (from, to) in [(None, None), (Some(12), None), (Some(10), Some(12)), (Some(7), Some(9))] {
        assert_eq!(numbers(&wish(Period, from, to)), None, "{from:?}..{to:?}");
    }
    assert_eq!(numbers(&wish(Period, Some(10), Some(9))), None);
    // An end belongs to a standing grant, and lies behind its months.
    let ends =
        |strength, until| GrantWish { until: Some(month(until)), ..wish(strength, Some(11), None) };
    assert_eq!(numbers(&ends(Standing, 14)), Some(vec![11]));
    assert_eq!(numbers(&ends(Standing, 10)), None);
    assert_eq!(numbers(&ends(Period, 14)), None);
    let long = wish(Period, Some(1), Some(49));
    assert_eq!(months_of(&long, month(1), month(70)), Err(BadMonths));
}

#[test]
fn a_month_in_which_something_was_stopped_has_more_accounts() {
    let stops = |of: Month| if of == month(10) { 2 } else { 0 };
    let periods = periods_of(&[month(9), month(10), month(11)], stops).unwrap();
    let indices: Vec<u32> = periods.iter().map(|period| period.index()).collect();
    assert_eq!(indices, [9 * 64, 640, 641, 642, 11 * 64]);
    let all: Vec<Month> = (1..=48).map(month).collect();
    assert_eq!(periods_of(&all, |_| 1), Err(BadMonths));
    assert_eq!(periods_of(&all, |_| 0).map(|periods| periods.len()), Ok(48));
}

#[test]
fn a_grant_ends_with_its_months_or_by_being_stopped() {
    let of = |terms: &GrantTerms, stopped, now| GrantState::of(terms, stopped, month(now));
    let period = terms(Strength::Period, &[10, 11]);
    assert_eq!(of(&period, false, 11), GrantState::Active);
    assert_eq!(of(&period, false, 12), GrantState::Ended);
    assert_eq!(of(&period, true, 12), GrantState::Stopped);
    let standing = terms(Strength::Standing, &[10]);
    assert_eq!(of(&standing, false, 99), GrantState::Active);
    let ending = GrantTerms { until: Some(month(12)), ..standing };
    assert_eq!(of(&ending, false, 12), GrantState::Active);
    assert_eq!(of(&ending, false, 13), GrantState::Ended);
}
