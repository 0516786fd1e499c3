//! The protocols: how each kind of registry is probed and changed on the wire. Fourteen channels need eight.

pub mod answer;
pub mod cargo;
pub mod endpoint;
pub mod git;
pub mod github;
pub mod npm;
pub mod nuget;
pub mod oci;
pub mod oidc;
pub mod pypi;
pub mod snapcraft;
