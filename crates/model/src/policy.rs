/// The organisation's own policy: what differs from house to house and no snapshot can tell. Empty by
/// default; a lint declares it as a need like any dataset.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    /// Groups that the organisation treats as tier 0, beyond those that Windows itself makes so: SIDs or
    /// `DOMAIN\name`.
    pub tier0_groups: Vec<String>,
    /// Accounts that were approved for what a lint would report: `DOMAIN\name` or SIDs.
    pub approved_accounts: Vec<String>,
    /// Patterns that names of service accounts follow (`svc-*`).
    pub service_account_patterns: Vec<String>,
    /// Known exceptions, in the organisation's words.
    pub exceptions: Vec<String>,
}
