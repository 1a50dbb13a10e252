//! Which checkpoints lead to a statement's header, and which do not.

use super::*;

#[test]
fn a_checkpoint_before_at_or_behind_the_statement_leads_to_it() {
    let world = World::plain();
    let file = world.statement().file();
    for round in [1, 7, 14, 15] {
        let report = world.check_from(&file, &world.chain.checkpoint(round));
        assert_eq!(verdict(&report), (None, None), "{round}");
    }
    // A later one of the same committee: its members have signed the earlier header as well.
    let longer = Chain::new(20, [9; 32]);
    let later = longer.checkpoint(18);
    assert_eq!(verdict(&world.check_from(&file, &later)), (None, None));
}

#[test]
fn a_checkpoint_of_another_chain_committee_or_header_does_not() {
    let world = World::plain();
    let file = world.statement().file();
    let good = world.chain.checkpoint(15);
    let earlier = world.chain.checkpoint(7);
    for wrong in [
        Checkpoint { chain: ChainId([8; 32]), ..good },
        Checkpoint { header: BlockId([8; 32]), ..good },
        Checkpoint { time: at(14), ..good },
        Checkpoint { committee: [8; 32], ..earlier },
        Checkpoint { committee: [8; 32], round: Round(20), time: at(20), ..good },
        Checkpoint { round: Round(20), time: at(10), ..good },
    ] {
        assert_eq!(verdict(&world.check_from(&file, &wrong)), (Some("wrong_checkpoint"), None));
    }
}

#[test]
fn signatures_count_for_two_weeks_and_the_header_itself_for_ever() {
    let world = World::plain();
    let file = world.statement().file();
    let late = at(15).plus_secs(14 * 24 * 3600);
    let later = Chain::new(20, [9; 32]).checkpoint(18);
    for (checkpoint, why) in
        [(world.chain.checkpoint(7), Some("wrong_checkpoint")), (world.chain.checkpoint(15), None)]
    {
        let report = verify(file.as_bytes(), &checkpoint, late).unwrap();
        assert_eq!(verdict(&report).0, why);
    }
    let report = verify(file.as_bytes(), &later, late.plus_secs(60)).unwrap();
    assert_eq!(verdict(&report).0, Some("wrong_checkpoint"));
}

#[test]
fn a_header_without_a_quorum_is_no_header() {
    let world = World::plain();
    let mut statement = world.statement();
    let header = statement.steps[0].header.header.clone();
    statement.steps[0].header = testkit::certify(header, &world.chain.committee, &[1, 2]);
    let file = sign(statement).file();
    let report = world.check_from(&file, &world.chain.checkpoint(7));
    assert_eq!(verdict(&report), (Some("bad_proof"), None));
}

#[test]
fn a_checkpoint_reads_as_it_was_written() {
    let checkpoint = World::plain().chain.checkpoint(7);
    let Checkpoint { chain, round, header, committee, time } = checkpoint;
    let file = format!(
        "{{\"chain\":\"{chain}\",\"round\":{},\"header\":\"{header}\",\"committee\":\"{}\",\"time\":\"{}\"}}\n",
        round.0,
        hex::encode(committee),
        utc(time)
    );
    assert_eq!(read_checkpoint(file.as_bytes()), Ok(checkpoint));
    assert!(read_checkpoint(b"{}").is_err());
}
