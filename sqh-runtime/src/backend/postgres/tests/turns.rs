//! Tenants that share a database take turns.

use std::sync::{Arc, Mutex};

use super::support::Place;
use crate::backend::Backend as _;
use crate::op::Op;
use crate::prelude::*;

/// A letter.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "post")]
#[storage(postgres)]
pub struct Letter {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
}

#[tokio::test]
async fn a_quiet_tenant_is_served_between_the_operations_of_a_loud_one() {
    let place = Arc::new(Place::with_connections(&[Letter::def()], 1).await);
    let held = place.backend.execute(place.scoped::<Letter>(Op::Begin)).await.unwrap();
    let served = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for tenant in ["loud", "loud", "loud", "quiet", "loud"] {
        let (place, served) = (Arc::clone(&place), Arc::clone(&served));
        let mut work = Box::pin(async move {
            let get = Op::Get { key: vec![sqh_model::Value::I64(1)] };
            place.backend.execute(place.scoped_by::<Letter>(tenant, get)).await.unwrap();
            served.lock().unwrap().push(tenant);
        });
        assert!(futures::poll!(&mut work).is_pending());
        tasks.push(tokio::spawn(work));
    }
    held.into_transaction().unwrap().rollback().await.unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*served.lock().unwrap(), ["loud", "quiet", "loud", "loud", "loud"]);
}
