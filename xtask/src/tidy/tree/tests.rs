use super::*;

/// A file for the tests of the rules.
pub(crate) fn file(path: &str, text: &str) -> TextFile {
    TextFile { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn the_foot_of_a_file_is_its_test_module() {
    let foot = "fn a() {}\n\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n}\n";
    assert_eq!(file("a.rs", foot).sizes(), (2, 4));
    assert_eq!(file("a.rs", "fn a() {}\n#[cfg(test)]\nmod tests;\nfn b() {}\n").sizes(), (4, 0));
    assert_eq!(file("a.rs", "").sizes(), (0, 0));
}

#[test]
fn test_files_are_known_by_their_place() {
    assert!(file("app-core/light/src/tests/mod.rs", "").is_test());
    assert!(file("app-core/keys/src/words/tests.rs", "").is_test());
    assert!(!file("app-core/keys/src/words.rs", "").is_test());
}

#[test]
fn ignored_folders_and_bytes_are_not_read() {
    let root = std::env::temp_dir().join(format!("bcm-tidy-{}", std::process::id()));
    for folder in ["src", "target", "tests/corpus/a"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    let files = [".gitignore", "src/a.rs", "src/b.bin", "target/c", "tests/corpus/a/d", "e.md"];
    for path in files {
        std::fs::write(root.join(path), "/target\n").unwrap();
    }
    std::fs::write(root.join("src/b.bin"), [0xff]).unwrap();
    let read = Tree::read(&root);
    std::fs::remove_dir_all(&root).unwrap();
    let paths: Vec<_> = read.unwrap().files.into_iter().map(|file| file.path).collect();
    assert_eq!(paths, [".gitignore", "e.md", "src/a.rs"]);
}
