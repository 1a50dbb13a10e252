//! A new migration is not a changed source file: tells Cargo to look at the folder.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
