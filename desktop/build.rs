//! Makes one permission of each command, so that the window can call nothing that its capability
//! does not name.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use tauri_build::{AppManifest, Attributes};

const COMMANDS: &str = "commands.txt";
const INTERFACE: &str = "../ui/dist";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={COMMANDS}");
    println!("cargo:rerun-if-changed={INTERFACE}");
    if !Path::new(INTERFACE).join("index.html").exists() {
        return Err("the interface is not built: run `npm ci` and `npm run build` in ui".into());
    }
    let permissions = fs::read_to_string(COMMANDS)?.lines().map(permission).collect::<String>();
    // One file outside the source tree, written anew each time: Tauri would keep one a command in
    // the tree, and those of commands that are gone would stay valid.
    let file = PathBuf::from(env::var("OUT_DIR")?).join("commands.toml");
    fs::write(&file, permissions)?;
    let file = file.to_str().ok_or("the target folder's name is not text")?.to_owned();
    let manifest = AppManifest::new().permissions_path_pattern(file.leak());
    tauri_build::try_build(Attributes::new().app_manifest(manifest))?;
    Ok(())
}

/// Tauri's names of permissions have hyphens where commands have underscores.
fn permission(command: &str) -> String {
    let name = command.replace('_', "-");
    format!("[[permission]]\nidentifier = \"allow-{name}\"\ncommands.allow = [\"{command}\"]\n\n")
}
