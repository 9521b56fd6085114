//! The rows of the example: how many there are, and what is said of a broken one.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sqh_examples::data::{self, DataError, PLUMTREE_RUN, read};
use sqh_examples::models::{AppMeasurement, INTERPOLATED};
use sqh_runtime::{Error, ErrorKind};

#[test]
fn reference_data_is_complete() {
    let stations: Vec<_> = data::stations().unwrap().map(Result::unwrap).collect();
    assert_eq!(stations.len() as u64, data::STATIONS);
    let plumtree_run = stations.iter().find(|station| station.station_code == PLUMTREE_RUN).unwrap();
    assert_eq!(plumtree_run.name, "PLUMTREE RUN NEAR BEL AIR, MD");
    assert_eq!((plumtree_run.latitude, plumtree_run.longitude), (39.49627778, -76.3474444));

    let sites: Vec<_> = data::sites().unwrap().map(Result::unwrap).collect();
    assert_eq!(sites.len(), stations.len());
    let site = sites.iter().find(|site| site.station_code == PLUMTREE_RUN).unwrap();
    assert_eq!((site.location.x(), site.location.y()), (-76.3474444, 39.49627778));

    let parameters: Vec<_> = data::parameters().unwrap().map(Result::unwrap).collect();
    let codes: Vec<_> = parameters.iter().map(|parameter| parameter.parameter_code.as_str()).collect();
    assert_eq!(codes, ["00010", "00060", "00065", "00095", "63680"]);

    assert_eq!(parameters.len() as u64, data::PARAMETERS);

    assert_eq!(data::thresholds().unwrap().count() as u64, data::THRESHOLDS);
    for threshold in data::thresholds().unwrap().map(Result::unwrap) {
        assert!(codes.contains(&threshold.parameter_code.as_str()), "{threshold:?}");
        assert!(threshold.lower.is_some() || threshold.upper.is_some(), "{threshold:?}");
    }
}

/// What the two files of values must hold, whichever it is.
fn check(
    values: impl Iterator<Item = Result<AppMeasurement, DataError>>,
    (all, interpolated): (usize, usize),
) -> (BTreeSet<String>, BTreeSet<String>) {
    let parameters: HashSet<_> =
        data::parameters().unwrap().map(|parameter| parameter.unwrap().parameter_code).collect();
    let days = data::FIRST_DAY..data::END_DAY;
    let (mut keys, mut marked) = (HashSet::new(), 0);
    let (mut stations, mut qualifiers) = (BTreeSet::new(), BTreeSet::new());
    for value in values.map(Result::unwrap) {
        assert!(parameters.contains(&value.parameter_code), "{value:?}");
        assert!(days.contains(&value.measured_at.date_naive()), "{value:?}");
        marked += usize::from(value.qualifiers.contains(INTERPOLATED));
        if !value.qualifiers.is_subset(&qualifiers) {
            qualifiers.extend(value.qualifiers);
        }
        if !stations.contains(&value.station_code) {
            stations.insert(value.station_code.clone());
        }
        // Hashed, since a million and a half of them are large.
        let mut hasher = DefaultHasher::new();
        (value.station_code, value.parameter_code, value.measured_at).hash(&mut hasher);
        assert!(keys.insert(hasher.finish()), "two values have one key");
    }
    assert_eq!((keys.len(), marked), (all, interpolated));
    (stations, qualifiers)
}

/// The key has no place for the statistic: a daily and an instantaneous value would be one record
/// if a station had both.
#[test]
fn no_value_is_missing_and_no_two_have_one_key() {
    let (daily, qualifiers) = check(data::daily().unwrap(), (68_881, 23));
    assert_eq!(daily.len(), 190);
    assert_eq!(qualifiers.into_iter().collect::<Vec<_>>(), ["A", "Eqp", "P", "R", "e", "hf.missing"]);

    let (instantaneous, qualifiers) = check(data::instantaneous().unwrap(), (1_578_240, 58_739));
    assert_eq!(instantaneous.iter().collect::<Vec<_>>(), [PLUMTREE_RUN]);
    assert_eq!(qualifiers.into_iter().collect::<Vec<_>>(), ["A", "Eqp", "P", "R", "e", "hf.missing"]);

    assert!(daily.is_disjoint(&instantaneous));
    assert_eq!((data::DAILY_VALUES, data::INSTANTANEOUS_VALUES), (68_881, 1_578_240));
    let stations: BTreeSet<_> = data::stations().unwrap().map(|station| station.unwrap().station_code).collect();
    assert_eq!(stations, &daily | &instantaneous);
}

fn gzip(text: &str) -> std::io::Cursor<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    std::io::Cursor::new(encoder.finish().unwrap())
}

#[test]
fn a_broken_line_is_named() {
    let daily = "station_code,parameter_code,measured_at,value,qualifiers\nS,00060,2017-01-01T00:00:00Z,1.5,A\n";
    let cases = [
        ("S,00060,2017-01-02T00:00:00Z,many,A", "d.csv.gz, line 3: `value` is not a number: `many`"),
        ("S,00060,2017-01-02T00:00:00Z,inf,A", "d.csv.gz, line 3: `value` is not a finite number"),
        (
            "S,00060,yesterday,1,A",
            "d.csv.gz, line 3: `measured_at` is not a time such as 2017-01-31T00:00:00Z: `yesterday`",
        ),
        (",00060,2017-01-02T00:00:00Z,1,A", "d.csv.gz, line 3: `station_code` is empty"),
        ("S,00060,2017-01-02T00:00:00Z,1", "d.csv.gz, line 3: the line has 4 fields, the header 5"),
    ];
    for (line, message) in cases {
        let text = format!("{daily}{line}\nS,00060,2017-01-03T00:00:00Z,2.5,A\n");
        let mut values = read::daily("d.csv.gz", gzip(&text)).unwrap();
        assert!(values.next().unwrap().is_ok());
        let error = values.next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!((error.file(), error.line()), ("d.csv.gz", 3));
        assert!(values.next().is_none(), "nothing comes behind an error");
        let error = Error::from(error);
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Invalid, message.to_owned()));
    }
}

#[test]
fn a_file_that_is_cut_off_is_an_error() {
    let whole = gzip("station_code,parameter_code,measured_at,value,qualifiers\n").into_inner();
    let cut = std::io::Cursor::new(whole[..whole.len() - 8].to_vec());
    let outcome = read::daily("d.csv.gz", cut).and_then(|mut values| values.next().transpose());
    assert!(outcome.unwrap_err().to_string().contains("cannot be read further"));
}

#[test]
fn another_header_is_an_error_in_line_1() {
    let error = read::stations("s.csv", "code,name\nS,Run\n".as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "s.csv, line 1: expected the header `station_code,name,latitude,longitude`");
    let cases = [
        ("time,00010,00010_qualifiers\n", "expected `measured_at` as the first column"),
        ("measured_at,00010,00060\n", "expected `00010_qualifiers` behind `00010`, got `00060`"),
        ("measured_at,00010\n", "expected `00010_qualifiers` behind `00010`"),
    ];
    for (header, problem) in cases {
        let error = read::instantaneous("i.csv.gz", "S", gzip(header)).unwrap_err();
        assert_eq!(error.to_string(), format!("i.csv.gz, line 1: {problem}"));
    }
}

#[test]
fn a_parameter_without_a_value_makes_no_record() {
    let text = "measured_at,00010,00010_qualifiers,00060,00060_qualifiers\n2016-01-01T05:00:00Z,,Eqp,3.07,\"A,R\"\n";
    let values: Vec<_> = read::instantaneous("i.csv.gz", "S", gzip(text)).unwrap().map(Result::unwrap).collect();
    let [value] = values.as_slice() else { panic!("{values:?}") };
    assert_eq!((value.parameter_code.as_str(), value.value), ("00060", 3.07));
    assert_eq!(value.qualifiers, BTreeSet::from(["A".to_owned(), "R".to_owned()]));
}
