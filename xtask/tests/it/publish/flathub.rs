//! Publishing to Flathub: against real servers, the twin, and its faults.
