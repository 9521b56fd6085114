//! Lays out the PostgreSQL of the feature `oliphaunt` as one installation.
//!
//! The crates that carry it name their files in a manifest each, whose path Cargo hands to the
//! build scripts of the crates that depend on them. Without the feature there is none, and on a
//! system that they do not serve neither.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const MANIFEST: (&str, &str) = ("DEP_OLIPHAUNT_ARTIFACT_", "_MANIFEST");

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is_manifest = |name: &str| name.starts_with(MANIFEST.0) && name.ends_with(MANIFEST.1);
    let manifests: Vec<_> = env::vars().filter(|(name, _)| is_manifest(name)).collect();
    if manifests.is_empty() {
        return;
    }

    let out = env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR");
    let installation = PathBuf::from(out).join("postgresql");
    let _ = fs::remove_dir_all(&installation);
    for (_, manifest) in manifests {
        println!("cargo::rerun-if-changed={manifest}");
        let text = fs::read_to_string(&manifest).expect("a manifest that its crate has written");
        for (source, relative) in files(&text) {
            if let Some(place) = place(relative) {
                put(Path::new(source), &installation.join(place));
            }
        }
    }
    println!("cargo::rustc-env=SQH_OLIPHAUNT={}", installation.display());
}

/// The pairs of `source = "…"` and `relative = "…"`.
fn files(manifest: &str) -> Vec<(&str, &str)> {
    let values = |key: &'static str| {
        manifest.lines().filter_map(move |line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
    };
    values("source").zip(values("relative")).collect()
}

/// Where in an installation a file belongs. What serves the engine within a process, which is
/// the other half of these crates, belongs nowhere.
fn place(relative: &str) -> Option<&str> {
    let of_the_server = relative.strip_prefix("runtime/");
    let of_an_extension =
        ["lib/postgresql/", "share/"].iter().any(|folder| relative.starts_with(folder)).then_some(relative);
    of_the_server.or(of_an_extension)
}

fn put(source: &Path, target: &Path) {
    let folder = target.parent().expect("a file has a folder");
    fs::create_dir_all(folder).expect("a folder in OUT_DIR");
    let put = fs::hard_link(source, target).or_else(|_| fs::copy(source, target).map(drop));
    put.unwrap_or_else(|error| panic!("while copying {}: {error}", source.display()));
}
