{
  lib,
  rustPlatform,
  fetchurl,
  installShellFiles,
  nix-update-script,
}:

rustPlatform.buildRustPackage (finalAttrs: {
  pname = "demo";
  version = "1.2.3";

  src = fetchurl {
    url = "https://github.com/owner/demo/releases/download/v${finalAttrs.version}/demo-${finalAttrs.version}-source.tar.gz";
    hash = "sha256-+jUZaGP4PtXLLIxIUZQ5elL4iPRSZjQZtvQYM84g0XU=";
  };

  cargoHash = lib.fakeHash;

  cargoBuildFlags = [
    "--package"
    "demo"
  ];
  cargoTestFlags = [
    "--package"
    "demo"
  ];

  nativeBuildInputs = [ installShellFiles ];

  postInstall = ''
    installShellCompletion --cmd 'demo' \
      --bash "$(find target -path '*/out/completions/demo.bash' -print -quit)" \
      --fish "$(find target -path '*/out/completions/demo.fish' -print -quit)" \
      --zsh "$(find target -path '*/out/completions/_demo' -print -quit)"
    installManPage "$(find target -path '*/out/man/demo.1' -print -quit)"
  '';

  passthru.updateScript = nix-update-script { };

  meta = {
    description = "Counts the words of a text";
    homepage = "https://demo.example";
    changelog = "https://github.com/owner/demo/releases/tag/v${finalAttrs.version}";
    license = with lib.licenses; [
      mit
      asl20
    ];
    maintainers = [ ];
    mainProgram = "demo";
  };
})
