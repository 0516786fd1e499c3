# cargo's own completion calls `_cargo-xtask` for `cargo xtask`. Where it is not there, this completes that command alone.
if (( $+functions[compdef] )) && [[ -z "${_comps[cargo]}" ]]; then
    _cargo_and_xtask() {
        if (( CURRENT > 2 )) && [[ "${words[2]}" == xtask ]]; then
            shift words
            (( CURRENT-- ))
            _cargo-xtask "$@"
        elif (( CURRENT == 2 )); then
            compadd xtask
        else
            _default
        fi
    }
    compdef _cargo_and_xtask cargo
fi
