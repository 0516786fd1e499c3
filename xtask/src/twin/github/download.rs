//! What everybody can download without the API: assets of published releases, and archives of tags.

use std::io::Write;

use serde_json::json;

use super::refusal::not_found;
use super::repository::{git, ref_at};
use super::route::{Call, Handled, Route, route};
use super::state::Asset;
use crate::twin::server::Reply;

/// Its rows.
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/{}/{}/releases/download/{}/{}", asset),
    route("GET", "/{}/{}/releases/latest/download/{}", of_latest),
    route("GET", "/{}/{}/releases/latest", latest),
    route("GET", "/{}/{}/releases/tag/{}", page),
    route("GET", "/{}/{}/archive/refs/tags/{}", archive),
    route("GET", "/objects/{}/{}", object),
];

/// A page for people: nobody here reads more than its status.
fn html(text: &str) -> Reply {
    let page = format!("<!doctype html><title>{text}</title>");
    Reply::bytes(200, Some("text/html; charset=utf-8"), page.into_bytes())
}

/// Pages say it as pages do.
fn missing() -> Reply {
    Reply::text(404, "Not Found")
}

fn asset(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state).map_err(|_| missing())?;
    let release = repository.published(call.argument(2)).ok_or_else(missing)?;
    let asset = release
        .assets
        .iter()
        .find(|it| it.name == call.argument(3))
        .ok_or_else(missing)?;
    to_object(asset, call).map_err(|_| missing())
}

/// Leads to where the bytes are: the real one is another host, with a signature that soon expires.
pub(super) fn to_object(asset: &Asset, call: &Call<'_>) -> Handled {
    if asset.content.is_none() {
        return Err(not_found());
    }
    let url = format!("{}/objects/{}/{}?sig=rehearsal", call.base, asset.id, asset.name);
    Ok(Reply::empty(302).with("location", url.replace('+', "%2B")))
}

fn of_latest(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state).map_err(|_| missing())?;
    let tag = &repository.latest().ok_or_else(missing)?.tag;
    let (owner, name) = call.place();
    let url = format!(
        "{}/{owner}/{name}/releases/download/{tag}/{}",
        call.base,
        call.argument(2)
    );
    Ok(Reply::empty(302).with("location", url.replace('+', "%2B")))
}

fn latest(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state).map_err(|_| missing())?;
    let (owner, name) = call.place();
    let rest = repository
        .latest()
        .map_or_else(String::new, |it| format!("/tag/{}", it.tag));
    Ok(Reply::empty(302).with("location", format!("{}/{owner}/{name}/releases{rest}", call.base)))
}

fn page(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state).map_err(|_| missing())?;
    let release = repository.published(call.argument(2)).ok_or_else(missing)?;
    Ok(html(&release.tag))
}

/// The files of a tag as git packs them, in a folder named after repository and version.
fn archive(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let repository = call.repository(&mut state).map_err(|_| missing())?;
    let (tag, format) = ["tar.gz", "zip"]
        .iter()
        .find_map(|it| Some((call.argument(2).strip_suffix(&format!(".{it}"))?, *it)))
        .ok_or_else(missing)?;
    let dir = call.hub.git_dir(&repository.owner, &repository.name);
    let whole = format!("refs/tags/{tag}");
    ref_at(&dir, &whole).ok_or_else(missing)?;
    let version = tag
        .strip_prefix('v')
        .filter(|it| it.starts_with(|it: char| it.is_ascii_digit()));
    let prefix = format!("{}-{}/", repository.name, version.unwrap_or(tag));
    // Git would start `gzip` for the other form: the library at hand does as well.
    let kind = if format == "zip" { "zip" } else { "tar" };
    let packed = git(&dir)
        .args(["archive", "--format", kind, "--prefix", &prefix, &whole])
        .output(None)
        .ok()
        .filter(crate::effect::process::Outcome::is_success)
        .ok_or_else(|| Reply::text(500, "git archive failed"))?;
    if format == "zip" {
        return Ok(Reply::bytes(200, Some("application/zip"), packed.stdout));
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let bytes = encoder.write_all(&packed.stdout).and_then(|()| encoder.finish());
    let bytes = bytes.map_err(|_| Reply::text(500, "the archive cannot be compressed"))?;
    Ok(Reply::bytes(200, Some("application/x-gzip"), bytes))
}

fn object(call: &Call<'_>) -> Handled {
    let mut state = call.hub.state();
    let id = call.id(0).map_err(|_| missing())?;
    if call.request.argument("sig").is_none() {
        return Err(Reply::json(403, &json!({ "error": "no signature" })));
    }
    let (_, asset) = state.asset(id).ok_or_else(missing)?;
    let (bytes, _) = asset.content.as_ref().ok_or_else(missing)?;
    let reply = Reply::bytes(200, Some("application/octet-stream"), bytes.to_vec());
    Ok(reply.with(
        "content-disposition",
        format!("attachment; filename={}", asset.name),
    ))
}
