//! One connection: request after request, with the faults that hit them.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::message::{Incoming, Reply};
use super::read::{Head, Source, Unread};
use super::{Logged, State};
use crate::twin::fault::{Hit, What, spoil, spoil_text};

/// The argument that marks the URL of a loop of redirects: whoever follows it gets another.
const LOOP: &str = "twin-redirect-loop";

/// Above so many connections each is closed after its answer, so that waiting clients get a turn.
const CROWD: usize = super::CONNECTIONS_LIMIT / 2;

/// What becomes of the connection.
enum Then {
    Keep,
    Close,
    /// At once, whatever is on its way.
    Break,
}

/// Serves a connection until it ends.
pub(super) fn serve(state: &State, stream: &TcpStream) {
    let mut source = Source::new(stream);
    loop {
        let then = match source.head() {
            Ok(head) => one(state, &mut source, head),
            Err(unread) => refuse(&mut source, &unread),
        };
        match then {
            Ok(Then::Keep) => {}
            Ok(Then::Close) => return close(stream),
            Ok(Then::Break) | Err(_) => return,
        }
    }
}

/// One request.
fn one(state: &State, source: &mut Source<&TcpStream>, mut head: Head) -> io::Result<Then> {
    let is_looping = head.incoming.argument(LOOP).is_some();
    let hit = if is_looping {
        looped()
    } else {
        state.faults.hit(&head.incoming.method, &head.incoming.path)
    };
    state.wait(hit.delay);
    let note = |status| state.note(&head.incoming, &head.query, status, &hit);
    match hit.what {
        Some(What::Timeout) => {
            note(0);
            // The client gives up, or the server stops and shuts the connection down.
            source.stream.set_read_timeout(None)?;
            io::copy(&mut source.stream, &mut io::sink())?;
            return Ok(Then::Break);
        }
        Some(What::Early(status)) => {
            note(status);
            let reply = made_up(status, &hit).with("connection", "close");
            send(&mut source.stream, &head.incoming, &reply)?;
            return Ok(Then::Close);
        }
        Some(What::Stall) if matches!(source.half_a_body(&head), Ok(true)) => {
            note(0);
            state.wait_for_the_end();
            return Ok(Then::Break);
        }
        Some(What::Reset) if matches!(source.half_a_body(&head), Ok(true)) => {
            note(0);
            state.site.cut(&head.incoming, &state.base);
            return Ok(Then::Break);
        }
        _ => {}
    }
    match source.body(&head) {
        Ok(body) => head.incoming.body = body,
        Err(unread) => {
            if matches!(unread, Unread::Ended) {
                state.site.cut(&head.incoming, &state.base);
            }
            return refuse(source, &unread);
        }
    }
    let incoming = &head.incoming;
    let reply = match hit.what {
        Some(What::Status(status)) => made_up(status, &hit),
        Some(What::Redirect) => redirect(incoming, &head.query),
        Some(What::After(status)) => {
            ask(state, incoming);
            made_up(status, &hit)
        }
        Some(What::Digest) => spoiled(ask(state, incoming)),
        _ => ask(state, incoming),
    };
    state.note(incoming, &head.query, reply.status, &hit);
    let is_crowded = state.count() > CROWD;
    let closes = head.wants_close || is_crowded;
    let reply = if closes {
        reply.with("connection", "close")
    } else {
        reply
    };
    if matches!(hit.what, Some(What::Reset | What::Truncate)) {
        let bytes = written(incoming, &reply);
        let head = memchr::memmem::find(&bytes, b"\r\n\r\n").map_or(0, |it| it + 4);
        let body = bytes.len() - head;
        // An answer without a body is cut in its head.
        let end = if body == 0 { head / 2 } else { head + body / 2 };
        source.stream.write_all(&bytes[..end])?;
        return Ok(Then::Break);
    }
    send(&mut source.stream, incoming, &reply)?;
    Ok(if closes { Then::Close } else { Then::Keep })
}

/// A site that panics, or that echoes a line end into a header, is one request that failed.
fn ask(state: &State, incoming: &Incoming) -> Reply {
    let reply = catch_unwind(AssertUnwindSafe(|| state.site.answer(incoming, &state.base)));
    let is_line = |it: &str| !it.contains(['\r', '\n']);
    reply
        .ok()
        .filter(|it| {
            it.headers
                .iter()
                .all(|(name, value)| is_line(name) && is_line(value))
        })
        .filter(|it| it.reason.as_deref().is_none_or(is_line))
        .unwrap_or_else(|| Reply::text(500, "the twin itself failed"))
}

fn refuse(source: &mut Source<&TcpStream>, unread: &Unread) -> io::Result<Then> {
    let Unread::Refused(status, why) = unread else {
        return Ok(Then::Break);
    };
    let reply = Reply::text(*status, *why).with("connection", "close");
    send(&mut source.stream, &Incoming::default(), &reply)?;
    Ok(Then::Close)
}

fn made_up(status: u16, hit: &Hit) -> Reply {
    let reply = Reply::text(status, format!("a fault of the twin: {}", hit.text.join(", ")));
    (hit.details.iter()).fold(reply, |reply, (name, value)| reply.with(name, value))
}

fn looped() -> Hit {
    Hit {
        what: Some(What::Redirect),
        ..Hit::default()
    }
}

/// To itself: 302 for what reads, 307 for what has a body, which would be dropped otherwise.
fn redirect(incoming: &Incoming, query: &str) -> Reply {
    let status = if matches!(incoming.method.as_str(), "GET" | "HEAD") {
        302
    } else {
        307
    };
    let mark = format!("{LOOP}=1");
    let query = match query {
        "" => mark,
        query if query.contains(&mark) => query.to_owned(),
        query => format!("{query}&{mark}"),
    };
    Reply::empty(status).with("location", format!("{}?{query}", incoming.path))
}

fn spoiled(mut reply: Reply) -> Reply {
    reply.body = spoil(&reply.body);
    for (name, value) in &mut reply.headers {
        *value = spoil_text(name, value);
    }
    reply
}

fn send(stream: &mut &TcpStream, incoming: &Incoming, reply: &Reply) -> io::Result<()> {
    stream.write_all(&written(incoming, reply))
}

/// The bytes of an answer.
fn written(incoming: &Incoming, reply: &Reply) -> Vec<u8> {
    let usual = ureq::http::StatusCode::from_u16(reply.status)
        .ok()
        .and_then(|it| it.canonical_reason())
        .unwrap_or_default();
    let reason = reply.reason.as_deref().unwrap_or(usual);
    let mut lines = vec![format!("HTTP/1.1 {} {reason}", reply.status)];
    lines.extend((reply.headers.iter()).map(|(name, value)| format!("{name}: {value}")));
    // These two have no body and no length (RFC 9110, section 8.6).
    let is_bare = matches!(reply.status, 204 | 304);
    if !is_bare && reply.header("content-length").is_none() {
        lines.push(format!("content-length: {}", reply.body.len()));
    }
    let head = lines.join("\r\n") + "\r\n\r\n";
    let mut bytes = head.into_bytes();
    if incoming.method != "HEAD" && !is_bare {
        bytes.extend_from_slice(&reply.body);
    }
    bytes
}

/// Closes so that the client can read the answer: bytes that come for a socket that is gone would have it dropped.
fn close(mut stream: &TcpStream) {
    if stream.shutdown(Shutdown::Write).is_ok() {
        let _ = stream.set_read_timeout(Some(super::LINGER));
        let mut rest = (&mut stream).take(super::read::BODY_LIMIT_BYTES);
        let _ = io::copy(&mut rest, &mut io::sink());
    }
}

impl State {
    fn note(&self, incoming: &Incoming, query: &str, status: u16, hit: &Hit) {
        self.push(Logged {
            method: incoming.method.clone(),
            path: incoming.path.clone(),
            query: query.to_owned(),
            status,
            at: self.started.elapsed(),
            fault: hit.text.join(","),
        });
    }
}
