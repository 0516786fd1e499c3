//! Publishing to Nix: against real servers, the twin, and its faults.
