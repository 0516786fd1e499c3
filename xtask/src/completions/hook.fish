# `cargo xtask` is a command of cargo: what stands behind `xtask` is completed as for a program `cargo-xtask`.
function __cargo_xtask_complete
    set -l words (commandline -opc)
    set -l at (contains -i -- xtask $words)
    or return
    set -e words[1..$at]
    complete --do-complete (string join ' ' -- cargo-xtask (string escape -- $words) (commandline -ct))
end

complete -c cargo -n '__fish_seen_subcommand_from xtask' -f -a '(__cargo_xtask_complete)'
complete -c cargo -n 'not __fish_seen_subcommand_from xtask; and test (count (commandline -opc)) -eq 1' -a xtask -d 'Build automation and releases'
