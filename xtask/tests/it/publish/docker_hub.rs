//! Publishing to Docker Hub: against real servers, the twin, and its faults.
