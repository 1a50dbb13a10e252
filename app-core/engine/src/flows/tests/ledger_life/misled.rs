//! A home worker that says what is true and yet misleads, or wastes our time.

use super::*;

/// An engine whose worker answers like this, and like an honest one where it gives no answer.
async fn engine_told(
    chain: &Arc<Chain>,
    tell: impl Fn(&Chain, &ChainRequest) -> Option<ChainReply> + Send + 'static,
) -> (Worker, TempDir, Engine) {
    let ledger = Arc::clone(chain);
    let worker = Worker::play_both(only_bobs_worker, move |request| {
        tell(&ledger, &request).map_or_else(|| ledger.answer(request), Ok)
    })
    .await;
    let (dir, store) = alice_on(&worker, &chain.genesis).await;
    let engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    (worker, dir, engine)
}

#[tokio::test]
async fn a_worker_cannot_make_us_check_every_header_of_two_weeks() {
    let chain = Arc::new(Chain::of_days(13));
    let (_worker, _dir, mut engine) = engine_told(&chain, |chain, request| {
        let ChainRequest::Light { trusted, .. } = request else { return None };
        let rounds = trusted.0 + 1..=chain.tip().0;
        let steps = rounds.map(|round| Object(chain.step(Round(round)).unwrap().to_bytes()));
        Some(ChainReply::Light { steps: steps.collect(), account: None })
    })
    .await;
    let done = engine.sync(PATIENCE).await.unwrap();
    assert_eq!((done.synced, done.round), (false, Round(0)));
}

#[tokio::test]
async fn what_was_true_days_ago_is_no_answer() {
    let chain = Arc::new(Chain::of_days(13));
    let (_worker, _dir, mut engine) = engine_told(&chain, |chain, request| {
        if let ChainRequest::Account(address) = request {
            return Some(ChainReply::Account(Chain::account_at(Round(239), *address)));
        }
        let ChainRequest::Light { address: Some(address), .. } = request else { return None };
        let honest = chain.answer(request.clone()).unwrap();
        let ChainReply::Light { steps, .. } = honest else { unreachable!() };
        let account = Some(Chain::account_at(Round(239), *address));
        Some(ChainReply::Light { steps, account })
    })
    .await;
    let done = engine.sync(PATIENCE).await.unwrap();
    assert_eq!((done.synced, done.round), (false, chain.tip()));
    assert_eq!(engine.store().account().await.unwrap(), None);
}

#[tokio::test]
async fn a_worker_cannot_talk_us_into_setting_a_right_clock() {
    // How old the newest header is, and how far behind ours the node says that its clock is.
    let cases = [
        (1_000, 20 * DAY, Ok(true)),
        (HOUR / 2, 20 * DAY, Ok(false)),
        (HOUR / 2, HOUR / 4, Err("clock_wrong")),
        (HOUR / 2, 0, Ok(true)),
    ];
    for (age, apart, expected) in cases {
        let one = vec![FirstWorker { id: WorkerId([1; 32]), archive: false }];
        let chain = Arc::new(Chain::with(2, age, one));
        let (_worker, _dir, mut engine) = engine_told(&chain, move |chain, request| {
            let now = Timestamp(Clock::system().now().0 - apart);
            let tip = ChainReply::Tip { round: chain.tip(), now };
            (*request == ChainRequest::Tip).then_some(tip)
        })
        .await;
        let synced = engine.sync(PATIENCE).await;
        let synced = synced.as_ref().map(|done| done.synced).map_err(Fault::code);
        assert_eq!(synced, expected, "header of {age} ms ago, clock {apart} ms behind");
    }
}

#[tokio::test]
async fn a_question_that_our_worker_cannot_answer_does_not_hold_up_the_mail() {
    let chain = Arc::new(Chain::of_days(2));
    let (_worker, _dir, mut engine) = engine_told(&chain, |_, request| {
        let third = matches!(request, ChainRequest::HeaderAt { round: Round(3), .. });
        third.then_some(ChainReply::Warranted)
    })
    .await;
    engine.sync(PATIENCE).await.unwrap();
    let (bob, carol) =
        (with_envelopes(engine.store(), BOB, 0).await, with_envelopes(engine.store(), 9, 0).await);
    engine.asked_of_us().extend([(bob, Round(3)), (carol, Round(4))]);
    let node = engine.attach().await.unwrap();
    engine.vouch_for_asked(&node).await.unwrap();
    assert!(unseen(engine.store(), bob).await.is_empty());
    assert!(
        matches!(unseen(engine.store(), carol).await[..], [Body::Vouch(it)] if it.round == Round(4))
    );
}

#[tokio::test]
async fn contacts_are_asked_about_a_round_that_there_can_be() {
    let chain = Arc::new(Chain::of_days(21));
    let (_worker, _dir, mut engine) = engine_told(&chain, |_, request| {
        let tip = ChainReply::Tip { round: Round(u64::MAX / 2), now: Clock::system().now() };
        (*request == ChainRequest::Tip).then_some(tip)
    })
    .await;
    let bob = with_envelopes(engine.store(), BOB, 0).await;
    assert_eq!(engine.sync(PATIENCE).await.unwrap_err().code(), "checkpoint_needed");
    let waiting = unseen(engine.store(), bob).await;
    assert!(matches!(waiting[..], [Body::AskCheckpoint(Round(479))]), "{waiting:?}");
}

#[tokio::test]
async fn contacts_do_not_choose_the_round_that_they_vouch_for() {
    let chain = Arc::new(Chain::of_days(21));
    let (_worker, _dir, mut engine) = engine_told(&chain, |_, _| None).await;
    let contacts =
        [with_envelopes(engine.store(), BOB, 0).await, with_envelopes(engine.store(), 9, 0).await];
    let vouch = async |engine: &Engine, round| {
        for contact in contacts {
            let checkpoint = chain.checkpoint(round).to_bytes();
            let vouched = LightChange::Vouched { contact, checkpoint };
            engine.store().apply(vec![vouched.into()]).await.unwrap();
        }
    };
    // Unasked, and another round than they were asked about.
    vouch(&engine, 490).await;
    for round in [495, 500] {
        assert_eq!(engine.sync(PATIENCE).await.unwrap_err().code(), "checkpoint_needed");
        vouch(&engine, round).await;
    }
    assert_eq!(engine.sync(PATIENCE).await.unwrap_err().code(), "checkpoint_needed");
    vouch(&engine, 479).await;
    assert_eq!(engine.sync(PATIENCE).await.unwrap().round, chain.tip());
}

#[tokio::test]
async fn one_header_shown_again_and_again_is_checked_once() {
    let chain = Arc::new(Chain::of_days(3));
    let (_worker, _dir, mut engine) = engine_told(&chain, |chain, request| {
        let ChainRequest::Headers { from, .. } = request else { return None };
        let good = Object(chain.step(*from).unwrap().to_bytes());
        let mut bad = chain.step(*from).unwrap();
        bad.header.certificate.signatures[0][0] ^= 1;
        // Were it looked at again, the answer would be refused.
        Some(ChainReply::Headers(vec![good, Object(bad.to_bytes())]))
    })
    .await;
    engine.sync(PATIENCE).await.unwrap();
    engine.fetch_votes().await.unwrap();
}

#[tokio::test]
async fn nothing_that_was_held_before_a_checkpoint_is_taken_for_proved() {
    let chain = Arc::new(Chain::of_days(2));
    let (_worker, _dir, mut engine) = engine_told(&chain, |_, _| None).await;
    engine.sync(PATIENCE).await.unwrap();
    engine.take_warrant(&Object(chain.warrant().to_bytes())).await.unwrap_err();
    let held = engine.store().header_count().await.unwrap();
    engine.use_checkpoint(chain.checkpoint(chain.tip().0)).await.unwrap();
    assert!(held > 0 && engine.store().header_count().await.unwrap() == 1);
    let light = &engine.bound().unwrap().light;
    assert_eq!((light.frozen(), light.round()), (None, chain.tip()));
}
