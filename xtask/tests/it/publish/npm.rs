//! npm: our publisher against the twin and against verdaccio, and npm's own client against the twin.

use crate::publish::fixture::Shop;

#[test]
fn first() {
    let Some(mut shop) = Shop::open("publish::npm::first") else { return };
    let twin = shop.twin(&["npm"], &[]);
    let planned = shop.planned(&["npm"]);
    println!("{planned:#?}");
    let run = shop.publish(&["npm"]);
    println!("{}\n{}", run.text(), run.stderr);
    for it in twin.servers[0].server.log() {
        println!("{} {} {}", it.method, it.path, it.status);
    }
    let run = shop.publish(&["npm"]);
    println!("{}\n{}", run.text(), run.stderr);
    assert!(false);
}
