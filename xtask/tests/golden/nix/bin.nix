{
  lib,
  stdenvNoCC,
  fetchurl,
  installShellFiles,
}:

stdenvNoCC.mkDerivation (finalAttrs: {
  pname = "demo";
  version = "1.2.3";

  src =
    finalAttrs.passthru.sources.${stdenvNoCC.hostPlatform.system}
      or (throw "${finalAttrs.pname} was not built for ${stdenvNoCC.hostPlatform.system}");

  nativeBuildInputs = [ installShellFiles ];

  # The programs stay as they were released.
  dontStrip = true;
  dontPatchELF = true;

  installPhase = ''
    runHook preInstall

    install -Dm755 'demo' -t "$out/bin"
    installShellCompletion --cmd 'demo' \
      --bash 'completions/demo.bash' \
      --fish 'completions/demo.fish' \
      --zsh 'completions/_demo'
    installManPage 'man/demo.1'
    install -Dm644 'LICENSE-APACHE' -t "$out/share/licenses/$pname"
    install -Dm644 'LICENSE-MIT' -t "$out/share/licenses/$pname"

    runHook postInstall
  '';

  passthru.sources = {
    x86_64-linux = fetchurl {
      url = "https://github.com/owner/demo/releases/download/v${finalAttrs.version}/demo-${finalAttrs.version}-x86_64-unknown-linux-musl.tar.gz";
      hash = "sha256-hqBpTVY9+FojKMIs2To/9iFw0LYr61hXlOWUlxC5hK8=";
    };
    aarch64-linux = fetchurl {
      url = "https://github.com/owner/demo/releases/download/v${finalAttrs.version}/demo-${finalAttrs.version}-aarch64-unknown-linux-musl.tar.gz";
      hash = "sha256-bXModYNLbXrpU0gf1v9CQqNIOVKkHs2SDLVJu2hIV3I=";
    };
    aarch64-darwin = fetchurl {
      url = "https://github.com/owner/demo/releases/download/v${finalAttrs.version}/demo-${finalAttrs.version}-aarch64-apple-darwin.tar.gz";
      hash = "sha256-mfGJxhiDJUXg8fl0TNArL5dCgUIznuV/USKvnLJhd9c=";
    };
  };

  meta = {
    description = "Counts the words of a text";
    homepage = "https://demo.example";
    changelog = "https://github.com/owner/demo/releases/tag/v${finalAttrs.version}";
    license = with lib.licenses; [
      mit
      asl20
    ];
    sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];
    maintainers = [ ];
    mainProgram = "demo";
    platforms = builtins.attrNames finalAttrs.passthru.sources;
  };
})
