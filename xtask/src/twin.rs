//! The twin: local registries that speak the channels' protocols, for rehearsals and tests.

pub mod fault;
pub mod server;
