//! A worker in a process of its own joins a network that it knows one address of.

use crate::mail::Queue;
use crate::support::{Process, refused, tip, wait_for};
use wire::mail::{BUCKETS, MailReply};

#[tokio::test]
async fn a_joined_worker_serves_like_the_first_ones() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(&dir.path().join("net"));
    let bootstrap = devnet.bootstrap(0).to_string();
    let joined = dir.path().join("joined");
    let args = ["worker", "--json", "--bootstrap", &bootstrap];
    let worker = Process::start(&args, &joined);
    assert_eq!(worker.ready["chain"], devnet.ready["chain"]);
    let ready = worker.ready.clone();

    let (at_home, joiner) = (devnet.light_node(1).await, worker.light_node(0).await);
    wait_for(&joiner, tip(&at_home).await).await;
    for (reader, writer) in [(&at_home, &joiner), (&joiner, &at_home)] {
        let queue = Queue::create(reader, 1).await;
        assert!(matches!(writer.mail(queue.put(9)).await, Ok(MailReply::Stored(_))));
        assert_eq!(queue.pull(reader).await, vec![vec![9; BUCKETS[0]]]);
    }

    assert_eq!(worker.stop("-TERM"), 0);
    let again = Process::start(&args, &joined);
    assert_eq!(again.ready, ready);
    tip(&again.light_node(0).await).await;
    again.kill();

    let foreign = bootstrap.replace(ready["chain"].as_str().unwrap(), &"00".repeat(32));
    let (exit, code) = refused(&["worker", "--json", "--bootstrap", &foreign], &joined);
    assert_eq!((exit, code.as_str()), (1, "wrong_network"));
    let elsewhere = dir.path().join("elsewhere");
    let (exit, code) = refused(&["worker", "--json", "--bootstrap", &foreign], &elsewhere);
    assert_eq!((exit, code.as_str()), (1, "wrong_network"));

    devnet.kill();
    let nowhere = dir.path().join("nowhere");
    let (exit, code) = refused(&["worker", "--json", "--bootstrap", &bootstrap], &nowhere);
    assert_eq!((exit, code.as_str()), (1, "no_network"));
}
