{{! The programs as they were built, for a flake of binaries: `pkgs.callPackage ./package.nix { }`. }}
{{! name, version, summary, program: quoted. builder: `stdenvNoCC`, or `stdenv` where a program is linked with glibc. }}
{{! system: the system that it is installed on, as an interpolation. }}
{{! inputs: what the function takes besides. hooks: the build inputs. install: lines of a script. }}
{{! homepage, changelog, license: a line each, or none. maintainers: a list. sources: an attribute for each system. }}
{
  lib,
  {{builder}},
  fetchurl,
  {{inputs}}
}:

{{builder}}.mkDerivation (finalAttrs: {
  pname = {{name}};
  version = {{version}};

  src =
    finalAttrs.passthru.sources.{{system}}
      or (throw "${finalAttrs.pname} was not built for {{system}}");

  {{hooks}}

  # The programs stay as they were released.
  dontStrip = true;
  dontPatchELF = true;

  installPhase = ''
    runHook preInstall

    {{install}}

    runHook postInstall
  '';

  passthru.sources = {
    {{sources}}
  };

  meta = {
    description = {{summary}};
    {{homepage}}
    {{changelog}}
    {{license}}
    sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];
    maintainers = {{maintainers}};
    mainProgram = {{program}};
    platforms = builtins.attrNames finalAttrs.passthru.sources;
  };
})
