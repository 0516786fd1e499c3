#!/bin/sh
# What the AUR's server demands of a push, in its own words (aurweb/git/update.py). Arguments: ref, old commit, new commit.
ref=$1 old=$2 new=$3
zero=0000000000000000000000000000000000000000
base=$(basename "$(pwd)" .git)

die() {
    echo "error: $1" >&2
    exit 1
}
die_commit() {
    echo "error: The following error occurred when parsing commit" >&2
    echo "error: $2:" >&2
    echo "error: $1" >&2
    exit 1
}
has() {
    git cat-file -e "$1:$2" 2>/dev/null
}
# The values of a key of the base, one a line.
values() {
    git cat-file blob "$new:.SRCINFO" | sed -n "s/^[[:space:]]*$1 = //p"
}
fits() {
    [ "${#2}" -le "$3" ] || die_commit "$1 field too long: $2" "$new"
}

[ "$ref" = refs/heads/master ] || die "pushing to a branch other than master is restricted"
[ "$new" != $zero ] || die "pushing to a branch other than master is restricted"
if [ "$old" != $zero ]; then
    [ -z "$(git rev-list "$new..$old" 2>/dev/null)" ] || die "denying non-fast-forward (you should pull first)"
fi
has "$new" .SRCINFO || die_commit "missing .SRCINFO" "$new"

pkgbase=$(values pkgbase)
[ -n "$pkgbase" ] || die_commit "a line without a section: pkgbase is missing" "$new"
for key in pkgver pkgrel arch pkgname; do
    [ -n "$(values $key)" ] || die_commit "missing key: $key" "$new"
done
[ "$(git cat-file blob "$new:.SRCINFO" | grep -c -v -e '^[[:space:]]*$' -e '^#' -e '^[[:space:]]*[a-z0-9_]* = ')" = 0 ] ||
    die_commit "invalid line in .SRCINFO" "$new"

values pkgname | while read -r it; do fits pkgname "$it" 255 || exit 1; done || exit 1
fits pkgdesc "$(values pkgdesc)" 255
fits url "$(values url)" 8000
for key in install changelog; do
    it=$(values $key)
    [ -z "$it" ] || has "$new" "$it" || die_commit "missing $key file: $it" "$new"
done
values 'source[_a-z0-9]*' | while read -r it; do
    [ "${#it}" -le 8000 ] || die_commit "source entry too long: $it" "$new"
    case $it in
        *://* | *lp:*) ;;
        *) has "$new" "$it" || die_commit "missing source file: $it" "$new" ;;
    esac
done || exit 1

if [ "$old" = $zero ]; then range=$new; else range=$old..$new; fi
for commit in $(git rev-list --reverse "$range"); do
    has "$commit" PKGBUILD || die_commit "missing PKGBUILD" "$commit"
    git ls-tree -l "$commit" | while read -r _ kind _ size name; do
        case $kind:$name in
            tree:keys | tree:LICENSES) ;;
            tree:*) die_commit "the repository must not contain subdirectories" "$commit" ;;
            *) [ "$size" -le 256000 ] || die_commit "maximum blob size (250.00KiB) exceeded" "$commit" ;;
        esac
    done || exit 1
    for it in $(git ls-tree --name-only "$commit" keys/ 2>/dev/null); do
        [ "$it" = keys/pgp ] || die_commit "the keys/ subdir may only contain a pgp/ directory" "$commit"
    done
    for it in $(git ls-tree --name-only "$commit" keys/pgp/ 2>/dev/null); do
        case $it in
            *.asc) ;;
            *) die_commit "the subdir may only contain .asc (PGP pub key) files" "$commit" ;;
        esac
    done
done

if [ "$old" != $zero ] && [ "$(git rev-parse "$old:.SRCINFO" 2>/dev/null)" = "$(git rev-parse "$new:.SRCINFO")" ]; then
    echo "warning: .SRCINFO unchanged. The package database will not be updated!" >&2
fi
[ "$pkgbase" = "$base" ] || die "invalid pkgbase: $pkgbase, expected $base"

# Some of the names that the real server knows from its database.
for it in $pkgbase $(values pkgname); do
    case $it in
        linux | pacman) die "package is blacklisted: $it" ;;
        git | ripgrep | rust) die "package already provided by [extra]: $it" ;;
    esac
    for other in ../*.git; do
        [ "$other" != "../$base.git" ] || continue
        # The hook may see the objects of this push alone.
        if env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES -u GIT_DIR \
            git --git-dir "$other" cat-file blob refs/heads/master:.SRCINFO 2>/dev/null | grep -q -x "pkgname = $it"; then
            die "cannot overwrite package: $it"
        fi
    done
done
exit 0
