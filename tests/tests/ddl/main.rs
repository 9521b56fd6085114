//! PostgreSQL DDL. Each feature is a file of models below `feature/`; what is rendered for it stands
//! beside it in `snapshots/`, and [`server`] proves that a real server makes of it what the models say.

mod feature;
mod order;
mod refused;
mod server;
mod snapshots;
mod window;

/// Models that show one thing.
struct Feature {
    name: &'static str,
    models: Vec<&'static sqh_runtime::schema::ModelDef>,
}
