//! Publishing to GitHub Releases: against real servers, the twin, and its faults.
