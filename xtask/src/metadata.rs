//! The packages of this workspace, as Cargo describes them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::process::{cargo, output};

pub(crate) struct Package(Value);

/// The folder in which Cargo builds.
///
/// # Errors
/// When `cargo metadata` fails.
pub(crate) fn target_directory() -> Result<PathBuf, String> {
    let directory = metadata()?["target_directory"].as_str().map(PathBuf::from);
    directory.ok_or_else(|| "`cargo metadata` names no target directory".to_owned())
}

/// Package name and root file of every library and program of the workspace.
///
/// # Errors
/// When `cargo metadata` fails.
pub(crate) fn crate_roots() -> Result<Vec<(String, PathBuf)>, String> {
    let metadata = metadata()?;
    let here = PathBuf::from(metadata["workspace_root"].as_str().unwrap_or_default());
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let roots = packages.flat_map(|package| {
        let targets = package["targets"].as_array().into_iter().flatten();
        let built = targets.filter(|target| {
            let kinds = ["lib", "proc-macro", "bin"].map(Value::from);
            kinds.contains(&target["kind"][0])
        });
        built.filter_map(|target| {
            let root = Path::new(target["src_path"].as_str()?);
            let root = root.strip_prefix(&here).unwrap_or(root).to_owned();
            Some((package["name"].as_str()?.to_owned(), root))
        })
    });
    Ok(roots.collect())
}

/// The packages of the workspace that are published.
///
/// # Errors
/// When `cargo metadata` fails.
pub(crate) fn published() -> Result<Vec<Value>, String> {
    let mut metadata = metadata()?;
    let packages = metadata["packages"].as_array_mut().map(std::mem::take);
    let mut packages = packages.unwrap_or_default();
    // Without `publish` it is null; `publish = false` is an empty list of registries.
    packages.retain(|package| package["publish"].is_null());
    Ok(packages)
}

fn metadata() -> Result<Value, String> {
    let text = output(&mut cargo("metadata --no-deps --format-version=1"))?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

impl Package {
    /// # Errors
    /// When `cargo metadata` fails, or lists no such package.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        Self::find(&metadata()?, name).ok_or_else(|| format!("the workspace has no package {name}"))
    }

    /// The names of its targets of one kind (`bench`, `bin`, `example`, `test`), sorted.
    pub(crate) fn targets(&self, kind: &str) -> Vec<String> {
        let targets = self.0["targets"].as_array().into_iter().flatten();
        let of_kind = targets.filter(|target| {
            target["kind"]
                .as_array()
                .is_some_and(|kinds| kinds.iter().any(|other| other == kind))
        });
        let mut names: Vec<String> = of_kind
            .filter_map(|target| target["name"].as_str().map(str::to_owned))
            .collect();
        names.sort();
        names
    }

    /// The names of its features, sorted, without `default`.
    pub(crate) fn features(&self) -> Vec<String> {
        let features = self.0["features"].as_object().into_iter().flatten();
        let mut names: Vec<String> = features.map(|(name, _)| name.clone()).collect();
        names.retain(|name| name != "default");
        names.sort();
        names
    }

    fn find(metadata: &Value, name: &str) -> Option<Self> {
        let mut packages = metadata["packages"].as_array()?.iter();
        packages
            .find(|package| package["name"] == name)
            .cloned()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn targets_are_those_of_the_package_and_kind() {
        let package = Package::find(&listed(), "ours").unwrap();
        assert_eq!(package.targets("bench"), ["a", "b"]);
        assert_eq!(package.targets("example"), [""; 0]);
    }

    #[test]
    fn features_are_listed_without_the_default() {
        assert_eq!(
            Package::find(&listed(), "ours").unwrap().features(),
            ["gpu", "sense"]
        );
    }

    #[test]
    fn an_unknown_package_is_not_found() {
        assert!(Package::find(&listed(), "theirs").is_none());
    }

    fn listed() -> Value {
        json!({"packages": [
            {"name": "other", "targets": [{"name": "no", "kind": ["bench"]}], "features": {}},
            {
                "name": "ours",
                "targets": [
                    {"name": "b", "kind": ["bench"]},
                    {"name": "a", "kind": ["bench"]},
                    {"name": "c", "kind": ["lib", "cdylib"]},
                ],
                "features": {"sense": [], "default": ["sense"], "gpu": ["sense"]},
            },
        ]})
    }
}
