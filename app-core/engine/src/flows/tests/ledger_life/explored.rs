//! What the observatory has seen of a ledger that a test plays.

use light::Mark;

use super::*;

/// An engine whose worker shows these steps when it is asked for headers.
async fn engine_shown(
    chain: &Arc<Chain>,
    show: impl Fn(&Chain, Round) -> Step + Send + 'static,
) -> (Worker, TempDir, Engine) {
    let ledger = Arc::clone(chain);
    let worker = Worker::play_both(only_bobs_worker, move |request| {
        let ChainRequest::Headers { from, max } = request else { return ledger.answer(request) };
        let rounds = from.0..=ledger.tip().0.min(from.0 + u64::from(max) - 1);
        let steps = rounds.map(|round| Object(show(&ledger, Round(round)).to_bytes()));
        Ok(ChainReply::Headers(steps.collect()))
    })
    .await;
    let (dir, store) = alice_on(&worker, &chain.genesis).await;
    let engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    (worker, dir, engine)
}

async fn filled(engine: &mut Engine) {
    engine.sync(PATIENCE).await.unwrap();
    let node = engine.attach().await.unwrap();
    while engine.bound().unwrap().light.window().gap().is_some() {
        engine.fill_gap(&node).await.unwrap();
    }
    engine.note_standing();
}

fn voted(engine: &Engine) -> usize {
    let rounds = engine.observatory().explored().survey.rounds;
    rounds.iter().filter(|line| line.signers == Some(3)).count()
}

#[tokio::test]
async fn every_header_is_seen_and_how_it_came_and_who_has_signed_the_newest() {
    let chain = Arc::new(Chain::of_days(13));
    let (worker, _dir, mut engine) =
        engine_shown(&chain, |chain, at| chain.step(at).unwrap()).await;
    filled(&mut engine).await;
    let seen = engine.observatory().explored();
    let (all, jumps) = (chain.tip().0, chain.tip().0.div_ceil(60));
    assert_eq!((seen.steps.stepwise, seen.steps.jumped), (0, jumps));
    assert_eq!(seen.steps.filled, all - jumps);
    assert_eq!(seen.survey.rounds.len() as u64, all);
    assert_eq!(seen.finality, None, "nothing was told as it came");
    let standing = seen.standing.unwrap();
    assert_eq!((standing.round, standing.window, standing.frozen), (chain.tip(), all, false));
    assert!(standing.period_left_s > 13 * 24 * 3600);
    let [home] = seen.peers.try_into().unwrap();
    assert_eq!((home.id, home.home, home.local), (worker.transport.id(), true, true));

    assert!(engine.observatory().wants_votes());
    assert!(!engine.observatory().wants_votes(), "not again at once");
    engine.fetch_votes().await.unwrap();
    let known = usize::try_from(60 + jumps - 1).unwrap();
    assert!(voted(&engine) >= 60 && voted(&engine) <= known);
    let managers = engine.observatory().explored().survey.managers;
    let marks = managers.iter().map(|one| one.marks.iter().filter(|mark| **mark == Mark::Signed));
    let mut signed: Vec<usize> = marks.map(Iterator::count).collect();
    signed.sort_unstable();
    assert_eq!(signed, [0, 30, 30, 30], "three of four sign");
    assert_eq!(managers.iter().map(|one| one.proposed).max(), Some(all));
}

#[tokio::test]
async fn a_worker_cannot_make_a_manager_sign() {
    let chain = Arc::new(Chain::of_days(3));
    let (_worker, _dir, mut engine) = engine_shown(&chain, |chain, at| {
        let mut step = chain.step(at).unwrap();
        step.header.certificate.signatures[0][0] ^= 1;
        step
    })
    .await;
    filled(&mut engine).await;
    let before = voted(&engine);
    assert_eq!(engine.fetch_votes().await.unwrap_err().code(), "bad_proof");
    assert_eq!(voted(&engine), before);
}

#[tokio::test]
async fn a_header_that_is_not_ours_is_no_sighting() {
    let chain = Arc::new(Chain::of_days(3));
    let (_worker, _dir, mut engine) = engine_shown(&chain, |chain, at| {
        let mut header = chain.header(at).unwrap().clone();
        header.time = header.time.plus_millis(1);
        signed(header, chain.genesis.committee())
    })
    .await;
    filled(&mut engine).await;
    let before = engine.observatory().explored();
    assert_eq!(engine.fetch_votes().await.unwrap_err().code(), "bad_proof");
    assert_eq!(engine.observatory().explored(), before);
}

#[tokio::test]
async fn what_an_earlier_run_has_checked_is_taken_over() {
    let chain = Arc::new(Chain::of_days(3));
    let (_worker, _dir, mut engine) =
        engine_shown(&chain, |chain, at| chain.step(at).unwrap()).await;
    filled(&mut engine).await;
    let again = Engine::open(engine.store().clone(), vec![], Clock::system()).await.unwrap();
    let observatory = again.observatory();
    assert!(observatory.is_blank());
    let saved = again.store().held_headers().await.unwrap();
    observatory.remember(&saved);
    assert!(!observatory.is_blank());
    let of = |seen: &crate::Observatory| {
        let rounds = seen.explored().survey.rounds;
        rounds.iter().map(|line| (line.round, line.time)).collect::<Vec<_>>()
    };
    assert_eq!(of(&observatory), of(&engine.observatory()));
    assert_eq!(observatory.explored().steps, crate::Steps::default());
}

#[tokio::test]
async fn a_new_beginning_forgets_what_was_seen_before_it() {
    let chain = Arc::new(Chain::of_days(3));
    let (_worker, _dir, mut engine) =
        engine_shown(&chain, |chain, at| chain.step(at).unwrap()).await;
    filled(&mut engine).await;
    let tip = chain.checkpoint(chain.tip().0);
    engine.use_checkpoint(tip).await.unwrap();
    let rounds = engine.observatory().explored().survey.rounds;
    assert!(rounds.len() <= 1, "{} rounds of before", rounds.len());
}

#[tokio::test]
async fn whoever_looks_once_sees_the_latest_rounds_without_gaps() {
    let chain = Arc::new(Chain::of_days(13));
    let show = |chain: &Chain, at| chain.step(at).unwrap();
    let (_worker, _dir, mut engine) = engine_shown(&chain, show).await;
    engine.sync(PATIENCE).await.unwrap();
    engine.fetch_votes().await.unwrap();
    let rounds = engine.observatory().explored().survey.rounds;
    let newest: Vec<_> = rounds.iter().rev().take(60).collect();
    assert!(newest.iter().all(|line| line.gap_ms == Some(HOUR) && line.signers == Some(3)));
}
