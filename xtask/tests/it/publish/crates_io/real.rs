//! A registry that nobody here wrote: ktra.
