//! What is rendered for each channel: golden files, the rules of the stores, and judges that no one here wrote.

mod command;
mod crates_io;
mod document;
mod fixture;
mod github_packages;
mod github_releases;
mod homebrew;
mod npm;
mod pypi;
mod scoop;
mod wine;
mod winget;
