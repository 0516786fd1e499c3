//! Publishing to GitHub Packages: against real servers, the twin, and its faults.
