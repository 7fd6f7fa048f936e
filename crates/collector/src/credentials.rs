use std::fmt;
use std::io::{self, IsTerminal, Write};

use zeroize::Zeroizing;

use crate::Failure;

/// Names of the environment variables that hold an account and its password.
pub(crate) const USER: &str = "CMLINT_COLLECT_USER";
/// See [`USER`].
pub(crate) const PASSWORD: &str = "CMLINT_COLLECT_PASSWORD";

/// In whose name a place is asked. Neither name nor password is ever an argument: arguments are seen by everybody on
/// the computer.
#[derive(Debug)]
pub enum Credentials {
    /// The user who runs this program: the sign-in of Windows, or the Kerberos tickets of a Unix session.
    SignedIn,
    /// An account with its password.
    Given(Account),
}

/// An account with its password.
pub struct Account {
    /// `DOMAIN\name` or `name@domain`.
    pub name: String,
    password: Zeroizing<String>,
}

impl Account {
    /// An account with its password.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Account {
        Account { name: name.into(), password: Zeroizing::new(password.into()) }
    }

    /// The password, for the one place that proves it.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The domain, if the name has one, and the name without it.
    pub fn parts(&self) -> (Option<&str>, &str) {
        if let Some((domain, name)) = self.name.split_once('\\') {
            return (Some(domain), name);
        }
        match self.name.rsplit_once('@') {
            Some((name, domain)) => (Some(domain), name),
            None => (None, &self.name),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Credentials {
    /// Takes the environment's account; else the signed-in user, where `can_sign_in` says that this build can; else
    /// asks on the terminal. `ask` asks in any case.
    ///
    /// # Errors
    /// When there is no account and nobody to ask.
    pub fn find(ask: bool, can_sign_in: bool) -> Result<Credentials, Failure> {
        let unusable = |name: &str| Failure::Usage(format!("the environment variable {name} is not Unicode"));
        let variable = |name: &str| match std::env::var(name) {
            Ok(value) => Ok(Some(value).filter(|v| !v.is_empty())),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(unusable(name)),
        };
        if !ask {
            match (variable(USER)?, variable(PASSWORD)?) {
                (Some(name), Some(password)) => return Ok(Credentials::Given(Account::new(name, password))),
                (Some(name), None) => return prompt(Some(name)),
                (None, Some(_)) => {
                    return Err(Failure::Usage(format!("{PASSWORD} is set and {USER} is not")));
                }
                (None, None) if can_sign_in => return Ok(Credentials::SignedIn),
                (None, None) => {}
            }
        }
        prompt(None)
    }

    /// The account as it was given.
    pub fn name(&self) -> Option<&str> {
        match self {
            Credentials::SignedIn => None,
            Credentials::Given(account) => Some(&account.name),
        }
    }
}

fn prompt(name: Option<String>) -> Result<Credentials, Failure> {
    if !io::stdin().is_terminal() {
        let text = format!("no account: set {USER} and {PASSWORD}, or call it on a terminal, where it asks");
        return Err(Failure::Usage(text));
    }
    let broken = |e: io::Error| Failure::Usage(format!("the terminal cannot be read: {e}"));
    let name = match name {
        Some(name) => name,
        None => {
            let _ = write!(io::stderr().lock(), "Account (DOMAIN\\name or name@domain): ");
            let mut name = String::new();
            io::stdin().read_line(&mut name).map_err(broken)?;
            name.trim().to_owned()
        }
    };
    if name.is_empty() {
        return Err(Failure::Usage("no account was given".to_owned()));
    }
    let password = rpassword::prompt_password(format!("Password of {name}: ")).map_err(broken)?;
    Ok(Credentials::Given(Account::new(name, password)))
}
