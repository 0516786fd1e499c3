//! The program as people run it: what it prints, where, and how it ends.

mod answers;
mod assets;
mod failures;
mod fixture;
