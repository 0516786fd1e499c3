//! Publishing to npm: against real servers, the twin, and its faults.
