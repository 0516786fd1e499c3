//! What is rendered for each channel: golden files, the rules of the stores, and judges that no one here wrote.

mod accepted;
mod aur;
mod chocolatey;
mod command;
mod crates_io;
pub(crate) mod docker_hub;
mod document;
mod failures;
pub(crate) mod fixture;
mod flathub;
mod github_packages;
mod github_releases;
mod homebrew;
pub(crate) mod nix;
mod npm;
mod property;
mod pypi;
mod scoop;
mod snap;
mod wine;
mod winget;
