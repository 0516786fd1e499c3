//! Publishing to WinGet: against real servers, the twin, and its faults.
