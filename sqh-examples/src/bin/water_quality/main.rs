//! The water-quality example: a platform from a struct to a million and a half rows.
//!
//! `cargo run --release` starts or finds PostgreSQL, makes the databases, prints the DDL that the
//! structs became, loads real measurements, and then does with them what a platform does. With
//! `DATABASE_URL` the databases stay there; run it again and it finds its rows.

mod browse;
mod ddl;
mod find;
mod load;
mod notes;
mod progress;
mod screen;
mod season;
mod setup;

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use self::screen::Screen;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    let Err(error) = run().await else {
        return ExitCode::SUCCESS;
    };
    // A reader that has seen enough (`| head`) is no failure.
    if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    let _ = writeln!(io::stderr(), "error: {error}");
    ExitCode::FAILURE
}

async fn run() -> Outcome {
    let screen = Screen::default();
    let example = setup::set_up(&screen).await?;
    ddl::show(&screen, &example)?;
    load::load(&screen, &example).await?;
    browse::stations(&screen, &example).await?;
    find::misspelt(&screen, &example).await?;
    find::month(&screen, &example).await?;
    season::season(&screen, &example).await?;
    notes::one_tenant(&screen, &example).await?;
    notes::other_tenant(&screen, &example).await?;
    setup::say_what_stays(&screen, &example)
}
