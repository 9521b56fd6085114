//! What models cost at compile time: expanded lines, and `cargo check` of the crate that has them.
//!
//! `cargo run --release -p sqh-benches --bin compile-cost` makes crates of 1, 10, 50 and 200 models
//! below `target/compile-cost`, checks each after its dependencies are built, and prints the median
//! of five runs, beside the time of the same structs without the derive.

#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const SIZES: [usize; 4] = [1, 10, 50, 200];
const RUNS: usize = 5;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the crate lies in the workspace")?.to_owned();
    let target = root.join("target/compile-cost");
    println!(
        "{:>6}  {:>14}  {:>12}  {:>12}  {:>12}",
        "models", "expanded lines", "lines/model", "check", "plain structs"
    );
    for size in SIZES {
        let derived = krate(&root, &target, size, true)?;
        let plain = krate(&root, &target, size, false)?;
        let lines = expanded_lines(&derived)? - expanded_lines(&plain)?;
        let (with, without) = (check_time(&derived)?, check_time(&plain)?);
        println!(
            "{size:>6}  {lines:>14}  {:>12}  {:>9} ms  {:>9} ms",
            lines / size,
            with.as_millis(),
            without.as_millis()
        );
    }
    Ok(())
}

/// A crate of `size` structs, with or without the derive.
fn krate(root: &Path, target: &Path, size: usize, derived: bool) -> Result<PathBuf> {
    let name = format!("{}-{size}", if derived { "derived" } else { "plain" });
    let folder = target.join(&name);
    fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nsqh-runtime = {{ path = {:?} }}\n\n[workspace]\n",
        root.join("sqh-runtime")
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let models: String = (0..size).map(|number| model(number, derived)).collect();
    fs::write(folder.join("src/lib.rs"), format!("pub use sqh_runtime::prelude::*;\n{models}"))?;
    Ok(folder)
}

fn model(number: usize, derived: bool) -> String {
    let (derive, attributes, key) = if derived {
        (", PlatformModel", "#[model(group = \"bench\")]\n#[storage(postgres)]\n", "#[field(primary_key)]\n    ")
    } else {
        ("", "", "")
    };
    format!(
        "
#[derive(Debug, Clone, PartialEq{derive})]
{attributes}pub struct AppBench{number} {{
    {key}pub id: Uuid,
    pub name: String,
    pub description: Option<String>,
    pub count: i32,
    pub total: i64,
    pub ratio: f64,
    pub active: bool,
    pub price: Decimal,
    pub tags: BTreeSet<String>,
    pub readings: Vec<f64>,
    pub day: NaiveDate,
    pub created: DateTime<Utc>,
}}
"
    )
}

fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    let target = folder.parent().map(|parent| parent.join("build")).unwrap_or_default();
    command.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", target).env("CARGO_INCREMENTAL", "0");
    command
}

// The compiler prints expanded code only to those who say that they know it is unstable.
fn expanded_lines(folder: &Path) -> Result<usize> {
    let output =
        cargo(folder, &["rustc", "--quiet", "--", "-Zunpretty=expanded"]).env("RUSTC_BOOTSTRAP", "1").output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(output.stdout.iter().filter(|byte| **byte == b'\n').count())
}

fn check_time(folder: &Path) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..=RUNS {
        // A new modification time makes cargo check the crate again, and nothing else.
        let source = folder.join("src/lib.rs");
        fs::write(&source, fs::read(&source)?)?;
        let start = Instant::now();
        let output = cargo(folder, &["check", "--quiet"]).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        times.push(start.elapsed());
    }
    // The first run may have built dependencies.
    let mut counted = times.split_off(1);
    counted.sort_unstable();
    Ok(counted[RUNS / 2])
}
