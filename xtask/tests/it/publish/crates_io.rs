//! Publishing to Cargo registry: against real servers, the twin, and its faults.
