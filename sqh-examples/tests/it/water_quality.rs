//! The binary `water-quality`, run twice on one server.

use std::process::Command;

use crate::support::own_server;

/// What the example writes, on the server of a URL.
fn run(url: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_water-quality")).env("DATABASE_URL", url).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
#[ignore = "loads 1.6 million rows: run it in release, as .ci/run does"]
async fn a_second_run_finds_the_rows_of_the_first() {
    let server = own_server().await;
    let first = run(&server.admin_url());
    let second = run(&server.admin_url());
    for part in [
        "DATABASE_URL postgres://",
        "PRIMARY KEY (\"id\", \"created_at\")",
        "PLUMTREE RUN NEAR BEL AIR, MD",
        "finds 0 stations",
        "USGS:01629500  S F SHENANDOAH RIVER NEAR LURAY, VA",
        "refused: ",
        "stale version: expected 1, stored 2",
        "nitrate 4.2 mg/L",
        "not found",
        "0 of chesapeake's 3",
        "0 notes of its own",
        "stay in the server of DATABASE_URL",
    ] {
        assert!(first.contains(part), "{part}\n{first}");
        assert!(second.contains(part), "{part}\n{second}");
    }
    for (what, rows) in [("stations", "191"), ("daily values", "68,881"), ("instantaneous values", "1,578,240")] {
        let lines = |output: &str| -> Vec<String> {
            output.lines().filter(|line| line.trim_start().starts_with(what)).map(str::to_owned).collect()
        };
        let loaded = lines(&first).pop().unwrap();
        assert!(loaded.contains(&format!(" {rows} rows in ")), "{loaded}");
        let [found] = &lines(&second)[..] else { panic!("{second}") };
        assert!(found.ends_with(&format!(" {rows} rows, there from an earlier run")), "{found}");
    }
    // The month's partition is the only one that the plan reads.
    for output in [&first, &second] {
        let read: Vec<_> = output.lines().filter(|line| line.contains(" on app_measurement_")).collect();
        assert!(!read.is_empty() && read.iter().all(|line| line.contains("app_measurement_p2016_01")), "{output}");
    }
    assert!(second.contains("the note of an earlier run"), "{second}");
    the_rows_are_asked_for_by_sqh(&server.admin_url());
}

/// On what the example left.
fn the_rows_are_asked_for_by_sqh(url: &str) {
    let query = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sqh"));
        let output = command.arg("query").args(args).env("DATABASE_URL", url).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let measurements = ["aggregate", "--group", "water-quality", "--model", "AppMeasurement"];
    let months = ["--by", "parameter_code", "--by", "month:measured_at"];
    let metrics = ["--metric", "n=count", "--metric", "mean=avg:value", "--format", "json"];
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(&query(&[&measurements[..], &months[..], &metrics[..]].concat())).unwrap();
    let all: u64 = rows.iter().map(|row| row["n"].as_u64().unwrap()).sum();
    assert_eq!(all, 68_881 + 1_578_240);
    let stations = ["list", "--group", "water-quality", "--model", "AppWaterQualityStation"];
    let similar = ["--filter", "name % \"plumtre run\"", "--limit", "5"];
    let shown = query(&[&stations[..], &similar[..]].concat());
    assert!(shown.lines().nth(1).unwrap().contains("PLUMTREE RUN NEAR BEL AIR, MD"), "{shown}");
}
