//! A plain client of a registry of images: what a test puts there before, and looks at afterwards.

use serde_json::{Value, json};
use xtask::digest::Sha256;
use xtask::effect::http::{Answer, Http, Method, Request};
use xtask::effect::secret::Secret;
use xtask::pack::oci::{CONFIG, INDEX, MANIFEST};

/// A repository, and the right to do everything there.
pub(crate) struct Raw {
    http: Http,
    base: String,
    repository: String,
    token: Secret,
}

impl Raw {
    /// Logs in to a registry of the twin.
    #[track_caller]
    pub(crate) fn login(base: &str, service: &str, user: &str, password: &str, repository: &str) -> Raw {
        let http = Http::new();
        let url = format!("{base}/token?service={service}&scope=repository:{repository}:*");
        let login = Secret::new("PASSWORD", password).basic(user);
        let answer = http
            .send(&Request::get(url).secret("authorization", login))
            .unwrap();
        let document: Value = answer.json().unwrap();
        Raw {
            http,
            base: base.to_owned(),
            repository: repository.to_owned(),
            token: Secret::new("TOKEN", document["token"].as_str().unwrap()),
        }
    }

    fn send(&self, request: Request) -> Answer {
        let request = request.secret("authorization", self.token.header("Bearer"));
        self.http.send(&request).unwrap()
    }

    fn url(&self, rest: &str) -> String {
        format!("{}/v2/{}/{rest}", self.base, self.repository)
    }

    /// Reads below the repository.
    pub(crate) fn get(&self, rest: &str) -> Answer {
        self.send(Request::get(self.url(rest)).accept(format!("{INDEX}, {MANIFEST}")))
    }

    /// The digest that a tag stands at.
    pub(crate) fn digest(&self, tag: &str) -> Option<String> {
        self.get(&format!("manifests/{tag}"))
            .header("docker-content-digest")
            .map(str::to_owned)
    }

    /// All tags.
    pub(crate) fn tags(&self) -> Vec<String> {
        let document: Value = self.get("tags/list").json().unwrap();
        let tags = document["tags"].as_array().into_iter().flatten();
        tags.map(|it| it.as_str().unwrap().to_owned()).collect()
    }

    /// Puts a blob there.
    #[track_caller]
    pub(crate) fn blob(&self, bytes: &[u8]) -> String {
        let digest = format!("sha256:{}", Sha256::of(bytes));
        let url = self.url(&format!("blobs/uploads/?digest={digest}"));
        let answer =
            self.send(Request::new(Method::Post, url).bytes("application/octet-stream", bytes.to_vec()));
        assert_eq!(answer.status, 201, "{}", answer.text());
        digest
    }

    /// Puts an image of a version under a tag, and gives its digest. The version stands in an annotation, or in a label.
    #[track_caller]
    pub(crate) fn image(&self, tag: &str, version: &str, is_label: bool) -> String {
        let notes = json!({ "org.opencontainers.image.version": version });
        let config = if is_label {
            json!({ "config": { "Labels": notes } })
        } else {
            json!({})
        }
        .to_string();
        let digest = self.blob(config.as_bytes());
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": { "mediaType": CONFIG, "digest": digest, "size": config.len() },
            "layers": [],
        });
        if !is_label {
            manifest["annotations"] = notes;
        }
        let bytes = manifest.to_string().into_bytes();
        let digest = format!("sha256:{}", Sha256::of(&bytes));
        let url = self.url(&format!("manifests/{tag}"));
        let answer = self.send(Request::put(url).bytes(MANIFEST, bytes));
        assert_eq!(answer.status, 201, "{}", answer.text());
        digest
    }
}
