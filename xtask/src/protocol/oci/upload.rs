//! Blobs: asked for by digest, taken over from another repository, or uploaded whole or in pieces.

use std::io::{Read, Seek, SeekFrom};

use super::wire::{Line, Right, escape, failure, location, with_query};
use super::{Load, wire};
use crate::effect::files;
use crate::effect::http::{Answer, Request};
use crate::outside::{Act, Look};
use crate::standing::{Failure, Standing};

/// Up to this size a blob goes in one request: a piece that was lost is sent again in a moment.
const WHOLE_BYTES: u64 = 32 << 20;

/// The size of a piece. GitHub's registry takes no larger one: `the request body is too large and exceeds the maximum
/// permissible limit of 4.00MiB`.
const PIECE_BYTES: u64 = 4 << 20;

/// What a registry takes for a blob on the way.
const STREAM: &str = "application/octet-stream";

/// The slowest line that an upload is given time for, in bytes a second.
const SLOWEST: f64 = 100_000.0;

/// Whether a blob is there.
pub(super) fn probe(look: &Look<'_>, load: &Load) -> Result<Standing, Failure> {
    let line = Line::new(look, &load.place, Right::Push);
    let request = Request::head(line.url(&format!("blobs/{}", load.digest())));
    let answer = line.ask(request.clone())?;
    match answer.status {
        200 => {
            let there = answer
                .header("docker-content-digest")
                .filter(|it| it.starts_with("sha256:"));
            let what = format!("{} in {}", load.what, load.place);
            match answer
                .header("content-length")
                .and_then(|it| it.parse::<u64>().ok())
            {
                Some(size) if size != load.item.size_bytes => Ok(Standing::Differs {
                    why: format!(
                        "{what} is there with {size} bytes under {}, ours has {}",
                        load.digest(),
                        load.item.size_bytes
                    ),
                }),
                _ => Ok(Standing::of_digest(
                    Some(there.unwrap_or(&load.digest())),
                    &load.digest(),
                    &what,
                )),
            }
        }
        404 => Ok(Standing::Absent),
        _ => Err(said(&line, &request, &answer)),
    }
}

/// The failure of a question without a body in its answer: the same question by GET gets the registry's words.
pub(super) fn said(line: &Line<'_>, request: &Request, answer: &Answer) -> Failure {
    if (400..500).contains(&answer.status) {
        let mut again = request.clone();
        again.method = crate::effect::http::Method::Get;
        if let Ok(said) = line.ask(again)
            && said.status == answer.status
        {
            return failure(request, &said);
        }
    }
    failure(request, answer)
}

/// Brings a blob there. After a failure that may pass, the next call goes on where the registry says that it stopped.
pub(super) fn perform(act: &Act<'_>, load: &Load, from: Option<&str>) -> Result<(), Failure> {
    let line = Line {
        also: from,
        ..Line::new(act, &load.place, Right::Push)
    };
    let key = format!("oci upload {} {}", load.place, load.digest());
    let begun = act.recall(&key).and_then(|it| resume(&line, &it));
    act.forget(&key);
    let session = match begun {
        Some(session) => session,
        None => match begin(&line, act, load, from)? {
            Some(session) => session,
            None => return Ok(()),
        },
    };
    if load.item.size_bytes <= WHOLE_BYTES && session.offset == 0 {
        let request = Request::put(with_query(&session.url, "digest", &load.digest()))
            .file(STREAM, act.path(&load.item))
            .wait_s(wait_s(load.item.size_bytes));
        let answer = line.send(act, request.clone())?;
        return finish(load, &request, &answer);
    }
    pieces(&line, act, load, session, &key)
}

fn wait_s(size_bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a time in seconds")]
    let size = size_bytes as f64;
    120.0 + size / SLOWEST
}

/// An upload that was begun.
struct Session {
    url: String,
    /// How much the registry has.
    offset: u64,
    /// The size of a piece.
    piece: u64,
}

/// Begins an upload; `None` when the registry took the blob over from the other repository (distribution-spec, "Mounting a
/// blob from another repository").
fn begin(
    line: &Line<'_>,
    act: &Act<'_>,
    load: &Load,
    from: Option<&str>,
) -> Result<Option<Session>, Failure> {
    let mut url = line.url("blobs/uploads/");
    if let Some(from) = from {
        url = format!("{url}?mount={}&from={}", escape(&load.digest()), escape(from));
    }
    let request = Request::post(url).bytes(STREAM, Vec::new());
    let answer = line.send(act, request.clone())?;
    match answer.status {
        201 if from.is_some() => finish(load, &request, &answer).map(|()| None),
        202 => {
            let least = answer
                .header("oci-chunk-min-length")
                .and_then(|it| it.parse().ok());
            Ok(Some(Session {
                url: location(&request, &answer)?,
                offset: 0,
                piece: PIECE_BYTES.max(least.unwrap_or(0)),
            }))
        }
        _ => Err(failure(&request, &answer)),
    }
}

/// Asks how far an upload has come; `None` when the registry knows nothing of it any more.
fn resume(line: &Line<'_>, url: &str) -> Option<Session> {
    let request = Request::get(url);
    let answer = line.ask(request.clone()).ok().filter(|it| it.status == 204)?;
    Some(Session {
        url: location(&request, &answer).unwrap_or_else(|_| url.to_owned()),
        offset: offset(&answer)?,
        piece: PIECE_BYTES,
    })
}

/// `Range: 0-99` are a hundred bytes. `0-0` may be one byte or none: some registries begin with it.
fn offset(answer: &Answer) -> Option<u64> {
    let last: u64 = answer.header("range")?.rsplit_once('-')?.1.parse().ok()?;
    Some(if last == 0 { 0 } else { last + 1 })
}

/// Sends what the registry does not have yet, piece by piece (distribution-spec, "Pushing a blob in chunks").
fn pieces(
    line: &Line<'_>,
    act: &Act<'_>,
    load: &Load,
    mut session: Session,
    key: &str,
) -> Result<(), Failure> {
    let size = load.item.size_bytes;
    let path = act.path(&load.item);
    let mut file = files::open(&path)?;
    while session.offset < size {
        act.remember(key, &session.url);
        let len = session.piece.min(size - session.offset);
        let mut piece = Vec::new();
        let read = file
            .seek(SeekFrom::Start(session.offset))
            .and_then(|_| (&file).take(len).read_to_end(&mut piece));
        read.map_err(|error| {
            Failure::new(format!(
                "cannot read `{}`: {}",
                path.display(),
                files::reason(&error)
            ))
        })?;
        let last = session.offset + len - 1;
        let request = Request::patch(&session.url)
            .bytes(STREAM, piece)
            .header("content-range", format!("{}-{last}", session.offset))
            .wait_s(wait_s(len));
        let answer = line.send(act, request.clone())?;
        match answer.status {
            202 => {
                session.url = location(&request, &answer)?;
                let taken = offset(&answer).unwrap_or(last + 1);
                if taken <= session.offset || taken > size {
                    return Err(Failure::new(format!(
                        "the registry was sent the bytes {}-{last} of {} and says that it has {taken}",
                        session.offset, load.what
                    )));
                }
                session.offset = taken;
            }
            // It has another piece than we think, or forgot all: the next attempt asks it.
            404 | 416 => {
                return Err(Failure {
                    again: crate::standing::Again::Soon,
                    ..failure(&request, &answer)
                });
            }
            _ => return Err(failure(&request, &answer)),
        }
    }
    let request = Request::put(with_query(&session.url, "digest", &load.digest())).bytes(STREAM, Vec::new());
    let answer = line.send(act, request.clone())?;
    act.forget(key);
    finish(load, &request, &answer)
}

/// The registry has the blob, under the digest that it has computed.
fn finish(load: &Load, request: &Request, answer: &Answer) -> Result<(), Failure> {
    if answer.status == 404 && wire::has_code(answer, "BLOB_UPLOAD_UNKNOWN") {
        return Err(Failure {
            again: crate::standing::Again::Soon,
            ..failure(request, answer)
        });
    }
    if answer.status != 201 {
        return Err(failure(request, answer));
    }
    is_ours(load, answer)
}

/// A digest in an answer is ours, or something is wrong.
pub(super) fn is_ours(load: &Load, answer: &Answer) -> Result<(), Failure> {
    match answer.header("docker-content-digest") {
        Some(there) if there.starts_with("sha256:") && there != load.digest() => Err(Failure::new(format!(
            "{} was sent to {} as {}, and the registry says that it has {there}",
            load.what,
            load.place,
            load.digest()
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        let check = |range: &str, expected| {
            let answer = Answer {
                status: 202,
                reason: String::new(),
                headers: vec![("range".to_owned(), range.to_owned())],
                body: Vec::new(),
                url: String::new(),
            };
            assert_eq!(offset(&answer), expected, "{range}");
        };
        check("0-99", Some(100));
        check("bytes=0-99", Some(100));
        check("0-0", Some(0));
        check("x", None);
    }
}
