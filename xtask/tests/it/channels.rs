//! What is rendered for each channel: golden files, the rules of the stores, and judges that no one here wrote.

mod aur;
mod command;
mod document;
mod fixture;
mod nix;
mod scoop;
