//! The server against clients that are written out byte by byte.

use std::io::{Read, Write};
use std::sync::mpsc;

use super::*;

/// Answers with what it was asked.
struct Mirror;

impl Site for Mirror {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        match request.path.as_str() {
            "/panic" => panic!("a site that panics on purpose"),
            "/split" => Reply::empty(200).with("x", "a\r\nevil: 1"),
            "/none" => Reply::empty(204),
            "/known" => Reply::empty(200).with("content-length", "77"),
            _ => {
                let body = String::from_utf8_lossy(&request.body);
                Reply::text(200, format!("{} {} {body}", request.method, request.path)).with("x-base", base)
            }
        }
    }
}

fn start(faults: &str) -> Server {
    Server::start(Arc::new(Mirror), 0, Faults::parse(faults).unwrap()).unwrap()
}

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.base().trim_start_matches("http://")).unwrap()
}

/// Sends bytes and reads until the server closes.
fn talk(server: &Server, bytes: &str) -> String {
    let mut stream = connect(server);
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

#[test]
fn requests_follow_each_other_on_one_connection() {
    let server = start("");
    let answer = talk(
        &server,
        "PUT /a HTTP/1.1\r\ncontent-length: 3\r\n\r\none\
         POST /b HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2;x=y\r\ntw\r\n1\r\no\r\n0\r\nt: 1\r\n\r\n\
         GET http://other.example/c?d HTTP/1.1\r\nconnection: close\r\n\r\n",
    );
    let reply = |body: &str, close: &str| {
        let (base, len) = (server.base(), body.len());
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\nx-base: {base}\r\n{close}\
             content-length: {len}\r\n\r\n{body}"
        )
    };
    let close = "connection: close\r\n";
    assert_eq!(
        answer,
        reply("PUT /a one", "") + &reply("POST /b two", "") + &reply("GET /c ", close)
    );
    let log: Vec<_> = server
        .log()
        .into_iter()
        .map(|it| (it.path, it.query, it.status))
        .collect();
    let line = |path: &str, query: &str| (path.to_owned(), query.to_owned(), 200);
    assert_eq!(log, [line("/a", ""), line("/b", ""), line("/c", "d")]);
}

#[test]
fn answers_without_a_body_have_none() {
    let server = start("");
    let head = "HEAD /x HTTP/1.1\r\n\r\nHEAD /known HTTP/1.1\r\n\r\nGET /none HTTP/1.0\r\n\r\n";
    let answer = talk(&server, head);
    let heads: Vec<&str> = answer.split("\r\n\r\n").collect();
    assert!(heads[0].ends_with("content-length: 8"), "{answer}");
    assert_eq!(heads[1], "HTTP/1.1 200 OK\r\ncontent-length: 77");
    assert_eq!(heads[2], "HTTP/1.1 204 No Content\r\nconnection: close");
    assert_eq!(heads[3..], [""]);
}

#[test]
fn a_client_that_waits_for_a_word_gets_it() {
    let server = start("");
    let mut stream = connect(&server);
    stream
        .write_all(
            b"PUT / HTTP/1.1\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: 2\r\n\r\n",
        )
        .unwrap();
    let mut word = [0; 25];
    stream.read_exact(&mut word).unwrap();
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"ok").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("PUT / ok"), "{answer}");
}

#[test]
fn what_is_no_request_is_refused() {
    let server = start("");
    let check = |bytes: &str, expected: &str| {
        let answer = talk(&server, bytes);
        assert_eq!(answer.lines().next(), Some(expected), "{bytes:?}");
    };
    check("nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request");
    check(
        "PUT / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 400 Bad Request",
    );
    check(
        "PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nz\r\n",
        "HTTP/1.1 400 Bad Request",
    );
    check(
        "PUT / HTTP/1.1\r\ncontent-length: 536870913\r\n\r\n",
        "HTTP/1.1 413 Payload Too Large",
    );
    let long = format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(70_000));
    check(&long, "HTTP/1.1 431 Request Header Fields Too Large");
    // One that panics is an answer, and the server goes on.
    check(
        "GET /panic HTTP/1.1\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 500 Internal Server Error",
    );
    let split = "GET /split HTTP/1.1\r\nconnection: close\r\n\r\n";
    check(split, "HTTP/1.1 500 Internal Server Error");
    check("GET / HTTP/1.1\r\nconnection: close\r\n\r\n", "HTTP/1.1 200 OK");
}

#[test]
fn a_server_stops_while_clients_wait() {
    let server = start("timeout@1,slow=100000@2");
    let (told, ended) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let mut stream = connect(&server);
            let told = told.clone();
            scope.spawn(move || {
                stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
                let mut first = [0; 1];
                let answered = stream.read(&mut first).is_ok_and(|it| it > 0);
                told.send(answered).unwrap();
            });
        }
        // The third is answered when the others have come: they are the first and the second.
        assert!(ended.recv().unwrap());
        drop(server);
    });
    drop(told);
    assert_eq!(ended.iter().filter(|it| *it).count(), 0);
}

#[test]
fn more_clients_than_places_are_all_served() {
    let server = start("");
    // Each keeps its connection until all have their answer, up to where the server begins to close.
    let streams: Vec<TcpStream> = (0..CONNECTIONS_LIMIT + 20).map(|_| connect(&server)).collect();
    std::thread::scope(|scope| {
        for mut stream in streams {
            scope.spawn(move || {
                stream.write_all(b"GET /x HTTP/1.1\r\n\r\n").unwrap();
                let mut answer = [0; 15];
                stream.read_exact(&mut answer).unwrap();
                assert_eq!(&answer, b"HTTP/1.1 200 OK");
            });
        }
    });
    assert_eq!(server.log().len(), CONNECTIONS_LIMIT + 20);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let server = start("");
    let port = server.base().rsplit(':').next().unwrap().parse().unwrap();
    let error = Server::start(Arc::new(Mirror), port, Faults::none()).unwrap_err();
    assert!(format!("{error:#}").starts_with(&format!("cannot listen on port {port} of this machine")));
}
