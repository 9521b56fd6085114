//! [`Harness`]: what the suite asks of a backend, and [`World`], what a case works in.

pub mod memory;
pub mod postgres;
pub mod recorder;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use sqh_runtime::backend::Capabilities;
use sqh_runtime::prelude::*;
use sqh_runtime::schema::Placement;
use sqh_runtime::scope::{Shared, Tenant};
use sqh_runtime::tenancy::TenantOptions;
use sqh_runtime::{Platform, PlatformBuilder};

/// A backend under test.
pub trait Harness: Send + Sync {
    /// Makes a platform over the backend, ready for tenants to be provisioned.
    fn platform(&self, builder: PlatformBuilder) -> BoxFuture<'_, Platform>;

    /// What the backend can do; cases that need more are not run.
    fn capabilities(&self) -> Capabilities;

    /// Has the backend look at the records of a table, as it does by and by, for plans to know them.
    fn analyze<'a>(&'a self, _tenant: &'a str, _table: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// How the tenants of cases are made, and where they are noted, for a backend that outlives them.
    fn tenants(&self) -> Tenants {
        Tenants::default()
    }
}

/// The tenants that were made.
#[derive(Debug, Clone, Default)]
pub struct Tenants {
    slugs: Arc<Mutex<Vec<String>>>,
    options: TenantOptions,
}

impl Tenants {
    /// Tenants in another placement than the platform's own.
    fn placed(placement: Placement) -> Self {
        Self { options: TenantOptions::default().placement(placement), ..Self::default() }
    }

    /// Makes a tenant.
    ///
    /// # Errors
    /// As provisioning.
    pub async fn make(&self, platform: &Platform, slug: &str) -> Result<()> {
        self.slugs.lock().expect("no holder of this lock panics").push(slug.to_owned());
        let fleet = platform.fleet(&Principal::system("the conformance suite")).await?;
        platform.tenants().provision_with(&fleet, slug, &self.options).await.map(drop)
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.slugs.lock().expect("no holder of this lock panics"))
    }
}

/// A platform with the models of the suite and two tenants of its own.
#[derive(Debug)]
pub struct World {
    /// The platform.
    pub platform: Platform,
    /// Its records.
    pub records: PlatformGroupRecordService,
    /// The system in the first tenant.
    pub cx: Cx<Tenant>,
    tenants: Tenants,
}

impl World {
    /// A world over a backend.
    pub async fn new(harness: &dyn Harness) -> Self {
        Self::with(harness, |builder| builder).await
    }

    /// A world whose platform has more to it, such as hooks.
    pub async fn with(harness: &dyn Harness, more: impl FnOnce(PlatformBuilder) -> PlatformBuilder) -> Self {
        Self::with_first_tenant(harness, &unique_text(), more).await
    }

    /// A world whose first tenant's slug is known before it is made.
    pub async fn with_first_tenant(
        harness: &dyn Harness,
        slug: &str,
        more: impl FnOnce(PlatformBuilder) -> PlatformBuilder,
    ) -> Self {
        let builder = more(Platform::builder().models(crate::models::all()));
        let platform = harness.platform(builder).await;
        let tenants = harness.tenants();
        let cx = new_tenant(&platform, &tenants, slug).await;
        Self { records: platform.records(), platform, cx, tenants }
    }

    /// The system in another tenant, which has no records yet.
    pub async fn another_tenant(&self) -> Cx<Tenant> {
        new_tenant(&self.platform, &self.tenants, &unique_text()).await
    }

    /// The system in another tenant of this placement, which has no records yet.
    pub async fn another_tenant_in(&self, placement: Placement) -> Cx<Tenant> {
        let options = TenantOptions::default().placement(placement);
        new_tenant(&self.platform, &Tenants { options, ..self.tenants.clone() }, &unique_text()).await
    }

    /// A user with these permissions in the first tenant.
    pub async fn user(&self, permissions: &[&str]) -> Cx<Tenant> {
        self.somebody(identity(permissions)).await
    }

    /// A user in the first tenant, who becomes a member of it.
    pub async fn somebody(&self, identity: Identity) -> Cx<Tenant> {
        let identity = Identity { tenants: Membership::of([self.cx.tenant()]), ..identity };
        let principal = principal(identity).await;
        self.platform.tenant(&principal, self.cx.tenant()).await.expect("the tenant is provisioned")
    }

    /// A user with these permissions in the shared scope.
    pub async fn shared_user(&self, permissions: &[&str]) -> Cx<Shared> {
        let shared = self.platform.shared(&principal(identity(permissions)).await).await;
        shared.expect("everybody has a shared scope")
    }

    /// The system in the shared scope. Other cases may use the same database at the same time: their
    /// records have other [`unique_text`]s.
    pub fn shared(&self) -> Cx<Shared> {
        self.cx.shared()
    }
}

async fn new_tenant(platform: &Platform, tenants: &Tenants, slug: &str) -> Cx<Tenant> {
    tenants.make(platform, slug).await.expect("a tenant can be made");
    platform.tenant(&Principal::system("the conformance suite"), slug).await.expect("the tenant is provisioned")
}

/// Makes a tenant, for the system.
pub async fn provision(platform: &Platform, slug: &str) -> Result<()> {
    let fleet = platform.fleet(&Principal::system("the conformance suite")).await?;
    platform.tenants().provision(&fleet, slug).await.map(drop)
}

/// A text that no other call gives, in this process or in another: letters and digits.
pub fn unique_text() -> String {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let random = Uuid::new_v4().simple().to_string();
    format!("t{}x{}", &random[..10], CALLS.fetch_add(1, Ordering::Relaxed))
}

/// A user with these permissions and no others, and no member of a tenant.
pub fn identity(permissions: &[&str]) -> Identity {
    let permissions = permissions.iter().map(|&permission| permission.to_owned()).collect();
    Identity { user_id: "somebody".to_owned(), permissions, ..Identity::default() }
}

/// A user who is believed.
pub async fn principal(identity: Identity) -> Principal {
    Principal::authenticate(&Believing, identity).await.expect("everybody is believed")
}

/// Believes whoever it is.
struct Believing;

impl Authenticator for Believing {
    type Credentials = Identity;

    async fn authenticate(&self, credentials: Identity) -> Result<Identity> {
        Ok(credentials)
    }
}

/// Asserts that something failed, with this kind; gives the error for a closer look.
#[track_caller]
pub fn refused<T>(outcome: Result<T>, kind: ErrorKind) -> Error {
    match outcome {
        Ok(_) => panic!("expected an error of the kind {kind:?}, and it succeeded"),
        Err(error) if error.kind() == kind => error,
        Err(error) => panic!("expected an error of the kind {kind:?}, got {error:?}"),
    }
}

/// Asserts that a refusal names a model, a field, and says some words.
#[track_caller]
pub fn refused_in<T>(outcome: Result<T>, kind: ErrorKind, model: &str, field: &str, words: &str) {
    let error = refused(outcome, kind);
    assert_eq!(error.model(), Some(model), "{error}");
    assert_eq!(error.field(), Some(field), "{error}");
    assert!(error.to_string().contains(words), "{error} does not say {words:?}");
}
