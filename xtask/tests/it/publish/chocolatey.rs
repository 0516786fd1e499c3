//! Publishing to Chocolatey: against real servers, the twin, and its faults.
