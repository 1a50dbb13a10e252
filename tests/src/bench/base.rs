//! What this machine takes for the two things that everything else is made of: one request to a
//! worker, and one durable write. Figures of other machines compare by their ratio to these.

use super::samples::Samples;
use super::table::Row;
use anyhow::Result;
use net::{Bootstrap, LightNode};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use wire::chain::ChainRequest;

const REQUESTS: usize = 200;
const WRITES: usize = 50;

/// The two base figures.
#[derive(Debug)]
pub(crate) struct Base {
    requests: Samples,
    writes: Samples,
}

impl Base {
    /// Milliseconds of one request and its answer.
    pub(crate) fn request(&self) -> f64 {
        self.requests.percentile(50)
    }

    /// Both as rows.
    pub(crate) fn rows(&self) -> Vec<Row> {
        vec![
            self.requests.row("one request and its answer", 50),
            self.writes.row("one durable write of 4 KiB", 50),
        ]
    }
}

/// Measures both.
pub(crate) async fn measure(home: Bootstrap, dir: &Path) -> Result<Base> {
    let node = LightNode::start(home).await?;
    let mut requests = Samples::default();
    for _ in 0..REQUESTS {
        let start = Instant::now();
        node.chain(ChainRequest::Tip).await?;
        requests.push(start.elapsed());
    }
    node.close().await;
    let mut writes = Samples::default();
    let mut file = File::create(dir.join("base"))?;
    for _ in 0..WRITES {
        let start = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        writes.push(start.elapsed());
    }
    Ok(Base { requests, writes })
}
