#!/bin/sh
# Picks the archive for this machine, downloads it, checks its SHA-256 and puts the programs into place.
# All of it stands between two braces, so nothing runs before the last line has arrived.
{
set -eu

name='demo'
version='1.2.3'
base=${DEMO_DOWNLOAD_URL:-}
official='https://github.com/owner/demo/releases/download/v1.2.3'

# System, machine, C library, the oldest version of that or of the system that will do, archive, SHA-256.
builds() {
  cat <<'END'
linux x86_64 glibc 2.17 demo-1.2.3-x86_64-unknown-linux-gnu.tar.gz 6f9f60816de09005f9ec268cb59dff7e766d6434ce9fdc53c38543db6e0b49d1
END
}

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $1"
  shift
  for line in "$@"; do say "help: $line"; done
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

usage() {
  cat <<END
Installs $name $version for you alone; nothing needs root.

Usage: sh installer.sh [--dir DIR | --prefix DIR]
       curl -fsSL URL | sh -s -- [--dir DIR | --prefix DIR]

  --dir DIR     the folder for the programs [default: \$XDG_BIN_HOME, else ~/.local/bin]
  --prefix DIR  the same as --dir DIR/bin
  --help        print this
  --version     print the version that is installed

The variable DEMO_DOWNLOAD_URL names a mirror to download from, instead of
$official
END
}

# Whether the first version is as new as the second: 2.36 and 2.17.
is_at_least() {
  have=$1. need=$2.
  while [ -n "$need" ]; do
    a=${have%%.*} b=${need%%.*}
    have=${have#*.} need=${need#*.}
    case $a in '' | *[!0-9]*) a=0 ;; esac
    case $b in '' | *[!0-9]*) b=0 ;; esac
    if [ "$a" -gt "$b" ]; then return 0; fi
    if [ "$a" -lt "$b" ]; then return 1; fi
  done
}

look_at_machine() {
  system=$(uname -s) machine=$(uname -m)
  case $system in
    Linux) system=linux ;;
    Darwin) system=macos ;;
    MINGW* | MSYS* | CYGWIN* | Windows*) system=windows ;;
  esac
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64 | armv8b | armv8l) machine=aarch64 ;;
    armv7*) machine=armv7 ;;
    i?86) machine=i686 ;;
  esac
  # A system of 32 bits on a kernel of 64, and a shell that Rosetta translates.
  if [ "$system" = linux ] && [ "$(getconf LONG_BIT 2>/dev/null || echo 64)" = 32 ]; then
    case $machine in
      x86_64) machine=i686 ;;
      aarch64) machine=armv7 ;;
    esac
  fi
  if [ "$system" = macos ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || echo 0)" = 1 ]; then
    machine=aarch64
  fi
  case $system in
    linux)
      library=$(getconf GNU_LIBC_VERSION 2>/dev/null || ldd --version 2>&1 || true)
      case $library in
        *musl*) library=musl library_version='' ;;
        *glibc* | *GLIBC* | *"GNU libc"*)
          library_version=$(printf '%s\n' "$library" | sed -n '1s/.*[^0-9.]\([0-9][0-9.]*\)$/\1/p')
          library=glibc
          ;;
        *) library=unknown library_version='' ;;
      esac
      shown="$system $machine, $library${library_version:+ $library_version}"
      ;;
    macos)
      library=system library_version=$(sw_vers -productVersion 2>/dev/null || echo 99)
      shown="$system $library_version $machine"
      ;;
    *)
      library=none library_version='' shown="$system $machine"
      ;;
  esac
}

# Sets `archive` and `sha256`: what links to the machine's own C library first, then what brings its own.
choose_build() {
  archive='' sha256='' too_old=''
  for wanted in "$machine" universal; do
    for kind in glibc system musl; do
      while read -r b_system b_machine b_kind b_oldest b_archive b_sha256; do
        if [ "$b_system $b_machine $b_kind" != "$system $wanted $kind" ] || [ -n "$archive" ]; then continue; fi
        if [ "$kind" != musl ]; then
          if [ "$kind" != "$library" ]; then continue; fi
          if [ "$b_oldest" != - ] && ! is_at_least "$library_version" "$b_oldest"; then
            too_old="it needs $kind $b_oldest or newer"
            continue
          fi
        fi
        archive=$b_archive sha256=$b_sha256
      done <<END
$(builds)
END
    done
  done
  if [ -n "$archive" ]; then return; fi
  say "error: there is no build of $name $version for this machine: $shown${too_old:+: $too_old}"
  if [ "$system" = windows ]; then say "help: use the installer for PowerShell, which ends in .ps1"; fi
  say "help: there is one for"
  builds | while read -r b_system b_machine b_kind b_oldest _; do
    case $b_kind in
      musl) b_oldest='' ;;
      system) b_kind='' ;;
    esac
    if [ "$b_oldest" = - ]; then b_oldest=''; fi
    if [ -n "$b_kind$b_oldest" ]; then b_oldest="$b_kind${b_kind:+${b_oldest:+ }}$b_oldest"; fi
    say "help:   $b_system $b_machine${b_oldest:+, $b_oldest}"
  done
  exit 1
}

download() {
  # Another scheme than https only for a server on this very machine, which may redirect to itself.
  case $1 in
    https://*) redirect='=https' ;;
    http://127.0.0.1[:/]* | http://localhost[:/]*) redirect='=https,http' ;;
    *) fail "cannot download $1: it does not begin with https://" ;;
  esac
  if has curl; then
    curl --proto '=https,http' --proto-redir "$redirect" --fail --silent --show-error --location \
      --retry 3 --output "$2" "$1" || fail "cannot download $1"
  elif has wget; then
    wget -q -O "$2" "$1" || fail "cannot download $1"
  else
    fail "there is neither curl nor wget to download with"
  fi
}

sha256_of() {
  if has sha256sum; then
    sha256sum <"$1"
  elif has shasum; then
    shasum -a 256 <"$1"
  elif has openssl; then
    openssl dgst -sha256 <"$1" | sed 's/.*= *//'
  else
    fail "there is no sha256sum, shasum or openssl to check the download with"
  fi | cut -d ' ' -f 1
}

unpack() {
  case $1 in
    *.tar.gz) tar -xzf "$1" -C "$2" ;;
    *.tar.xz) tar -xJf "$1" -C "$2" ;;
    *.tar.zst) zstd -dcq "$1" | tar -xf - -C "$2" ;;
    *.zip) unzip -q "$1" -d "$2" ;;
  esac || fail "cannot unpack $1"
}

clean() {
  status=$?
  trap - EXIT
  rm -rf "$scratch"
  for program in "$@"; do rm -f "$dir/.$program.$$"; done
  exit "$status"
}

install_programs() {
  mkdir -p "$dir" || fail "cannot make the folder $dir" "name another: --dir DIR"
  # All of them beside their places first, then each by one rename: no half of a program is ever there.
  for program in "$@"; do
    from=$(find "$scratch/unpacked" -type f -name "$program" | head -n 1)
    if [ -z "$from" ]; then fail "$archive does not hold $program"; fi
    cp "$from" "$dir/.$program.$$" || fail "cannot write into $dir" "name another folder: --dir DIR"
    chmod 755 "$dir/.$program.$$"
  done
  for program in "$@"; do mv -f "$dir/.$program.$$" "$dir/$program"; done
}

main() {
  dir=''
  while [ $# -gt 0 ]; do
    case $1 in
      --dir | --prefix)
        if [ $# -lt 2 ]; then fail "$1 wants a folder" "see --help"; fi
        dir=$2
        if [ "$1" = --prefix ]; then dir=$2/bin; fi
        shift
        ;;
      --dir=*) dir=${1#*=} ;;
      --prefix=*) dir=${1#*=}/bin ;;
      --help | -h) usage && exit 0 ;;
      --version | -V) printf '%s %s\n' "$name" "$version" && exit 0 ;;
      *) fail "there is no option $1" "see --help" ;;
    esac
    shift
  done
  if [ -z "$dir" ]; then
    if [ -z "${XDG_BIN_HOME:-}${HOME:-}" ]; then fail "HOME is not set" "name a folder: --dir DIR"; fi
    dir=${XDG_BIN_HOME:-$HOME/.local/bin}
  fi
  look_at_machine
  choose_build
  base=${base:-$official}
  scratch=$(mktemp -d) || fail "cannot make a temporary folder"
  set -- 'demo'
  trap 'clean "$@"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' HUP TERM
  say "Downloading $archive"
  download "${base%/}/$(printf '%s' "$archive" | sed 's/+/%2B/g')" "$scratch/$archive"
  found=$(sha256_of "$scratch/$archive")
  if [ "$found" != "$sha256" ]; then
    fail "$archive is not what was released: its SHA-256 is $found, not $sha256" \
      "nothing was installed; try again, and tell the makers of $name if it stays so"
  fi
  mkdir "$scratch/unpacked"
  unpack "$scratch/$archive" "$scratch/unpacked"
  install_programs "$@"
  say "Installed $name $version into $dir: $*"
  case :${PATH:-}: in
    *":$dir:"*) ;;
    *) say "To find it, add the folder to your PATH: export PATH=\"$dir:\$PATH\"" ;;
  esac
  say "To remove it: (cd \"$dir\" && rm $*)"
}

main "$@"
exit
}
