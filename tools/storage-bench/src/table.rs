//! The table: one engine after the other, killed and opened again.

use crate::engine;
use anyhow::{Context, Result};
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub(crate) fn print(words: &[&str]) -> Result<()> {
    let (mut blocks, mut dir, mut names) = ("400", env::temp_dir(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--blocks" => blocks = words.next().context("how many blocks?")?,
            "--dir" => dir = PathBuf::from(words.next().context("which folder?")?),
            name => names.push(name),
        }
    }
    if names.is_empty() {
        names = engine::NAMES.to_vec();
    }
    println!(
        "{:<10} {:>11} {:>11} {:>6} {:>9} {:>9} {:>10} {:>10} {:>10} {:>10} {:>9} {:>9}",
        "engine",
        "logical/b",
        "written/b",
        "WA",
        "get p50",
        "get p99",
        "commit p50",
        "commit p99",
        "root p50",
        "root p99",
        "recovery",
        "on disk"
    );
    for name in names {
        let dir = dir.join(format!("storage-bench-{}-{name}", std::process::id()));
        fs::create_dir_all(&dir)?;
        let line = run(&["measure", name, path(&dir)?, blocks])?;
        kill_while_writing(name, &dir)?;
        let recovery = run(&["reopen", name, path(&dir)?])?;
        println!("{} {:>9} {:>9}", line.trim_end(), recovery.trim(), size(&dir)?);
        fs::remove_dir_all(&dir)?;
    }
    Ok(())
}

fn kill_while_writing(name: &str, dir: &Path) -> Result<()> {
    let arguments = ["write", name, path(dir)?];
    let mut child =
        Command::new(env::current_exe()?).args(arguments).stdout(Stdio::piped()).spawn()?;
    let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    for line in lines.take(5) {
        line?;
    }
    child.kill()?;
    child.wait()?;
    Ok(())
}

fn run(arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(env::current_exe()?).args(arguments).stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(output.status.success(), "{arguments:?} failed");
    Ok(String::from_utf8(output.stdout)?)
}

fn size(dir: &Path) -> Result<String> {
    let mut bytes = 0;
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += entry.metadata()?.len();
            }
        }
    }
    Ok(format!("{} MB", bytes / 1_000_000))
}

fn path(dir: &Path) -> Result<&str> {
    dir.to_str().context("the folder's name is not text")
}
