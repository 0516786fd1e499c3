//! What is rendered for each channel: golden files, the rules of the stores, and judges that no one here wrote.

mod command;
mod docker_hub;
mod document;
mod fixture;
mod scoop;
mod snap;
