{
  description = "Counts the words of a text";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;

      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];

      eachSystem = make: lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});

      # The flake stays as it is from release to release: the version is that of Cargo.toml.
      manifest = lib.importTOML ./Cargo.toml;
      version = manifest.workspace.package.version or manifest.package.version or "1.2.3";

      packagesFor = pkgs: {
        demo = pkgs.rustPlatform.buildRustPackage {
          pname = "demo";
          inherit version;

          src = self;

          cargoLock.lockFile = ./Cargo.lock;

          cargoBuildFlags = [
            "--package"
            "demo"
          ];
          cargoTestFlags = [
            "--package"
            "demo"
          ];

          nativeBuildInputs = [ pkgs.installShellFiles ];

          postInstall = ''
            installShellCompletion --cmd 'demo' \
              --bash "$(find target -path '*/out/completions/demo.bash' -print -quit)" \
              --fish "$(find target -path '*/out/completions/demo.fish' -print -quit)" \
              --zsh "$(find target -path '*/out/completions/_demo' -print -quit)"
            installManPage "$(find target -path '*/out/man/demo.1' -print -quit)"
          '';

          meta = {
            description = "Counts the words of a text";
            homepage = "https://demo.example";
            license = with lib.licenses; [
              mit
              asl20
            ];
            mainProgram = "demo";
          };
        };
      };
    in
    {
      packages = eachSystem (
        pkgs:
        let
          all = packagesFor pkgs;
        in
        all // { default = all.demo; }
      );

      apps = eachSystem (
        pkgs:
        let
          all = packagesFor pkgs;
        in
        {
          demo = {
            type = "app";
            program = lib.getExe' all.demo "demo";
          };
          default = {
            type = "app";
            program = lib.getExe all.demo;
          };
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
