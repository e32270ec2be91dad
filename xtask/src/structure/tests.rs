use super::*;

/// Reads modules given as path and text. `a/b` is in the file `a/b.rs`.
fn read(files: &[(&str, &str)]) -> Crate {
    let mut source = Crate::default();
    for (module, text) in files {
        let segments = module.split('/').filter(|name| !name.is_empty());
        let file = if module.is_empty() { "lib" } else { module };
        let file = Path::new(file).with_extension("rs");
        let segments = segments.map(str::to_owned).collect();
        source.add(segments, &file, text).unwrap();
    }
    source
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&[&str]]) {
    let arrows = arrows(&read(files));
    let circles: Vec<Vec<String>> = circles(&arrows)
        .iter()
        .map(|circle| {
            circle
                .iter()
                .map(|file| file.display().to_string())
                .collect()
        })
        .collect();
    assert_eq!(circles, expected, "{arrows:?}");
}

#[test]
fn files_that_use_each_other_in_any_way_are_a_circle() {
    for b in [
        "use crate::a::A; struct B(A);",
        "use super::a::A as Other; struct B(Other);",
        "struct B(crate::a::A);",
        "use crate::a; struct B(a::A);",
        "use crate::A; struct B(A);",
        "use crate::*; struct B(A);",
        "struct B; fn f() { assert!(crate::a::A::new()) }",
        "struct B; fn f() { use crate::a::A; A::new() }",
        "struct B; mod inner { use super::super::a::A; fn f(_: A) {} }",
    ] {
        let root = "mod a; mod b; pub use self::a::A;";
        let a = "use crate::b::B; pub struct A(B);";
        check(&[("", root), ("a", a), ("b", b)], &[&["a.rs", "b.rs"]]);
    }
}

#[test]
fn a_circle_of_three_is_reported_once() {
    let files = [
        ("", "mod a; mod b; mod c;"),
        ("a", "pub fn f() { super::b::f() }"),
        ("b", "pub fn f() { super::c::f() }"),
        ("c", "pub fn f() { super::a::f() }"),
    ];
    check(&files, &[&["a.rs", "b.rs", "c.rs"]]);
}

#[test]
fn re_exports_tests_and_uses_of_a_parent_are_no_circle() {
    let parent = "mod child; pub use self::child::Child; pub struct Shared;";
    let child = "use super::Shared; pub struct Child(Shared);
        #[cfg(test)] mod tests { use crate::top::Top; }
        #[cfg(test)] fn f(_: crate::top::Top) {}
        impl Child { #[cfg(test)] fn g(_: crate::top::Top) {} }";
    let top = "use crate::parent::Child; pub struct Top(Child);";
    let files = [
        ("", "mod parent; mod top;"),
        ("parent", parent),
        ("parent/child", child),
        ("top", top),
    ];
    check(&files, &[]);
    let used = format!("{parent} fn f(_: Child) {{}}");
    let files = [files[0], ("parent", used.as_str()), files[2], files[3]];
    check(&files, &[&["parent/child.rs", "parent.rs"]]);
}

#[test]
fn only_sync_names_atomics() {
    check_forbidden(
        "wf-instrument",
        "use crate::sync::AtomicU64; fn f(_: AtomicU64) {}",
        0,
    );
    check_forbidden(
        "wf-instrument",
        "use std::sync::atomic::AtomicU64; fn f(_: AtomicU64) {}",
        1,
    );
    check_forbidden("wf-instrument", "fn f() { loom::model(g) }", 1);
    check_forbidden(
        "wf-sense",
        "use std::sync::atomic::AtomicU64; fn f(_: AtomicU64) {}",
        0,
    );
}

#[test]
fn only_macros_use_the_private_module_under_any_name() {
    for a in [
        "fn f() { wf_instrument::private::g() }",
        "fn f() { ::wf_instrument::private::g() }",
        "use wf_instrument::private; fn f() { private::g() }",
        "use wf_instrument::private::*;",
        "use wf_instrument as wf; fn f() { wf::private::g() }",
        "use wf_instrument as wf; mod b { use super::*; fn f() { wf::private::g() } }",
        "use std::fmt::*; fn f() { wf_instrument::private::g() }",
        "fn f() { crate::here::private::g() }",
        "fn f() { println!(\"{}\", wf_instrument::private::g()) }",
    ] {
        check_forbidden("wf-sense", a, 1);
    }
    let own = "mod private { pub fn g() {} } fn f() { private::g() }";
    check_forbidden("wf-sense", own, 0);
    check_forbidden(
        "wf-sense",
        "use wf_instrument::clock; fn f() { clock::now() }",
        0,
    );
}

#[track_caller]
fn check_forbidden(name: &str, a: &str, faults: usize) {
    let root = "mod sync; mod a; use wf_instrument as here;";
    let sync = "pub use std::sync::atomic::AtomicU64; pub fn f(_: loom::A) {}";
    let source = read(&[("", root), ("sync", sync), ("a", a)]);
    let found = forbidden(&source, name);
    assert_eq!(found.len(), faults, "{name}: {a}: {found:?}");
}

#[test]
fn a_crate_under_another_name_and_its_macros_are_followed() {
    for b in [
        "use crate as here; struct B(here::a::A);",
        "use crate::a::a_macro; struct B; fn f() { a_macro!() }",
        "struct B; fn f() { crate::a::a_macro!() }",
        "struct B; fn f() { crate::exported!() }",
    ] {
        let a = "macro_rules! a_macro { () => {} } pub(crate) use a_macro;
            #[macro_export] macro_rules! exported { () => {} }
            use crate::b::B; pub struct A(B);";
        check(
            &[("", "mod a; mod b;"), ("a", a), ("b", b)],
            &[&["a.rs", "b.rs"]],
        );
    }
}

#[test]
fn a_file_that_does_not_parse_is_named_with_its_line() {
    let mut source = Crate::default();
    let error = source.add(Segments::new(), Path::new("lib.rs"), "fn f() {}\nfn {}");
    let error = error.unwrap_err();
    assert!(error.starts_with("lib.rs:2: "), "{error}");
}
