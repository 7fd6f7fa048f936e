use cmlint_lint::prelude::*;
use cmlint_model::rows::prop;

/// Compares the mail account of each site with whether mail is sent at all, and how it is signed in for.
pub(super) struct This;

/// `AuthenticationMethod`: another account than the computer's.
const OTHER_ACCOUNT: i64 = 2;

impl Lint for This {
    const META: Meta = Meta {
        title: "a site keeps a mail account that it does not send with",
        severity: Severity::Low,
        tags: &["accounts", "hygiene"],
        noun: "accounts for sending mail",
        subjects: &["SMTP Server Connection Account"],
        requirements: &["A19.1"],
        references: &[Reference::Section("SMTP Server Connection Account")],
        ..Meta::BASE
    };
    type Subjects<'s> = Each<'s, rows::Component<'s>>;
    type Evidence<'s> = ();

    fn check<'s>(components: Self::Subjects<'s>, (): &Self::Evidence<'s>, out: &mut Sink) {
        for (scope, row) in components.iter() {
            let component = &row.data.0;
            if !component.component().to_ascii_uppercase().starts_with("SMS_NOTIFICATION")
                || component.file_type.get().is_some_and(|t| t.0 == 1)
            {
                continue;
            }
            if !row.collected("Props") {
                out.hole([row.gap(scope, "Props")]);
                continue;
            }
            let Some(account) = prop(&component.props, "UserName").and_then(|p| p.text()) else { continue };
            if account.value.trim().is_empty() {
                continue;
            }
            let label = principal(account.value.trim());
            let key = Key::scope(scope)
                .then("account", Purpose::Smtp.info().word)
                .name("name", account.value.trim());
            let object = Object::new(key, text!("{}", label), scope.clone()).purpose(Purpose::Smtp);
            let mut subject = out.subject(object, account.span);
            let number = |name: &str| {
                let value = &prop(&component.props, name)?.value;
                Some((value.get()?.0, value.span()?))
            };
            let code = site(scope.key());
            let (kind, what, place, means) =
                match (number("EnableSmtpSetting"), number("AuthenticationMethod")) {
                    (Some((0, span)), _) => ("off", text!("sends no mail"), span, text!("0: mail is off")),
                    (_, Some((method, span))) if method != OTHER_ACCOUNT => (
                        "method",
                        text!("sends mail without it"),
                        span,
                        match method {
                            0 => text!("0: nobody signs in at the mail server"),
                            _ => text!("not 2: the computer account signs in at the mail server"),
                        },
                    ),
                    (_, Some(_)) => continue,
                    _ => {
                        let why = "the component does not say how it signs in at the mail server";
                        subject.unknown([Gap::property(Dataset::Component, scope.clone(), "Props", why)]);
                        continue;
                    }
                };
            subject
                .fail(
                    text!("site `{}` keeps the mail account `{}` and {}", code, label, what),
                    account.span,
                    text!("the site keeps the password of this account"),
                )
                .discriminator(kind)
                // The component is known by its properties; what setup calls it is not documented.
                .confidence(Confidence::Medium)
                .label(place, means)
                .help(text!(
                    "a mail account is needed only where the mail server asks for one: remove it here and from the stored \
                     accounts"
                ))
                .fix(
                    text!(
                        "Administration > Site Configuration > Sites > {} > Configure Site Components > Email Notification: \
                         clear the account; then Administration > Security > Accounts",
                        code
                    ),
                    Some(text!("Remove-CMAccount -UserName \"{}\"", label)),
                    Some(text!(
                        "Set-CMEmailNotificationComponent -SiteCode {} -EnableEmailNotification -TypeOfAuthentication Other \
                         -UserName \"{}\"",
                        code,
                        label
                    )),
                );
        }
    }
}
