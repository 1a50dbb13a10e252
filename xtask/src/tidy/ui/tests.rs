use super::*;
use crate::tidy::tree::tests::file;

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    let faults = super::check(&Tree { files: vec![file(path, text)] });
    let told: Vec<_> = faults.iter().map(|fault| &*fault.what).collect();
    assert_eq!(told, expected, "{path}: {text}");
}

const CALL: &str = "only .ts files of lib and features may call the bindings";

#[test]
fn controllers_call_the_bindings() {
    check("ui/src/features/chat/chat.svelte.ts", "import { pay } from '../../bindings';", &[]);
    check("ui/src/lib/core.ts", "import * as core from \"../bindings/index\";", &[]);
    let component = "<script>\n  import {\n    pay,\n  } from \"../../bindings\";\n</script>";
    check("ui/src/features/chat/Chat.svelte", component, &[CALL]);
    check("ui/src/shared/a.ts", "import { pay } from '../bindings'", &[CALL]);
    check("ui/src/views/a.ts", "const core = await import(\"../bindings\");", &[CALL]);
    check("ui/src/views/a.ts", "export { pay } from '../bindings';", &[CALL]);
}

#[test]
fn everyone_knows_the_types() {
    let component = "ui/src/features/chat/Chat.svelte";
    check(component, "import type { Quote } from '../../bindings';", &[]);
    check(component, "import { type Quote, type Status } from '../../bindings';", &[]);
    check(component, "import { type Quote, pay } from '../../bindings';", &[CALL]);
    let lines = "import { important } from './a';\nimport type { Quote } from '../../bindings';";
    check(component, lines, &[]);
}

#[test]
fn features_do_not_know_one_another() {
    let path = "ui/src/features/chat/a.ts";
    let what = "may not import the feature wallet: a view puts features together";
    check(path, "import { a } from '../wallet/a';", &[what]);
    check(path, "import '../chat/b';\nimport { c } from '../../shared/c';", &[]);
    check("ui/src/views/a.ts", "import A from '../features/wallet/A.svelte';", &[]);
}

#[test]
fn what_is_shared_knows_no_feature() {
    let what = "may not import the feature chat: it is below all features";
    check("ui/src/shared/a.ts", "import type { A } from '../features/chat/a';", &[what]);
    check("ui/src/lib/a.ts", "import A from \"../features/chat/A.svelte\"", &[what]);
}

#[test]
fn nothing_in_the_page_is_markup_of_strangers_or_an_address() {
    let markup = "line 2: {@html puts a stranger's text into the page as markup";
    check("ui/src/views/A.svelte", "<p>\n{@html text}", &[markup]);
    let address = "line 1: https:// is an address: the page talks to nobody but the core";
    check("ui/src/lib/a.ts", "fetch('https://example.org')", &[address]);
    check("ui/src/shared/Qr.svelte", "<svg xmlns=\"http://www.w3.org/2000/svg\">", &[]);
    check("ui/src/lib/a.test.ts", "open('http://127.0.0.1/')", &[]);
    check("cli/src/a.rs", "// https://example.org", &[]);
}

#[test]
fn no_test_is_left_out() {
    let what = "it.skip hides a test's result: assert what happens";
    check("ui/tests/a.test.ts", "it.skip('later', () => {});", &[what]);
    check("tests/e2e/window.test.mjs", "test('now', () => {});", &[]);
}
