//! The twin's store, asked by craft-store: the library with which snapcraft itself speaks to the real one.

use super::{log, open, published};
use crate::channels::fixture::judge;
use crate::support::{put, run};

/// What a publisher's program does: who am I, may I, send, notify, ask the status, what is there.
const SCRIPT: &str = r#"
import sys, time, pathlib
import craft_store
from craft_store import endpoints, errors

base, snap, name = sys.argv[1:4]
client = craft_store.UbuntuOneStoreClient(
    base_url=base, storage_base_url=base, auth_url=base, endpoints=endpoints.U1_SNAP_STORE,
    application_name="judge", user_agent="judge", environment_auth="SNAPCRAFT_STORE_CREDENTIALS", ephemeral=True)
print("user", client.whoami()["account"]["username"])

def post(path, body):
    return client.request("POST", base + path, json=body, headers={"Accept": "application/json"}).json()

try:
    post("/dev/api/snap-push/", {"name": "no-such-name", "dry_run": True})
except errors.StoreServerError as error:
    print(str(error).replace("\n", " "))
post("/dev/api/snap-push/", {"name": name, "dry_run": True})
path = pathlib.Path(snap)
upload = client.upload_file(filepath=path)
pushed = post("/dev/api/snap-push/", {
    "name": name, "series": "16", "updown_id": upload, "binary_filesize": path.stat().st_size,
    "source_uploaded": False, "channels": ["edge"]})
while True:
    status = client.request("GET", pushed["status_details_url"]).json()
    if status["processed"]:
        break
    time.sleep(0.02)
print(status["code"], [it["message"] for it in status.get("errors", [])])
for it in client.request("GET", base + f"/api/v2/snaps/{name}/releases").json()["releases"]:
    print(it["channel"], it["architecture"], it["revision"])
"#;

#[test]
fn the_library_of_snapcraft_gets_on_with_the_twin() {
    const TEST: &str = "publish::snap::client::the_library_of_snapcraft_gets_on_with_the_twin";
    let Some(mut shop) = open(TEST) else { return };
    let dir = shop.scratch.path().join("judge");
    xtask::effect::files::create_dir(&dir).unwrap();
    let Some(python) = judge("craft-store", TEST, &dir) else { return };
    let twin = shop.twin(&["snap"], &[]);
    published(&shop).ends(0);

    // The same content packed in another way is other bytes: the review finds that out.
    let rendered = shop.dist.join("channels/snap/demo_1.2.3_amd64.snap");
    let script = put(&dir, "judge.py", SCRIPT);
    let base = twin.base("snap", "snap").unwrap();
    let name = "SNAPCRAFT_STORE_CREDENTIALS";
    let python = python
        .arg(script)
        .arg(&base)
        .arg(&rendered)
        .arg("demo")
        .env(name, xtask::twin::credential::of(name));
    let said = run(&python).ends(0).text();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "user rehearsal");
    assert_eq!(
        lines[1],
        "Store operation failed: - resource-not-found: Snap not found for name=no-such-name"
    );
    assert!(lines[2].starts_with("processing_error ['checksums do not match."), "{said}");
    assert!(lines[3..].contains(&"latest/stable amd64 1") || lines[3..].iter().any(|it| it.starts_with("latest/stable amd64 ")));

    // With another macaroon nothing goes.
    let other = python.env(name, OTHER);
    let refused = run(&other);
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("Authorization Required"), "{}", refused.stderr);
    assert!(log(&twin).iter().any(|it| it.status == 401));
}

/// Macaroons of somebody else.
const OTHER: &str = "\
    eyJ0IjogInUxLW1hY2Fyb29uIiwgInYiOiB7InIiOiAiTURBeFlXeHZZMkYwYVc5dUlIUjNhVzR1WlhoaGJYQnNaUW93\
    TURGamFXUmxiblJwWm1sbGNpQmhibTkwYUdWeUlISnZiM1FLTURBeVpuTnBaMjVoZEhWeVpTQTRtR0RJU0FwZVlaMDct\
    Sk1mbjQxa2ZLeTIyaUVTUjl1VXRKX09EUkJQS1FvIiwgImQiOiAiTURBeU1HeHZZMkYwYVc5dUlHeHZaMmx1TG5SM2FX\
    NHVaWGhoYlhCc1pRb3dNREV4YVdSbGJuUnBabWxsY2lCakNqQXdNbVp6YVdkdVlYUjFjbVVnb0NxODF0dEtFV1BHZzBT\
    MXo5VGF1SVV4bzFtc1MyZC1jYTQ5X2xjclNRRUsifX0=";
