{{! The cask for a tap: the programs for macOS alone. Rendered when `cask = true` is set in `[channel.homebrew]`. }}
{{! token, title, desc, homepage: from the name, the title, the summary and the homepage. }}
{{! arch: a line with the word of each processor in the URL, where there are two. sha256: a line, or two. }}
{{! url, artifacts: with Ruby's `#{version}` and `#{arch}` in them. livecheck: where the release is on GitHub. }}
{{! conflicts: for a pre-release, the cask of the release. depends: the oldest macOS, and the processor if it is one. }}
{{! artifacts: the programs, man pages and completions. caveats: from the settings. }}
cask {{token}} do
  {{arch}}
  version {{version}}
  {{sha256}}

  url {{url}}
  name {{title}}
  desc {{desc}}
  homepage {{homepage}}

  {{livecheck}}
  {{conflicts}}
  {{depends}}

  {{artifacts}}
  {{caveats}}
end
