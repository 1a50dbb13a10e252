//! Review keys inside a session: carried as bytes, confirmed when they are saved, heard from accepted
//! contacts only.

use super::*;
use crate::{Review, write_review};
use zeroize::Zeroizing;

fn contents() -> [Review; 4] {
    [
        Review::Card(Zeroizing::new(vec![1, 2, 3])),
        Review::Key(Zeroizing::new(vec![4])),
        Review::Stopped { serial: [7; 16], since: NOW },
        Review::Proofs(vec![5, 6]),
    ]
}

#[test]
fn every_content_about_review_keys_reads_back_and_its_bytes_stay() {
    let golden = [
        "1000000003010203",
        "110000000104",
        "1207070707070707070707070707070707",
        "13000000020506",
    ];
    for (review, golden) in contents().into_iter().zip(golden) {
        let letter =
            write_review(OpenId([2; 32]), review.clone(), NOW, &mut ChaCha20Rng::seed_from_u64(3));
        let content = Content::from_bytes(&letter.content).unwrap();
        let Body::Review(read) = content.body else { panic!("about review keys") };
        assert_eq!((content.id, read), (letter.id, review));
        assert!(hex::encode(&letter.content[25..]).starts_with(golden), "{golden}");
        let Change::AddPending(pending) = letter.send() else { panic!("waits") };
        assert_eq!((pending.message, pending.content), (Some(letter.id), letter.content.to_vec()));
    }
    let long = vec![0; crate::MAX_REVIEW + 1];
    for too_long in [Review::Card(Zeroizing::new(long.clone())), Review::Proofs(long)] {
        let rng = &mut ChaCha20Rng::seed_from_u64(3);
        let letter = write_review(OpenId([2; 32]), too_long, NOW, rng);
        assert!(Content::from_bytes(&letter.content).is_err());
    }
}

#[test]
fn no_key_is_printed() {
    let text = format!("{:?}", contents());
    assert_eq!(text, "[Card([secret]), Key([secret]), Stopped, Proofs]");
}

#[test]
fn an_accepted_contact_is_heard_and_confirmed_by_whoever_saves_it() {
    let (alice, bob, mut rng) = actors();
    for review in contents() {
        for standing in [Standing::Accepted, Standing::Request, Standing::Declined] {
            let known = Contact { ready: true, standing, ..contact_of(&bob, &mut rng) };
            let body = Body::Review(review.clone());
            let content = Content { id: MessageId([7; 16]), time: NOW, body };
            let from = (&bob.identity.public(), false);
            let taken = take(Some(known), from, content, &alice.me, NOW).unwrap();
            let heard =
                (standing == Standing::Accepted).then(|| (MessageId([7; 16]), review.clone()));
            assert_eq!((taken.review, taken.receipt), (heard, None));
            assert!(taken.changes.is_empty());
        }
    }
}
