//! [`TenantResolver`]: where a request names its tenant.

use axum::extract::{FromRequestParts as _, RawPathParams};
use axum::http::header::HOST;
use axum::http::request::Parts;

/// Where a request names its tenant.
///
/// Implementors MUST give `None` where a request names none, or more than one, and SHOULD NOT trust
/// what a proxy that is not theirs may have written. That the tenant exists, and that the principal
/// may enter it, is not for them to find out.
pub trait TenantResolver: Send + Sync {
    /// The slug that a request names.
    fn resolve(&self, request: &mut Parts) -> impl Future<Output = Option<String>> + Send;
}

/// A parameter of the route: `PathTenant("tenant")` for `/{tenant}/stations`.
#[derive(Debug, Clone, Copy)]
pub struct PathTenant(pub &'static str);

impl TenantResolver for PathTenant {
    async fn resolve(&self, request: &mut Parts) -> Option<String> {
        let parameters = RawPathParams::from_request_parts(request, &()).await.ok()?;
        let slug = parameters.iter().find(|(name, _)| *name == self.0).map(|(_, slug)| slug.to_owned());
        slug.filter(|slug| !slug.is_empty())
    }
}

/// A header: `HeaderTenant("x-tenant")`. A request that has it twice names no tenant.
#[derive(Debug, Clone, Copy)]
pub struct HeaderTenant(pub &'static str);

impl TenantResolver for HeaderTenant {
    async fn resolve(&self, request: &mut Parts) -> Option<String> {
        only(request, self.0).filter(|slug| !slug.is_empty()).map(str::to_owned)
    }
}

/// The first label of the host: `HostTenant("example.org")` for `acme.example.org`. It takes what
/// the request itself says, and no `X-Forwarded-Host`.
#[derive(Debug, Clone, Copy)]
pub struct HostTenant(pub &'static str);

impl TenantResolver for HostTenant {
    async fn resolve(&self, request: &mut Parts) -> Option<String> {
        // HTTP/2 has it in the target, HTTP/1.1 in the header.
        let host = match request.uri.host() {
            Some(host) => host,
            None => only(request, HOST.as_str())?.split(':').next()?,
        };
        let host = host.to_ascii_lowercase();
        let label = host.strip_suffix(&self.0.to_ascii_lowercase())?.strip_suffix('.')?;
        (!label.is_empty() && !label.contains('.')).then(|| label.to_owned())
    }
}

fn only<'a>(request: &'a Parts, name: &str) -> Option<&'a str> {
    let mut values = request.headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use futures::FutureExt as _;

    use super::*;

    fn resolved(resolver: &impl TenantResolver, uri: &str, headers: &[(&str, &str)]) -> Option<String> {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        resolver.resolve(&mut parts).now_or_never().unwrap()
    }

    #[test]
    fn a_header_names_one_tenant_or_none() {
        for (values, expected) in [
            (&["acme"][..], Some("acme")),
            (&[], None),
            (&[""], None),
            (&["acme", "other"], None),
            (&["acme", "acme"], None),
            (&["äcme"], None),
        ] {
            let headers: Vec<_> = values.iter().map(|value| ("x-tenant", *value)).collect();
            assert_eq!(resolved(&HeaderTenant("x-tenant"), "/", &headers).as_deref(), expected, "{values:?}");
        }
    }

    #[test]
    fn a_host_names_a_tenant_by_its_first_label() {
        for (host, expected) in [
            ("acme.example.org", Some("acme")),
            ("acme.example.org:8080", Some("acme")),
            ("ACME.Example.org", Some("acme")),
            ("example.org", None),
            (".example.org", None),
            ("a.b.example.org", None),
            ("acmeexample.org", None),
            ("acme.example.org.evil.com", None),
            ("127.0.0.1", None),
        ] {
            let of_header = resolved(&HostTenant("example.org"), "/", &[("host", host)]);
            assert_eq!(of_header.as_deref(), expected, "{host}");
        }
        let of_target = resolved(&HostTenant("example.org"), "https://acme.example.org/", &[("host", "b.example.org")]);
        assert_eq!(of_target.as_deref(), Some("acme"));
        assert_eq!(resolved(&HostTenant("example.org"), "/", &[("x-forwarded-host", "acme.example.org")]), None);
    }

    #[test]
    fn a_request_without_a_route_has_no_parameter() {
        assert_eq!(resolved(&PathTenant("tenant"), "/acme", &[]), None);
    }
}
