//! What goes wrong on the way: what may pass is tried again and arrives once, what stays ends with the registry's words.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{CHANNEL, changes, ends, index, rendered};
use crate::publish::fixture::Shop;

/// A fault, and the words with which the run ends; `None` where all is well in the end.
const CASES: &[(&str, Option<&str>)] = &[
    ("GET:/index/:503@1", None),
    ("GET:/index/de/:500@2", None),
    ("GET:/index/de/:429@1", None),
    ("GET:reset@2", None),
    ("GET:/index/de/:truncate@2", None),
    ("GET:/index/de/:timeout@1", None),
    ("GET:/api/v1/crates/demo/1.2.3/download:503@1", None),
    ("PUT:503@1", None),
    ("PUT:429@1:retry-after=1", None),
    ("PUT:stored502@1", None),
    ("PUT:reset@1", None),
    ("PUT:truncate@1", None),
    ("PUT:timeout@1", None),
    ("PUT:500@1,PUT:504@2", None),
    ("PUT:401@1", Some("401")),
    ("PUT:403@1", Some("a fault of the twin")),
    ("PUT:404@1", Some("404")),
    ("PUT:409@1", Some("409")),
    ("PUT:422@1", Some("422")),
    ("PUT:redirect@1", Some("30")),
    ("PUT:503@1*", Some("503")),
    ("GET:/index/:403@1*", Some("403")),
    ("GET:/index/:503@1*", Some("503")),
    ("GET:/index/:redirect@1*", Some("redirect")),
    ("GET:/index/de/:digest@1*", Some("ours is")),
];

#[test]
fn what_may_pass_is_tried_again_and_what_stays_is_told() {
    let test = "crates_io::faults";
    if Shop::open(test).is_none() {
        return;
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((fault, words)) = CASES.get(next.fetch_add(1, Ordering::SeqCst)) {
                    one(test, fault, *words);
                }
            });
        }
    });
}

fn one(test: &str, fault: &str, words: Option<&str>) {
    let mut shop = Shop::open(test).unwrap();
    let twin = shop.twin(&[CHANNEL], &[(CHANNEL, fault)]);
    // What a server that does not answer costs.
    shop.variable("CARGO_HTTP_TIMEOUT", "1");
    let run = shop.publish(&[CHANNEL]);
    let said = format!("{}{}", run.text(), run.stderr);
    let faults: Vec<_> = twin.servers[0].server.log();
    assert!(
        faults.iter().any(|it| !it.fault.is_empty()),
        "{fault}: it hit nothing: {said}"
    );
    let Some(words) = words else {
        assert_eq!(run.code, Some(0), "{fault}: {said}");
        ends(&run, "live", 0);
        assert!(index(&twin).contains(&rendered(&shop).to_string()), "{fault}");
        let log = changes(&twin);
        let taken = log.iter().filter(|it| it.ends_with(" 200")).count();
        let is_stored = fault.contains("stored");
        assert_eq!(taken + usize::from(is_stored), 1, "{fault}: {log:?}");
        return;
    };
    assert_eq!(run.code, Some(1), "{fault}: {said}");
    assert!(said.contains(words), "{fault}: {said}");
    assert_eq!(index_without_faults(fault, &twin), "", "{fault}");
}

/// What is there in the end, unless the fault stands before the question.
fn index_without_faults(fault: &str, twin: &xtask::twin::Twin) -> String {
    if fault.starts_with("GET") {
        String::new()
    } else {
        index(twin)
    }
}
