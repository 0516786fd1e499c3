//! Each rule with a bad file that it catches and the good one beside it.

use xtask::channel;
use xtask::lint::{File, Subject};

use super::{CASK, CORE, TAP, sample};
use crate::channels::fixture::{Paper, all_rules_are_tried, findings, refused, rule, rule_of};

/// A rule, the file, and what is replaced in the good one.
const CASES: &[(&str, &str, &str, &str)] = &[
    ("homebrew/class-name", TAP, "class Demo", "class Demoo"),
    ("homebrew/required", TAP, "  desc", "  description"),
    ("homebrew/required", TAP, "def install", "def installs"),
    ("homebrew/desc-form", TAP, "\"Counts", "\"The count"),
    ("homebrew/core-desc", CORE, "\"Counts", "\"The count"),
    ("homebrew/desc-form", CASK, "\"Counts", "\"macOS: counts"),
    ("homebrew/order", TAP, "  desc", "  license \"MIT\"\n  desc"),
    ("homebrew/order", CASK, "  version", "  desc \"x\"\n  version"),
    ("homebrew/sha256-form", TAP, "sha256 \"", "sha256 \"A"),
    ("homebrew/sha256-form", TAP, "      sha256", "      sha1"),
    ("homebrew/url-form", TAP, "url \"https", "url \"http"),
    ("homebrew/url-form", CASK, "homepage \"https", "homepage \"ftp"),
    (
        "homebrew/homepage-secure",
        CASK,
        "homepage \"https",
        "homepage \"http",
    ),
    (
        "homebrew/license-form",
        TAP,
        "any_of: [\"MIT\"",
        "any_of: [\"MITT\"",
    ),
    ("homebrew/license-form", TAP, "any_of: [", "["),
    ("homebrew/test-real", TAP, "assert_match", "puts"),
    ("homebrew/test-real", CORE, "  test do", "  tests do"),
    (
        "homebrew/on-system-url",
        TAP,
        "    on_arm do\n",
        "    url \"https://x.example\"\n    on_arm do\n",
    ),
    ("homebrew/version-form", CASK, "version \"", "version \"v"),
    (
        "homebrew/version-redundant",
        TAP,
        "  license",
        "  version \"1.2.3\"\n  license",
    ),
    ("homebrew/service-path", TAP, "[opt_bin/", "[bin/"),
    ("homebrew/service-path", TAP, "    run ", "    runs "),
    (
        "homebrew/core-stable",
        CORE,
        "v1.2.3/demo-1.2.3",
        "v1.2.3-rc.1/demo-1.2.3-rc.1",
    ),
    ("homebrew/core-from-source", CORE, " => :build", ""),
    (
        "homebrew/core-from-source",
        CORE,
        "  depends_on",
        "  bottle do\n  end\n  depends_on",
    ),
    (
        "homebrew/core-from-source",
        CORE,
        "  license any_of: [\"MIT\", \"Apache-2.0\"]\n",
        "",
    ),
    (
        "homebrew/core-from-source",
        CORE,
        "\"cargo\", \"install\"",
        "\"make\"",
    ),
    ("homebrew/core-network", CORE, "  deny_network_access!\n", ""),
    ("homebrew/core-network", CORE, "def fetch", "def fetches"),
    ("homebrew/cask-required", CASK, "  name", "  names"),
    ("homebrew/cask-required", CASK, "  binary", "  program"),
    ("homebrew/cask-token", CASK, "cask \"demo\"", "cask \"demos\""),
    (
        "homebrew/cask-version",
        CASK,
        "version \"1.2.3\"",
        "version \"latest\"",
    ),
    (
        "homebrew/cask-verified",
        CASK,
        "darwin.tar.gz\"",
        "darwin.tar.gz\",\n      verified: \"github.com/owner/demo/\"",
    ),
    (
        "homebrew/cask-system",
        CASK,
        "depends_on macos: :big_sur",
        "depends_on arch: :arm64",
    ),
];

/// The same for rules that know the release.
const WITH_RELEASE: &[(&str, &str, &str, &str)] = &[
    ("homebrew/platforms-complete", TAP, "on_intel do", "on_arm do"),
    (
        "homebrew/hash-of-url",
        TAP,
        "aarch64-apple-darwin",
        "x86_64-apple-darwin",
    ),
    ("homebrew/hash-of-url", CASK, "sha256 arm:", "sha256 intel:"),
    ("homebrew/hash-of-url", CORE, "source.tar.gz", "src.tar.gz"),
    (
        "homebrew/path-in-archive",
        TAP,
        "bin.install \"demo\"",
        "bin.install \"bin/demo\"",
    ),
    ("homebrew/path-in-archive", CASK, "/man/demo.1", "/demo.1"),
    (
        "homebrew/version-of-release",
        CASK,
        "version \"1.2.3\"",
        "version \"1.2.4\"",
    ),
];

#[test]
fn rules() {
    let paper = Paper::of(&sample("cask = true\nservice = [\"serve\"]\n"));
    let mut tried = Vec::new();
    let bad = |path: &str, from: &str, to: &str| {
        let good = paper.text("homebrew", path);
        assert!(good.contains(from), "{path}: {from}");
        good.replacen(from, to, 1)
    };
    for (id, path, from, to) in CASES {
        rule(id, path, paper.text("homebrew", path), bad(path, from, to));
        tried.push(*id);
    }
    let formula = paper.text("homebrew", CORE).into_bytes();
    for (id, path) in [
        ("homebrew/name-form", "core/d/Demo.rb"),
        ("homebrew/core-folder", "core/x/demo.rb"),
    ] {
        rule_of(id, &[(CORE, formula.clone())], &[(path, formula.clone())]);
        tried.push(id);
    }
    for (id, path, from, to) in WITH_RELEASE {
        let found = |text: String| {
            findings(&Subject {
                channel: channel::find("homebrew").unwrap(),
                files: vec![File::new(*path, text)],
                edition: Some(paper.edition.clone()),
                is_whole: true,
                rendered: None,
            })
        };
        assert_eq!(found(paper.text("homebrew", path)), Vec::<String>::new());
        let found = found(bad(path, from, to));
        assert!(found.iter().any(|it| it.starts_with(id)), "{id}: {found:?}");
        tried.push(id);
    }
    all_rules_are_tried("homebrew", &tried);
}

/// What generators and people write in other ways than we do.
#[test]
fn others_are_understood() {
    const SUM: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    let source = format!(
        r##"class Words < Formula
  desc "Counts words"
  homepage "http://words.example/"
  url "https://words.example/words-1.2.3.tar.gz"
  sha256 "{SUM}"
  license any_of: [
    "MIT", # the code, "all" of it
    "CC0-1.0", # the texts
  ]

  livecheck do
    url "https://words.example/"
    regex(%r{{href=.*?["'/]v?(\d+(?:\.\d+)+)/["' >]}}i)
    regex(/href=["']?words[._-]v?(\d+)["' )]/i)
  end

  def install
    system "make", "install"
    args = if OS.mac?
      ["--mac"]
    else
      []
    end
    system "make", *args, "#{{Formula["words"].opt_bin}}"
  end

  test do
    url = "http://127.0.0.1:8080"
    (testpath/"a.txt").write <<~EOS
      end
    EOS
    %w[one two].each {{ |it| assert_match it, shell_output("#{{bin}}/words #{{url}}") }}
  end
end
"##
    );
    assert_eq!(
        refused("homebrew", vec![File::new("words.rb", source)]),
        Vec::<String>::new()
    );
    let generated = format!(
        r#"class Words < Formula
  desc "Counts words"
  homepage "https://words.example/"
  version "1.2.3"
  on_macos do
    if Hardware::CPU.arm?
      url "https://words.example/arm.tar.gz"
      sha256 SUMS["arm"]
      define_method(:install) do
        bin.install "words"
      end
    end
  end
  on_linux do
    if Hardware::CPU.intel? # and nothing else
      url "https://words.example/intel.tar.gz"
      sha256 "{SUM}"
      def install
        bin.install "words"
      end
    end
  end
end
"#
    );
    assert_eq!(
        refused("homebrew", vec![File::new("words.rb", generated)]),
        Vec::<String>::new()
    );
    let cask = format!(
        r#"cask "font-words" do
  version "1.2.3,4"
  sha256 "{SUM}"
  url "https://words.example/#{{version.csv.first}}#{{"-#{{version.csv.second}}" if version.csv.second}}.zip"
  name "Words"
  homepage "https://words.example/"
  depends_on :macos
  font "Words.ttf"
  caveats "{{{{appdir}}}}/words"
end
"#
    );
    assert_eq!(
        refused("homebrew", vec![File::new("font-words.rb", cask)]),
        Vec::<String>::new()
    );
}

#[test]
fn nothing_makes_a_rule_panic() {
    let hostile = [
        "class A < Formula",
        "class < Formula\nend end end\nurl\nsha256\n\"",
        "cask \"\" do\n  sha256 arm: , intel:\n  url \"#{\n  arch\n  version :latest\n",
        "class A < Formula\n  desc \"\\u{ffffffffff}\\\n  license [\n  test do\n  service do\n    run [\n",
        "class \u{e4} < Formula\n  url \"\u{1f980}\"\n  <<~\n  def\n",
    ];
    let paper = Paper::plain();
    for text in hostile {
        for path in ["x.rb", "core/x.rb", "\u{e4}.rb", TAP] {
            findings(&Subject {
                channel: channel::find("homebrew").unwrap(),
                files: vec![File::new(path, text)],
                edition: Some(paper.edition.clone()),
                is_whole: true,
                rendered: None,
            });
        }
    }
}
