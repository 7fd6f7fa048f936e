use cmlint_lint::prelude::*;
use cmlint_model::rows::prop;

/// Compares the proxy account of each site system with whether its proxy is in use and asks who comes.
pub(super) struct This;

/// Roles of a site system that go through its proxy, with the requirement on the account of each.
const USERS: [(&str, &str); 3] = [
    ("AI Update Service Point", "A5.1"),
    // The Exchange connector runs on the site server.
    ("SMS Site Server", "A11.1"),
    ("SMS Software Update Point", "A21.1"),
];

impl Lint for This {
    const META: Meta = Meta {
        title: "a site system keeps a proxy account that its proxy does not need",
        severity: Severity::Low,
        tags: &["accounts", "hygiene", "site-systems"],
        noun: "site systems with a proxy account",
        subjects: &[
            "Asset Intelligence Synchronization Point Proxy Server Account",
            "Exchange Server Connector Proxy Server Account",
            "Software Update Point Proxy Server Account",
        ],
        requirements: &["A5.1", "A11.1", "A21.1"],
        references: &[
            Reference::Section("Asset Intelligence Synchronization Point Proxy Server Account"),
            Reference::Section("Exchange Server Connector Proxy Server Account"),
            Reference::Section("Software Update Point Proxy Server Account"),
            Reference::Catalogue("B-PROXY.1"),
        ],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::SiteSystemRole<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(roles: Self::Subjects<'s>, (): &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, row) in roles.iter() {
            let is = |name: &str| row.role_name.get().is_some_and(|r| r.trim().eq_ignore_ascii_case(name));
            if !is("SMS Site System") {
                continue;
            }
            if !row.collected("Props") {
                out.hole([row.gap(scope, "Props")]);
                continue;
            }
            let named = |name: &str| prop(&row.data.props, name);
            let Some(account) = named("ProxyUserName").and_then(|p| p.text()) else { continue };
            if account.value.trim().is_empty() {
                continue;
            }
            let server = row.network_os_path.get().map_or_else(String::new, |p| cmlint_model::host_key(p));
            let key = Key::scope(scope)
                .then("host", &server)
                .then("account", Purpose::SoftwareUpdateProxy.info().word)
                .name("name", account.value.trim());
            let label = principal(account.value.trim());
            let object =
                Object::new(key, text!("{}", label), scope.clone()).purpose(Purpose::SoftwareUpdateProxy);
            let mut subject = out.subject(object, account.span);
            let number = |name: &str| named(name).and_then(|p| Some((p.value.get()?.0, p.value.span()?)));
            let (what, place, means, kind) = match (number("UseProxy"), number("AnonymousProxyAccess")) {
                (Some((0, span)), _) => (
                    text!("keeps the proxy account `{}` and uses no proxy", label),
                    span,
                    text!("0: no proxy is used"),
                    "off",
                ),
                (None, _) => {
                    let why = "the site system does not say whether it uses a proxy";
                    subject.unknown([Gap::property(Dataset::SiteSystemRole, scope.clone(), "Props", why)]);
                    continue;
                }
                (_, Some((1, span))) => (
                    text!("keeps the proxy account `{}` and goes to its proxy without it", label),
                    span,
                    text!("1: the proxy is used without credentials"),
                    "anonymous",
                ),
                _ => continue,
            };
            let uses = |role: &str| {
                let same = |r: &Row<rows::SiteSystemRole<'_>>| {
                    let host = r.network_os_path.get().map(|p| cmlint_model::host_key(p));
                    host.as_ref() == Some(&server)
                        && r.role_name.get().is_some_and(|name| name.trim().eq_ignore_ascii_case(role))
                };
                roles.iter().any(|(_, row)| same(row))
            };
            let mut requirements: Vec<&'static str> =
                USERS.iter().filter(|(role, _)| uses(role)).map(|(_, id)| *id).collect();
            if requirements.is_empty() {
                requirements = USERS.iter().map(|(_, id)| *id).collect();
            }
            let report = subject
                .fail(
                    text!("site system `{}` {}", host(&server), what),
                    account.span,
                    text!("the site keeps the password of this account"),
                )
                .discriminator(kind)
                .requirements(&requirements)
                .label(place, means)
                .help(text!(
                    "a proxy account is needed only where the proxy or firewall asks for one: remove it here and from the \
                     stored accounts"
                ))
                .fix(
                    text!(
                        "Administration > Site Configuration > Servers and Site System Roles > {} > Site system > \
                         Properties > Proxy: clear the credentials; then Administration > Security > Accounts",
                        host(&server)
                    ),
                    Some(text!("Remove-CMAccount -UserName \"{}\"", label)),
                    Some(text!(
                        "Set-CMSiteSystemServer -SiteCode {} -SiteSystemServerName {} -EnableProxy $true -ProxyServerName \
                         <proxy> -ProxyAccessAccount (Get-CMAccount -UserName \"{}\")",
                        site(scope.key()),
                        host(&server),
                        label
                    )),
                );
            // That the value means this is read from its name.
            if kind == "anonymous" {
                report.severity(Severity::Info).confidence(Confidence::Medium);
            }
        }
    }
}
