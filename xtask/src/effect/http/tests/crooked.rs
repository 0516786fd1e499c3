//! Servers that do not keep to HTTP, each an answer written out byte by byte.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::*;
use super::word;

/// A server that does this with its connections, one after the other, until the client has what it wants.
fn crooked(serve: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    // It ends with the test's process: the listener waits for a connection that never comes.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            serve(stream.unwrap());
        }
    });
    base
}

/// Reads a head of a request, byte by byte so that nothing of the body is taken.
fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn get(answer: impl Into<Vec<u8>>) -> Result<Answer, Trouble> {
    let answer = answer.into();
    let base = crooked(move |mut stream| {
        read_head(&mut stream);
        stream.write_all(&answer).unwrap();
    });
    Http::new().send(&Request::get(base).wait_s(20.0))
}

#[test]
fn an_answer_that_is_not_whole_is_no_success() {
    let check = |answer: &str, expected: &str| assert_eq!(word(get(answer)), expected, "{answer:?}");
    check("", "Reset");
    check("HTTP/1.1 200 OK\r\ncontent-le", "Reset");
    check("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n1234", "Reset");
    check(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n1234\r\n",
        "Reset",
    );
    check(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n12",
        "Reset",
    );
    check(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n1234\r\n0\r\n\r\n",
        "200",
    );
    check("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n1234", "200");
    // Only the end of the connection says where this one ends.
    let open = get("HTTP/1.1 200 OK\r\n\r\n1234").unwrap();
    assert_eq!(open.body, b"1234");
}

#[test]
fn what_is_no_http_is_told() {
    let check = |answer: &str, expected: &str| assert_eq!(word(get(answer)), expected, "{answer:?}");
    check("SSH-2.0-OpenSSH_9.6\r\n\r\n", "BadAnswer");
    check(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n",
        "BadAnswer",
    );
    check(
        "HTTP/1.1 302 Found\r\nlocation: gopher://x\r\ncontent-length: 0\r\n\r\n",
        "BadAnswer",
    );
    let line = format!("x: {}\r\n", "y".repeat(1000));
    check(
        &format!("HTTP/1.1 200 OK\r\n{}\r\n", line.repeat(200)),
        "BadAnswer",
    );
}

#[test]
fn an_answer_that_is_too_large_is_refused_and_not_kept() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n";
    let base = crooked(move |mut stream| {
        read_head(&mut stream);
        stream.write_all(head.as_bytes()).unwrap();
        let block = vec![0; 1 << 20];
        while stream.write_all(&block).is_ok() {}
    });
    let trouble = Http::new().send(&Request::get(base)).unwrap_err();
    assert_eq!(trouble.kind, Kind::TooLarge);
    assert!(
        trouble.what.ends_with("the answer has more than 64 MiB"),
        "{trouble}"
    );
}

#[test]
fn an_answer_that_comes_before_the_body_was_read_is_read() {
    let base = crooked(|mut stream| {
        read_head(&mut stream);
        stream
            .write_all(b"HTTP/1.1 413 Far Too Large\r\ncontent-length: 4\r\n\r\nmuch")
            .unwrap();
        stream.shutdown(Shutdown::Read).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    });
    let request = Request::post(base).bytes("x/y", vec![0; 32 << 20]);
    let answer = Http::new().send(&request).unwrap();
    assert_eq!((answer.status, answer.reason.as_str()), (413, "Far Too Large"));
    assert_eq!(answer.text(), "much");
}

#[test]
fn a_word_before_the_answer_is_no_answer() {
    let answer = get("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Made It\r\ncontent-length: 0\r\n\r\n");
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.reason.as_str()), (201, "Made It"));
}

#[test]
fn a_port_where_nobody_listens_and_a_server_without_tls() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(word(Http::new().send(&Request::get(gone))), "Connect");
    let plain = crooked(|mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let request = Request::get(plain.replace("http:", "https:"));
    assert_eq!(word(Http::new().send(&request)), "Tls");
}

#[test]
fn a_host_without_an_address_is_told_from_a_host_that_is_down() {
    let request = Request::get("http://host.invalid/");
    let said = "failed to lookup address information: Temporary failure in name resolution";
    let trouble = Trouble::of(&request, std::io::Error::other(said).into());
    assert_eq!(trouble.kind, Kind::Dns);
    assert_eq!(Trouble::of(&request, ureq::Error::HostNotFound).kind, Kind::Dns);
}

#[test]
fn connections_are_used_again() {
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let base = crooked(move |mut stream| {
        counted.fetch_add(1, Ordering::SeqCst);
        while !read_head(&mut stream).is_empty() {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .unwrap();
        }
    });
    let http = Http::new();
    for wait_s in [1.0, 20.0, 3.0, 4.0] {
        let clone = http.clone();
        assert_eq!(
            clone.send(&Request::get(&base).wait_s(wait_s)).unwrap().body,
            b"ok"
        );
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
}
