//! Secrets: named values that go out on the wire and are printed nowhere.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::effect::environment;
use crate::effect::http::HeaderValue;
use crate::effect::report::mask;

/// A value that must not be seen. It shows as `$NAME`.
///
/// Whatever becomes a secret is masked in all that is printed from then on, also where a server echoes it.
#[derive(Clone)]
pub struct Secret {
    name: &'static str,
    value: Arc<str>,
}

impl Secret {
    /// The value of a variable of the environment; `None` when it is unset or empty.
    pub fn from_env(name: &'static str) -> Option<Secret> {
        environment::var(name).map(|it| Secret::new(name, &it))
    }

    /// A value that a registry has just minted, such as a token that an OIDC exchange gave. GitHub Actions is told to
    /// hide it too, since it does not stand among the secrets that it knows.
    pub fn minted(name: &'static str, value: &str) -> Secret {
        let secret = Secret::new(name, value);
        mask::announce(value);
        secret
    }

    /// A value from elsewhere, such as the file that a client keeps its token in.
    pub fn new(name: &'static str, value: &str) -> Secret {
        mask::add(value);
        Secret {
            name,
            value: value.into(),
        }
    }

    /// The name that plans, receipts and errors hold.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The value itself, for the wire, the environment or the standard input of a program. Never for a text.
    pub fn reveal(&self) -> &str {
        &self.value
    }

    /// A header such as `Bearer …`; without a scheme it is the value alone.
    pub fn header(&self, scheme: &str) -> HeaderValue {
        // A variable that was set from a file often ends with the file's line end.
        let value = self.value.trim();
        let space = if scheme.is_empty() { "" } else { " " };
        HeaderValue::secret(format!("{scheme}{space}{value}"), self.name)
    }

    /// A header `Basic …` with this as the password (RFC 7617).
    pub fn basic(&self, user: &str) -> HeaderValue {
        let pair = BASE64_STANDARD.encode(format!("{user}:{}", self.value.trim()));
        mask::add(&pair);
        HeaderValue::secret(format!("Basic {pair}"), self.name)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_holds_a_secret() {
        let secret = Secret::new("SECRET_TEST_TOKEN", "canary-of-the-secret\n");
        assert_eq!(format!("{secret:?}"), "$SECRET_TEST_TOKEN");
        let (bearer, basic) = (secret.header("Bearer"), secret.basic("__token__"));
        assert_eq!(
            format!("{bearer:?} {basic:?}"),
            "$SECRET_TEST_TOKEN $SECRET_TEST_TOKEN"
        );
        assert_eq!(bearer.reveal(), "Bearer canary-of-the-secret");
        assert_eq!(secret.header("").reveal(), "canary-of-the-secret");
        for echoed in [bearer.reveal(), basic.reveal(), secret.reveal()] {
            let cleaned = mask::clean(&format!("401: {echoed}"));
            assert!(
                cleaned.contains("***") && !cleaned.contains("canary"),
                "{cleaned}"
            );
            assert!(!cleaned.contains(&BASE64_STANDARD.encode("__token__:canary-of-the-secret")));
        }
    }

    #[test]
    fn an_unset_variable_is_no_secret() {
        assert!(Secret::from_env("XTASK_TEST_OF_NO_SUCH_SECRET").is_none());
    }
}
