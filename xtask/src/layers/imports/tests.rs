//! What the check of imports reports, on crates of a few lines.

use std::path::Path;

use super::*;

#[test]
fn an_import_from_a_lower_level_is_fine() {
    check(
        &[("high.rs", "use crate::low::Low; fn f() { crate::low::g() }")],
        &[],
    );
}

#[test]
fn an_import_from_a_higher_level_is_reported_where_it_stands() {
    check(
        &[("low.rs", "\nuse crate::high::High;")],
        &["src/low.rs:2: level 0 low imports level 2 high"],
    );
}

#[test]
fn every_way_to_write_a_path_is_followed() {
    let expected = &["src/low.rs:1: level 0 low imports level 2 high"];
    for text in [
        "use crate::high;",
        "use crate::high::*;",
        "use crate::{high::{self}};",
        "use crate::high::{self as other};",
        "use super::high::High as Other;",
        "use wf_instrument::high::High;",
        "fn f(_: crate::high::High) {}",
        "fn f() { super::high::g::<u8>() }",
        "fn f() -> Vec<crate::high::High> { vec![] }",
        "impl Trait for crate::high::High {}",
        "fn f() { assert!(true, \"{}\", crate::high::g()) }",
        "macro_rules! m { () => { $crate::high::g() } }",
        "mod inner { use super::super::high::High; }",
        "fn f() { use crate as here; here::high::g() }",
    ] {
        let found = findings(&[("low.rs", text)]).wrong;
        let found: Vec<_> = found
            .iter()
            .map(|line| line.replace("low::inner", "low"))
            .collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_reexport_leads_to_the_module_that_holds_the_item() {
    let root = "mod low; mod middle; mod high; pub use high::High; pub use low::Low;";
    check(
        &[
            ("lib.rs", root),
            ("middle.rs", "use crate::Low;\nuse crate::High;"),
        ],
        &["src/middle.rs:2: level 1 middle imports level 2 high"],
    );
}

#[test]
fn an_item_of_the_root_is_above_every_level() {
    check(
        &[("low.rs", "use crate::Unknown;")],
        &["src/low.rs:1: low imports crate::Unknown from the root, above every level"],
    );
}

#[test]
fn an_exported_macro_is_found_in_the_module_that_defines_it() {
    let definition = "#[macro_export] macro_rules! high_macro { () => {} }";
    check(
        &[
            ("high.rs", definition),
            ("low.rs", "fn f() { crate::high_macro!() }"),
        ],
        &["src/low.rs:1: level 0 low imports level 2 high"],
    );
}

#[test]
fn a_child_may_have_a_level_of_its_own() {
    check(
        &[
            ("middle.rs", "mod base; mod top;"),
            ("middle/base.rs", "use super::top::Top;"),
            ("middle/top.rs", "use super::base::Base;"),
        ],
        &["src/middle/base.rs:1: level 0 middle::base imports level 1 middle::top"],
    );
}

#[test]
fn tests_may_import_anything() {
    let text = "
        #[cfg(test)] mod tests { use crate::high::High; }
        #[cfg(all(test, feature = \"x\"))] mod absent;
        #[cfg(test)] use crate::high::High;
        impl Low { #[cfg(test)] fn f() { crate::high::g() } }";
    check(&[("low.rs", text)], &[]);
    let text = "#[cfg(any(test, feature = \"x\"))] use crate::high::High;";
    check(
        &[("low.rs", text)],
        &["src/low.rs:1: level 0 low imports level 2 high"],
    );
    let text = "#[cfg(not(test))] use crate::high::High;";
    check(
        &[("low.rs", text)],
        &["src/low.rs:1: level 0 low imports level 2 high"],
    );
}

#[test]
fn twin_files_of_one_module_are_both_read() {
    let root = "
        #[cfg(feature = \"x\")] mod low;
        #[cfg(not(feature = \"x\"))] #[path = \"low/off.rs\"] mod low;
        mod high;";
    check(
        &[
            ("lib.rs", root),
            ("low.rs", "use crate::high::A;"),
            ("low/off.rs", "use crate::high::B;"),
        ],
        &[
            "src/low/off.rs:1: level 0 low imports level 2 high",
            "src/low.rs:1: level 0 low imports level 2 high",
        ],
    );
}

#[test]
fn only_sync_names_atomics() {
    for text in [
        "use std::sync::atomic::AtomicU64;",
        "use std::{cell::Cell, sync::{Arc, atomic}};",
        "use core::sync::atomic::*;",
        "static N: ::std::sync::atomic::AtomicU64 = f();",
        "thread_local! { static N: std::sync::atomic::AtomicBool = f() }",
        "use loom::sync::Arc;",
        "extern crate loom;",
        "use std::sync; fn f(_: sync::atomic::AtomicU64) {}",
        "use std::sync::{self, Arc}; fn f(_: sync::atomic::AtomicU64) {}",
    ] {
        assert_eq!(findings(&[("high.rs", text)]).wrong.len(), 1, "{text}");
        check(&[("sync.rs", text)], &[]);
    }
    check(
        &[
            ("sync.rs", "pub(crate) use std::sync::atomic::AtomicU64;"),
            ("high.rs", "use std::sync::Arc; use crate::sync::AtomicU64;"),
        ],
        &[],
    );
}

#[test]
fn neighbours_are_reported_apart() {
    let found = findings(&[(
        "low.rs",
        "use crate::sync::AtomicU64;\nuse self::own::Own; mod own {}",
    )]);
    assert_eq!(
        found.sideways,
        ["src/low.rs:1: level 0 low imports level 0 sync"]
    );
    assert_eq!(found.wrong, [""; 0]);
}

#[test]
fn a_module_without_a_level_is_an_error() {
    check(
        &[("lib.rs", "mod low;\nmod stray;"), ("stray.rs", "")],
        &["src/lib.rs:2: module stray has no level; give it one in xtask/src/layers/levels.rs"],
    );
}

#[test]
fn visibility_is_no_import() {
    check(
        &[(
            "low.rs",
            "pub(in crate::high) fn f() {} pub(crate) fn g() {}",
        )],
        &[],
    );
}

fn check(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(findings(files).wrong, expected);
}

/// A small crate; the files given replace those that it has.
fn findings(files: &[(&str, &str)]) -> Findings {
    let others = [
        ("lib.rs", "mod sync; mod low; mod middle; mod high;"),
        ("sync.rs", ""),
        ("low.rs", ""),
        ("middle.rs", ""),
        ("high.rs", ""),
    ];
    let text = |path: &Path| {
        let named = |(name, _): &&(&str, &str)| Path::new("src").join(name) == path;
        files
            .iter()
            .chain(&others)
            .find(named)
            .map(|(_, text)| (*text).to_owned())
    };
    let levels = &[(0, "sync low middle::base"), (1, "middle"), (2, "high")];
    super::check(
        &Source::read(Path::new("src/lib.rs"), text).unwrap(),
        levels,
    )
}
