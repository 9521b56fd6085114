//! What the rules of models come to, for `sqh doctor access`.

use sqh_model::policy::{self, AccessContext, Needs, Verb};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, ErrorKind, Result};

use super::AccessService;
use super::text::describe;
use crate::engine::EXPLAIN;
use crate::scope::{self, Cx, Shared};
use crate::tenancy::{Slug, unknown_tenant};

/// The rules of a model, and what each verb takes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelAccess {
    /// The group.
    pub group: &'static str,
    /// The model.
    pub model: &'static str,
    /// Its rules as they are written; none if it acts as models without rules do.
    pub rules: Vec<&'static str>,
    /// Each verb.
    pub verbs: Vec<VerbAccess>,
}

/// What a verb takes, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerbAccess {
    /// The verb.
    pub verb: Verb,
    /// What it takes.
    pub needs: String,
    /// For a user: `every record`, `no record`, or which records.
    pub comes_to: Option<String>,
}

impl ModelAccess {
    /// Whether the model has no rules of its own.
    pub fn is_default(&self) -> bool {
        self.rules.is_empty()
    }

    fn of(def: &'static ModelDef, who: Option<&AccessContext>) -> Result<Self> {
        let verb = |verb: &Verb| {
            let comes_to = who.map(|who| policy::filter(def, *verb, who)).transpose()?;
            let needs: Needs = policy::needs(def, *verb);
            let comes_to = comes_to.map(|filter| describe(def, &filter));
            Ok(VerbAccess { verb: *verb, needs: needs.to_string(), comes_to })
        };
        Ok(Self {
            group: def.group,
            model: def.name,
            rules: def.policies.iter().map(|rule| rule.source).collect(),
            verbs: Verb::ALL.iter().map(verb).collect::<Result<_>>()?,
        })
    }
}

impl AccessService {
    /// What a user holds in a tenant, or with `None` in the shared scope, by what is kept of them alone:
    /// what the application's authenticator would add is not known here.
    ///
    /// # Errors
    /// `Denied` without `access:explain` outside of tenants; `NotFound` for a tenant of which the user
    /// is no member.
    pub async fn context_of(&self, cx: &Cx<Shared>, user_id: &str, tenant: Option<&str>) -> Result<AccessContext> {
        if !cx.has_permission(EXPLAIN) {
            return Err(Error::new(ErrorKind::Denied, format!("the permission `{EXPLAIN}` is missing")));
        }
        let tenant = match tenant {
            Some(slug) => Some(Slug::new(slug).map_err(|_| unknown_tenant(slug))?),
            None => None,
        };
        let slug = tenant.as_ref().map(Slug::as_str);
        let context = scope::of_user(self.platform.provider(), user_id, slug).await?;
        context.ok_or_else(|| {
            Error::not_found(format!(
                "the user {user_id:?} is no member of the tenant {:?}: `add_member` makes them one",
                slug.unwrap_or_default()
            ))
        })
    }

    /// The rules of each registered model, and for somebody what each verb comes to.
    ///
    /// # Errors
    /// `Invalid` for a rule with a value that its field cannot hold.
    pub fn report(&self, who: Option<&AccessContext>) -> Result<Vec<ModelAccess>> {
        self.platform.registry().models().iter().map(|def| ModelAccess::of(def, who)).collect()
    }
}
