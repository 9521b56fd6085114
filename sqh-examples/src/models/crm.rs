//! A tenant's customers: a graph. A struct without `#[storage]` is a TerminusDB model.

use sqh_runtime::prelude::*;

/// An organisation that buys analyses.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
#[has_many(name = "contacts", model = AppCrmContact, via = account)]
#[has_many(name = "opportunities", model = AppCrmOpportunity, via = account)]
pub struct AppCrmAccount {
    /// Made by the client, at random.
    pub id: Id<Self>,
    /// The organisation's name.
    #[field(search)]
    pub name: String,
    /// What the organisation does.
    pub industry: Industry,
    /// Where it is.
    pub address: Option<PostalAddress>,
    /// The gauges that it asks about, by their codes.
    pub station_codes: BTreeSet<String>,
    /// When it became known.
    #[field(created_at)]
    pub created_at: DateTime<Utc>,
}

/// A person at an account.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
pub struct AppCrmContact {
    /// Made by the client, at random.
    pub id: Id<Self>,
    /// Where the person works.
    pub account: Link<AppCrmAccount>,
    /// First and last name.
    #[field(search)]
    pub full_name: String,
    /// The address for mail.
    pub email: Option<String>,
    /// The numbers, the one to try first at the front.
    pub phones: Vec<String>,
}

/// A sale that may come.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
pub struct AppCrmOpportunity {
    /// Made by the client, at random.
    pub id: Id<Self>,
    /// Who would buy.
    pub account: Link<AppCrmAccount>,
    /// Who decides about it.
    pub contacts: BTreeSet<Link<AppCrmContact>>,
    /// What it is about.
    pub title: String,
    /// How far it is.
    pub stage: OpportunityStage,
    /// What it is worth, in US dollars.
    pub amount: Decimal,
    /// When it should be decided.
    pub expected_close: Option<NaiveDate>,
}

/// What an account does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, PlatformEnum)]
#[platform_enum(text, rename_all = "snake_case")]
pub enum Industry {
    /// Drinking water or sewage.
    Utility,
    /// A state, a county or a town.
    Government,
    /// Farming and forestry.
    Agriculture,
    /// Making things.
    Manufacturing,
    /// Studying things.
    Research,
}

/// How far a sale is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, PlatformEnum)]
#[platform_enum(text, rename_all = "snake_case")]
pub enum OpportunityStage {
    /// Somebody asked.
    Lead,
    /// It is worth an offer.
    Qualified,
    /// The offer is out.
    Proposed,
    /// Sold.
    Won,
    /// Not sold.
    Lost,
}

/// Where mail arrives.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(flatten)]
pub struct PostalAddress {
    /// Street and number.
    pub street: String,
    /// The town.
    pub city: String,
    /// The state's two letters.
    pub state: String,
    /// The postal code.
    pub zip: String,
}
