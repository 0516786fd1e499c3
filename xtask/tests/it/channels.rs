//! What is rendered for each channel: golden files, the rules of the stores, and judges that no one here wrote.

mod fixture;
mod homebrew;
mod scoop;
mod wine;
mod winget;
