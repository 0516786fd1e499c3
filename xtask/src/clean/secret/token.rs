//! Tokens that are told by how they begin: a prefix, letters of one alphabet, a length.

use memchr::memmem;

use super::is_placeholder;

/// A kind of token.
#[derive(Debug)]
pub(super) struct Row {
    /// What it is called.
    pub(super) kind: &'static str,
    /// How it begins.
    pub(super) prefix: &'static str,
    /// What follows.
    pub(super) alphabet: Alphabet,
    /// How many letters follow: at least, and at most.
    pub(super) length: (usize, usize),
}

/// The letters of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// `0-9a-f`.
    Hex,
    /// `A-Z2-7`.
    Base32,
    /// `0-9a-z`.
    Lower,
    /// `0-9A-Za-z`.
    Alnum,
    /// Letters, digits, `-` and `_`.
    Url,
    /// The same and `.`, `~`, `=`.
    Wide,
    /// Letters, digits, `+` and `/`.
    Base64,
}

use Alphabet::{Alnum, Base32, Base64, Hex, Lower, Url, Wide};

const fn row(kind: &'static str, prefix: &'static str, alphabet: Alphabet, least: usize, most: usize) -> Row {
    Row {
        kind,
        prefix,
        alphabet,
        length: (least, most),
    }
}

/// No token is longer.
const ANY: usize = 1024;

/// All kinds; each as its service describes it, or as its tokens look.
pub(super) const ROWS: &[Row] = &[
    row("access key of Alibaba Cloud", "LTAI", Alnum, 16, 26),
    row("access key of AWS", "AKIA", Base32, 16, 16),
    row("access key of AWS", "ASIA", Base32, 16, 16),
    row("account key of Azure Storage", "AccountKey=", Base64, 86, 86),
    row("age secret key", "AGE-SECRET-KEY-1", Alnum, 58, 58),
    row("API key of Anthropic", "sk-ant-", Url, 80, 200),
    row("API key of Google", "AIza", Url, 35, 35),
    row("API key of Grafana", "glsa_", Url, 40, 60),
    row("API key of Grafana", "glc_ey", Base64, 40, ANY),
    row("API key of New Relic", "NRAK-", Alnum, 27, 27),
    row("API key of NuGet", "oy2", Lower, 43, 43),
    row("API key of OpenAI", "sk-proj-", Url, 40, 200),
    row("API key of OpenAI", "sk-svcacct-", Url, 40, 200),
    row("API key of Postman", "PMAK-", Url, 59, 59),
    row("API key of RubyGems", "rubygems_", Hex, 48, 48),
    row("API key of SendGrid", "SG.", Wide, 60, 70),
    row("API key of Stripe", "sk_live_", Alnum, 16, 120),
    row("API key of Stripe", "rk_live_", Alnum, 16, 120),
    row("client secret of Google", "GOCSPX-", Url, 28, 28),
    row("signing secret of Stripe", "whsec_", Alnum, 32, 64),
    row("token of Artifactory", "AKCp", Alnum, 60, 80),
    row("token of Atlassian", "ATATT3", Wide, 100, 250),
    row("token of Bitbucket", "ATBB", Alnum, 32, 40),
    row("token of Cargo's registry", "cio", Alnum, 32, 32),
    row("token of Databricks", "dapi", Hex, 32, 32),
    row("token of DigitalOcean", "dop_v1_", Hex, 64, 64),
    row("token of DigitalOcean", "doo_v1_", Hex, 64, 64),
    row("token of Docker Hub", "dckr_pat_", Url, 20, 60),
    row("token of Docker Hub", "dckr_oat_", Url, 20, 60),
    row("token of Doppler", "dp.pt.", Alnum, 40, 50),
    row("token of Fly.io", "fm2_", Base64, 60, ANY),
    row("token of GitHub", "ghp_", Alnum, 36, 255),
    row("token of GitHub", "gho_", Alnum, 36, 255),
    row("token of GitHub", "ghu_", Alnum, 36, 255),
    row("token of GitHub", "ghs_", Wide, 36, ANY),
    row("token of GitHub", "ghr_", Alnum, 36, 255),
    row("token of GitHub", "github_pat_", Url, 60, 255),
    row("token of GitLab", "glpat-", Wide, 20, 300),
    row("token of GitLab", "gldt-", Url, 20, 64),
    row("token of GitLab", "glrt-", Wide, 20, 300),
    row("token of GitLab", "glcbt-", Url, 20, 300),
    row("token of GitLab", "glptt-", Hex, 40, 40),
    row("token of Google", "ya29.", Url, 60, ANY),
    row("token of Heroku", "HRKU-", Url, 36, 80),
    row("token of Hugging Face", "hf_", Alnum, 30, 40),
    row("token of Linear", "lin_api_", Alnum, 32, 48),
    row("token of Netlify", "nfp_", Alnum, 36, 40),
    row("token of npm", "npm_", Alnum, 36, 36),
    row("token of PlanetScale", "pscale_tkn_", Wide, 32, 64),
    row("token of Pulumi", "pul-", Hex, 40, 40),
    row("token of PyPI", "pypi-AgE", Url, 50, ANY),
    row("token of Shopify", "shpat_", Hex, 32, 32),
    row("token of Shopify", "shpss_", Hex, 32, 32),
    row("token of Slack", "xapp-", Url, 30, 200),
    row("token of Slack", "xoxa-", Url, 20, 200),
    row("token of Slack", "xoxb-", Url, 20, 200),
    row("token of Slack", "xoxe-", Url, 20, 300),
    row("token of Slack", "xoxp-", Url, 20, 200),
    row("token of Slack", "xoxr-", Url, 20, 200),
    row("token of Slack", "xoxs-", Url, 20, 200),
    row("token of Square", "sq0csp-", Url, 43, 43),
    row("token of Supabase", "sbp_", Hex, 40, 40),
    row("token of Tailscale", "tskey-", Url, 20, 100),
    row("token of Vault", "hvs.", Url, 24, 300),
    row("token of Vault", "hvb.", Url, 24, 300),
];

/// The kinds of which there is a token.
pub(super) fn kinds(bytes: &[u8]) -> impl Iterator<Item = &'static str> {
    ROWS.iter()
        .filter(|it| it.is_in(bytes))
        .map(|it| it.kind)
        .chain(azure(bytes))
}

impl Row {
    fn is_in(&self, bytes: &[u8]) -> bool {
        memmem::find_iter(bytes, self.prefix.as_bytes()).any(|at| {
            let is_inside = at > 0 && is_word(bytes[at - 1]);
            let rest = &bytes[at + self.prefix.len()..];
            !is_inside && self.alphabet.run(rest, self.length).is_some_and(is_random)
        })
    }
}

impl Alphabet {
    fn holds(self, byte: u8) -> bool {
        match self {
            Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Base32 => byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte),
            Lower => byte.is_ascii_digit() || byte.is_ascii_lowercase(),
            Alnum => byte.is_ascii_alphanumeric(),
            Url => byte.is_ascii_alphanumeric() || b"-_".contains(&byte),
            Wide => byte.is_ascii_alphanumeric() || b"-_.~=".contains(&byte),
            Base64 => byte.is_ascii_alphanumeric() || b"+/".contains(&byte),
        }
    }

    /// The letters at the start, when they are as many as a token has and the word ends with them.
    pub(super) fn run(self, bytes: &[u8], (least, most): (usize, usize)) -> Option<&[u8]> {
        let window = &bytes[..bytes.len().min(most + 1)];
        let length = window.iter().take_while(|it| self.holds(**it)).count();
        let is_ended = bytes.get(length).is_none_or(|it| !is_word(*it));
        ((least..=most).contains(&length) && is_ended).then(|| &bytes[..length])
    }
}

/// What [`azure`] finds.
pub(super) const AZURE: &str = "client secret of Azure";

/// A client secret of Azure: three letters, a digit and `Q~`, then 31 to 34 letters.
fn azure(bytes: &[u8]) -> Option<&'static str> {
    let is_found = memmem::find_iter(bytes, b"Q~").any(|at| {
        let Some(start) = at.checked_sub(4) else {
            return false;
        };
        let head = &bytes[start..at];
        let is_head = head[..3].iter().all(|it| Wide.holds(*it)) && head[3].is_ascii_digit();
        let is_inside = start > 0 && is_word(bytes[start - 1]);
        is_head && !is_inside && Wide.run(&bytes[at + 2..], (31, 34)).is_some_and(is_random)
    });
    is_found.then_some(AZURE)
}

/// Whether a word goes on with this byte.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Words and names in a long identifier have no digits, or hardly any other letters.
fn is_random(value: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !is_placeholder(value)
}
