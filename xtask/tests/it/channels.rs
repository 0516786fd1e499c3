//! What is rendered for each channel: golden files, the rules of the stores, and judges that no one here wrote.

mod aur;
mod command;
mod document;
mod fixture;
mod github_packages;
mod homebrew;
mod nix;
mod npm;
mod pypi;
mod scoop;
mod wine;
mod winget;
