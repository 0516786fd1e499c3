//! Publishing to Snap: against real servers, the twin, and its faults.
