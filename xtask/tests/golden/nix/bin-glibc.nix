{
  lib,
  stdenv,
  fetchurl,
  autoPatchelfHook,
  installShellFiles,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "demo";
  version = "1.2.3";

  src =
    finalAttrs.passthru.sources.${stdenv.hostPlatform.system}
      or (throw "${finalAttrs.pname} was not built for ${stdenv.hostPlatform.system}");

  nativeBuildInputs = [
    installShellFiles
  ]
  ++ lib.optionals stdenv.hostPlatform.isLinux [ autoPatchelfHook ];
  buildInputs = lib.optionals stdenv.hostPlatform.isLinux [ stdenv.cc.cc.lib ];

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
      url = "https://github.com/owner/demo/releases/download/v${finalAttrs.version}/demo-${finalAttrs.version}-x86_64-unknown-linux-gnu.tar.gz";
      hash = "sha256-b59ggW3gkAX57CaMtZ3/fnZtZDTOn9xTw4VD224LSdE=";
    };
    armv7l-linux = fetchurl {
      url = "https://github.com/owner/demo/releases/download/v${finalAttrs.version}/demo-${finalAttrs.version}-armv7-unknown-linux-gnueabihf.tar.gz";
      hash = "sha256-3MDP4N7k2CnveqAcxkWhcJfuynM5ez4v1idJnZFvLs0=";
    };
    aarch64-darwin = fetchurl {
      url = "https://github.com/owner/demo/releases/download/v${finalAttrs.version}/demo-${finalAttrs.version}-universal-apple-darwin.tar.gz";
      hash = "sha256-5FC5Ou+M0m/5hgnFlCYkk73aLkDZASIK6ZYj7pG/Hr8=";
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
