{{! The flake of the repository itself: put it beside Cargo.toml, then `nix flake lock`, and commit both. }}
{{! summary, nixpkgs: quoted. systems: a list. version: what holds where Cargo.toml has none. }}
{{! packages, apps: an attribute each. default: the name of the main package. }}
{
  description = {{summary}};

  inputs.nixpkgs.url = {{nixpkgs}};

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;

      systems = {{systems}};

      eachSystem = make: lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});

      # The flake stays as it is from release to release: the version is that of Cargo.toml.
      manifest = lib.importTOML ./Cargo.toml;
      version = manifest.workspace.package.version or manifest.package.version or {{version}};

      packagesFor = pkgs: {
        {{packages}}
      };
    in
    {
      packages = eachSystem (
        pkgs:
        let
          all = packagesFor pkgs;
        in
        all // { default = all.{{default}}; }
      );

      apps = eachSystem (
        pkgs:
        let
          all = packagesFor pkgs;
        in
        {
          {{apps}}
        }
      );

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = builtins.attrValues (packagesFor pkgs);
          packages = [
            pkgs.clippy
            pkgs.rust-analyzer
            pkgs.rustfmt
          ];
        };
      });

      overlays.default = final: _prev: packagesFor final;

      checks = eachSystem packagesFor;
    };
}
