//! `publish`, `status`, `doctor` and `rehearse`: the real program against registries on the loopback.

mod aur;
mod chocolatey;
mod command;
mod crates_io;
mod docker_hub;
mod document;
mod fixture;
mod flathub;
mod foreign;
mod git;
mod github_packages;
mod github_releases;
mod homebrew;
mod nix;
mod npm;
mod pypi;
mod scoop;
mod snap;
mod whole;
mod winget;
