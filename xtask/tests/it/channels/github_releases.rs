//! temp
use crate::channels::fixture::{Demo, Paper, put_files};
use std::path::Path;

#[test]
fn dump() {
    let paper = Paper::plain();
    put_files(
        Path::new("/tmp/assets-out/paper"),
        &paper.files("github-releases"),
    );
    println!("{:?}", paper.rendered("github-releases").1);
    println!("{:?}", paper.findings("github-releases"));
}

#[test]
fn dump_demo() {
    let Some(demo) = Demo::built("x") else { return };
    put_files(Path::new("/tmp/assets-out/demo"), &demo.files("github-releases"));
}
