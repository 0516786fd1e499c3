{{! What nixpkgs wants in `pkgs/by-name`. }}
{{! name, version, summary, program: quoted. fetcher, inputs: what the function takes besides. }}
{{! source: the expression of `src`. cargo-hash: `lib.fakeHash`, unless `cargo-hash` stands in `[channel.nix]`. }}
{{! build: flags for cargo, and what is installed besides the programs. }}
{{! homepage, changelog, license: a line each, or none. maintainers: a list. }}
{
  lib,
  rustPlatform,
  {{fetcher}},
  {{inputs}}
  nix-update-script,
}:

rustPlatform.buildRustPackage (finalAttrs: {
  pname = {{name}};
  version = {{version}};

  src = {{source}};

  cargoHash = {{cargo-hash}};

  {{build}}

  passthru.updateScript = nix-update-script { };

  meta = {
    description = {{summary}};
    {{homepage}}
    {{changelog}}
    {{license}}
    maintainers = {{maintainers}};
    mainProgram = {{program}};
  };
})
