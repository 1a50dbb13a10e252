//! Connections that end under several questions at once.

use crate::world::{World, id};
use net::transport::Channel;
use node::chunks::Parcel;
use tokio::sync::mpsc;
use types::Round;
use wire::store::{MAX_REQUEST, StoreReply};
use wire::{Encode, Failure, Reply, code, protocol};

const OWNER: u8 = 13;

/// Hands out every question that comes to the owner.
async fn questions(world: &mut World) -> mpsc::UnboundedReceiver<Channel> {
    world.stop(OWNER).await;
    let transport = world.silent(OWNER).await;
    let mut incoming = transport.accept(protocol::STORE).unwrap();
    let (sender, questions) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some((_, mut channel)) = incoming.next().await {
            let sender = sender.clone();
            tokio::spawn(async move {
                channel.receive(MAX_REQUEST).await.unwrap();
                sender.send(channel).unwrap();
            });
        }
    });
    questions
}

async fn answer(mut channel: Channel) {
    let nothing = Reply::<StoreReply>::Failed(Failure::new(code::NOT_FOUND, "nothing here"));
    channel.send(&nothing.to_bytes()).await.unwrap();
    channel.finish().await;
}

/// Both are asked over a connection that ends. The second one learns of it only after the first has
/// asked again over a new one, which must not end with the old.
async fn a_late_end(warm: bool) {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[0]);
    let mut questions = questions(&mut world).await;
    let stores = world.stores(99).await;
    let parcel = Parcel::new(world.blocks.at(Round(1)), &world.blocks.body_of(Round(1))).unwrap();
    let ask = || {
        let (stores, parcel) = (stores.clone(), parcel.clone());
        async move { stores.confirmed(id(OWNER), &parcel).await }
    };
    if warm {
        let first = tokio::spawn(ask());
        answer(questions.recv().await.unwrap()).await;
        assert_eq!(first.await.unwrap(), Ok(vec![]));
    }

    let mut late = Box::pin(ask());
    let _held = tokio::select! {
        ended = &mut late => panic!("{ended:?}"),
        question = questions.recv() => question.unwrap(),
    };
    let early = tokio::spawn(ask());
    drop(questions.recv().await.unwrap());
    let again = questions.recv().await.unwrap();
    let late_again = tokio::select! {
        ended = &mut late => panic!("{ended:?}"),
        question = questions.recv() => question.unwrap(),
    };
    answer(again).await;
    assert_eq!(early.await.unwrap(), Ok(vec![]));
    answer(late_again).await;
    assert_eq!(late.await, Ok(vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_ends_late_takes_no_other_with_it() {
    a_late_end(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_ends_with_its_first_connection_is_asked_again() {
    a_late_end(false).await;
}
