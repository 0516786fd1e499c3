{{! The formula for homebrew-core, which compiles the source. A person reviews it and opens the pull request. }}
{{! class, desc, homepage: from the name, the summary and the homepage. }}
{{! url, sha256: the source archive of the release. version: a line where the URL does not say it by itself. }}
{{! license: a line in Homebrew's form of the SPDX expression. }}
{{! cargo-args: Homebrew's own, with the folder of the package in the workspace. }}
{{! install: what is installed beside the programs, or nothing. service: from the settings. }}
{{! test: runs each program, and looks for the version in what it says. Reviewers like to see it do some work too. }}
class {{class}} < Formula
  desc {{desc}}
  homepage {{homepage}}
  url {{url}}
  {{version}}
  sha256 {{sha256}}
  {{license}}

  depends_on "rust" => :build

  deny_network_access!

  def fetch
    system "cargo", "fetch", *std_cargo_fetch_args
  end

  def install
    system "cargo", "install", {{cargo-args}}
    {{install}}
  end

  {{service}}
  test do
    {{test}}
  end
end
