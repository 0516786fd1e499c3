//! What is rendered for each channel: golden files, the rules of the stores, and judges that no one here wrote.

mod chocolatey;
mod command;
mod docker_hub;
mod document;
mod fixture;
mod flathub;
mod github_packages;
mod homebrew;
mod npm;
mod property;
mod pypi;
mod scoop;
mod snap;
mod wine;
mod winget;
