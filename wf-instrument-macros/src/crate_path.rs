//! The path of wf-instrument in the annotated crate.
//!
//! A procedural macro has no `$crate`. The dependencies of the crate, with the names that
//! `Cargo.toml` gives them, are in the arguments of the compiler that runs the macro:
//! `--extern wf=target/debug/deps/libwf_instrument-0123.rmeta`.

use std::env;
use std::sync::OnceLock;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Error, Path, Result};

/// Dependency on wf-instrument, as the compiler's arguments show it.
#[derive(Debug, PartialEq)]
enum Dependency {
    Named(String),
    /// Not a direct dependency: the crate uses it through another crate.
    Absent,
    /// No such arguments: an editor runs the macro, or the arguments are in a file.
    Unknown,
}

const NAME: &str = "wf_instrument";

/// Returns the name of wf-instrument; `None` where the crate does not depend on it.
fn dependency_name() -> Option<&'static str> {
    static DEPENDENCY: OnceLock<Dependency> = OnceLock::new();
    let args = || env::args_os().filter_map(|arg| arg.into_string().ok());
    match DEPENDENCY.get_or_init(|| find(args())) {
        Dependency::Named(name) => Some(name),
        Dependency::Absent => None,
        Dependency::Unknown => Some(NAME),
    }
}

/// Returns the path of the module that expansions use: below `path`, or below the dependency.
pub(crate) fn runtime(path: Option<&Path>) -> TokenStream {
    if let Some(path) = path {
        return quote!(#path::private);
    }
    let name = dependency_name().unwrap_or("wf_instrument");
    let name = Ident::new(name, Span::call_site());
    quote!(::#name::private)
}

/// Checks that expansions need no argument `crate`.
///
/// # Errors
///
/// If the crate does not depend on wf-instrument.
pub(crate) fn check_dependency() -> Result<()> {
    match dependency_name() {
        Some(_) => Ok(()),
        None => Err(Error::new(
            Span::call_site(),
            "this crate does not depend on `wf-instrument`: add it to Cargo.toml, or give the path \
             that re-exports it, as in `crate = my_app::wf_instrument`",
        )),
    }
}

fn find(args: impl Iterator<Item = String>) -> Dependency {
    let mut found = Dependency::Unknown;
    let mut args = args.peekable();
    while let Some(arg) = args.next() {
        let given = match arg.strip_prefix("--extern") {
            Some("") => args.next(),
            Some(given) => given.strip_prefix('=').map(str::to_owned),
            None if arg.starts_with('@') => return Dependency::Unknown,
            None => continue,
        };
        match given.as_deref().map(name_if_ours) {
            Some(Some(name)) => return Dependency::Named(name.to_owned()),
            Some(None) => found = Dependency::Absent,
            None => {}
        }
    }
    found
}

/// Returns the name in `[options:]name[=path]` where that is wf-instrument.
fn name_if_ours(given: &str) -> Option<&str> {
    let (name, path) = given.split_once('=').unwrap_or((given, ""));
    let name = name.rsplit(':').next()?;
    let file = path.rsplit(['/', '\\']).next()?;
    let library = file.strip_prefix("lib").unwrap_or(file);
    let library = library.split(['-', '.']).next()?;
    (library == NAME || name == NAME).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(args: &[&str]) -> Dependency {
        find(args.iter().map(|arg| (*arg).to_owned()))
    }

    #[test]
    fn a_renamed_dependency_is_found() {
        for (args, name) in [
            (
                &[
                    "rustc",
                    "--extern",
                    "wf_instrument=/t/libwf_instrument-0a.rmeta",
                ][..],
                NAME,
            ),
            (
                &[
                    "--extern",
                    "a=/t/liba.rlib",
                    "--extern",
                    "wf=/t/libwf_instrument-0a.rlib",
                ],
                "wf",
            ),
            (
                &[
                    "--extern=noprelude,priv:wf=C:\\t\\libwf_instrument.rlib",
                    "-O",
                ],
                "wf",
            ),
            (&["--extern", "wf=/t/wf_instrument-0a.dll"], "wf"),
            (&["--extern", "wf_instrument"], NAME),
        ] {
            assert_eq!(found(args), Dependency::Named(name.to_owned()), "{args:?}");
        }
    }

    #[test]
    fn a_missing_dependency_is_distinguished_from_missing_arguments() {
        let macros = "m=/t/libwf_instrument_macros-0a.so";
        assert_eq!(
            found(&["--extern", macros, "--edition=2024"]),
            Dependency::Absent
        );
        for unknown in [
            &["rust-analyzer-proc-macro-srv"][..],
            &["--extern", "a=b", "@args"],
            &[],
        ] {
            assert_eq!(found(unknown), Dependency::Unknown, "{unknown:?}");
        }
        assert_eq!(found(&["--extern"]), Dependency::Unknown);
    }
}
