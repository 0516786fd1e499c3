//! Publishing to Homebrew: against real servers, the twin, and its faults.
