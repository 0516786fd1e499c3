//! The library as other programs use it: folders in, passages out.

mod any_query;
mod asking;
mod database;
mod fixture;
mod folder;
mod incremental;
