//! [`TenantScope`] and [`SharedScope`]: a request's scope, for as long as the request lasts.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use futures::stream::{Stream, StreamExt as _};
use sqh_model::ErrorKind;

use super::{Rejection, TenantResolver};
use crate::observe::ActiveScope;
use crate::platform::Platform;
use crate::scope::{Authenticator, Cx, Principal, Shared, Tenant};

/// What an application says of its requests. The state of the router implements it, or is an `Arc`
/// of what does.
pub trait Application: Send + Sync {
    /// Who says who somebody is.
    type Authenticator: Authenticator;
    /// Where a request names its tenant.
    type Tenants: TenantResolver;

    /// The platform.
    fn platform(&self) -> &Platform;

    /// Who says who somebody is.
    fn authenticator(&self) -> &Self::Authenticator;

    /// What a request shows, or `None` if it shows nothing.
    fn credentials(&self, request: &Parts) -> Option<<Self::Authenticator as Authenticator>::Credentials>;

    /// Where a request names its tenant.
    fn tenants(&self) -> &Self::Tenants;

    /// What a response to a request without credentials asks for.
    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static("Bearer")
    }
}

/// The scope of a request in the tenant that it names. It can only be had of a request, and counts as
/// active until it is dropped.
#[derive(Debug)]
pub struct TenantScope {
    cx: Cx<Tenant>,
    active: ActiveScope,
}

/// The scope of a request in the shared reference data.
#[derive(Debug)]
pub struct SharedScope {
    cx: Cx<Shared>,
    active: ActiveScope,
}

impl TenantScope {
    /// The scope, for the operations.
    pub fn cx(&self) -> &Cx<Tenant> {
        &self.cx
    }

    /// The same items, with the scope active until the last of them, or until the stream is dropped:
    /// `Body::from_stream(scope.hold(lines))`.
    pub fn hold<S>(self, items: S) -> Held<S> {
        Held { items, active: Some(self.active) }
    }
}

impl SharedScope {
    /// The scope, for the operations.
    pub fn cx(&self) -> &Cx<Shared> {
        &self.cx
    }

    /// As [`TenantScope::hold`].
    pub fn hold<S>(self, items: S) -> Held<S> {
        Held { items, active: Some(self.active) }
    }
}

impl<A: Application> FromRequestParts<A> for TenantScope {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, application: &A) -> Result<Self, Rejection> {
        let principal = principal(request, application).await?;
        let slug = application.tenants().resolve(request).await.ok_or(Rejection::NoTenant)?;
        let platform = application.platform();
        let cx = platform.tenant(&principal, &slug).await.map_err(Rejection::Refused)?;
        cx.check_status().map_err(Rejection::Refused)?;
        Ok(Self { cx, active: platform.enter_scope() })
    }
}

impl<A: Application> FromRequestParts<A> for SharedScope {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, application: &A) -> Result<Self, Rejection> {
        let principal = principal(request, application).await?;
        let platform = application.platform();
        let cx = platform.shared(&principal).await.map_err(Rejection::Refused)?;
        Ok(Self { cx, active: platform.enter_scope() })
    }
}

async fn principal<A: Application>(request: &Parts, application: &A) -> Result<Principal, Rejection> {
    let challenge = || application.challenge();
    let credentials =
        application.credentials(request).ok_or_else(|| Rejection::NoCredentials { challenge: challenge() })?;
    Principal::authenticate(application.authenticator(), credentials).await.map_err(|error| match error.kind() {
        ErrorKind::Denied | ErrorKind::NotFound | ErrorKind::Invalid => {
            Rejection::UnknownCredentials { challenge: challenge(), error }
        }
        _ => Rejection::Refused(error),
    })
}

/// Items that keep their request's scope active.
#[derive(Debug)]
pub struct Held<S> {
    items: S,
    active: Option<ActiveScope>,
}

impl<S: Stream + Unpin> Stream for Held<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let next = std::task::ready!(self.items.poll_next_unpin(cx));
        if next.is_none() {
            self.active = None;
        }
        Poll::Ready(next)
    }
}

impl<A: Application> Application for Arc<A> {
    type Authenticator = A::Authenticator;
    type Tenants = A::Tenants;

    fn platform(&self) -> &Platform {
        A::platform(self)
    }

    fn authenticator(&self) -> &Self::Authenticator {
        A::authenticator(self)
    }

    fn credentials(&self, request: &Parts) -> Option<<Self::Authenticator as Authenticator>::Credentials> {
        A::credentials(self, request)
    }

    fn tenants(&self) -> &Self::Tenants {
        A::tenants(self)
    }

    fn challenge(&self) -> HeaderValue {
        A::challenge(self)
    }
}
