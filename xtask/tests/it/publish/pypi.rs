//! Publishing to PyPI: against real servers, the twin, and its faults.
