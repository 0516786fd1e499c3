//! Publishing to Scoop: against real servers, the twin, and its faults.
