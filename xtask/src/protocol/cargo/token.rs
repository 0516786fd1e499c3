//! The token for one upload: the one that is set, or one that the registry mints for this workflow and takes back.

use serde_json::json;

use super::Registry;
use crate::effect::http::Request;
use crate::effect::secret::Secret;
use crate::outside::Act;
use crate::protocol::oidc;
use crate::standing::Failure;

/// Where tokens are minted and taken back (C3).
const PATH: &str = "/api/v1/trusted_publishing/tokens";

/// A token.
pub(super) struct Token {
    secret: Secret,
    /// Where it is given back, if it was minted.
    minted_at: Option<String>,
}

impl Token {
    /// Gets one.
    pub(super) fn get(act: &Act<'_>, registry: &Registry, name: &str) -> Result<Token, Failure> {
        let credential = act.credential()?;
        if !oidc::is_offered(&credential) {
            return Ok(Token {
                secret: credential.token().clone(),
                minted_at: None,
            });
        }
        let api = registry.api(act, name)?;
        // The registry asks for its own name as the audience.
        let host = api.split_once("://").map_or(api.as_str(), |it| it.1);
        let audience = host.split(['/', ':']).next().unwrap_or(host);
        let identity = oidc::identity(act, &credential, audience)?;
        let url = format!("{api}{PATH}");
        let request = Request::post(&url).json(&json!({ "jwt": identity.reveal() }));
        Ok(Token {
            secret: oidc::exchange(act, &request, registry.token_variable())?,
            minted_at: Some(url),
        })
    }

    /// The value.
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Gives a minted token back. It would end by itself in half an hour, so that it did not work is worth a line only.
    pub(super) fn give_back(&self, act: &Act<'_>) {
        let Some(url) = &self.minted_at else { return };
        let request = Request::delete(url).secret("authorization", self.secret.header("Bearer"));
        match act.send(&request) {
            Ok(answer) if answer.is_success() => {}
            Ok(answer) => act
                .report()
                .detail(format_args!("the token was not taken back: {}", answer.status)),
            Err(failure) => act
                .report()
                .detail(format_args!("the token was not taken back: {failure}")),
        }
    }
}
