//! Publishing to AUR: against real servers, the twin, and its faults.
