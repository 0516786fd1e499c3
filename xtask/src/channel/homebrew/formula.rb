{{! The formula for a tap. It installs the programs that were built, so nothing is compiled. }}
{{! class, desc, homepage: from the name, the summary and the homepage. }}
{{! version: a line only where the URL does not say the version by itself; Homebrew minds a repetition. }}
{{! license: a line in Homebrew's form of the SPDX expression. depends: which system alone it is for, if it is one. }}
{{! platforms: a URL and its SHA-256 for each system and processor that was built for, two blocks deep. }}
{{! conflicts: for a pre-release, the formula of the release. install: the programs, man pages and completions. }}
{{! caveats, service: from the settings. test: runs each program, and looks for the version in what it says. }}
class {{class}} < Formula
  desc {{desc}}
  homepage {{homepage}}
  {{version}}
  {{license}}

  {{depends}}
  {{platforms}}

  {{conflicts}}
  def install
    {{install}}
  end

  {{caveats}}
  {{service}}
  test do
    {{test}}
  end
end
