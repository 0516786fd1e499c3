# What completes `cargo` besides this, kept from when this file was read; where nothing does yet, it is looked for later.
__cargo_xtask_others="${__cargo_xtask_others-}"
if [[ "$(complete -p cargo 2>/dev/null)" =~ -F\ ([^ ]+) && "${BASH_REMATCH[1]}" != _cargo_and_xtask ]]; then
    __cargo_xtask_others="${BASH_REMATCH[1]}"
fi

# `cargo xtask …`, with `+toolchain` and options of cargo before it; all else is for what completed `cargo` before.
_cargo_and_xtask() {
    local at=1
    while [[ "${COMP_WORDS[at]}" == [-+]* ]]; do
        at=$((at + 1))
    done
    if [[ "${COMP_WORDS[at]}" == xtask && "${COMP_CWORD}" -gt "${at}" ]]; then
        local words=("${COMP_WORDS[@]:at}") word=$((COMP_CWORD - at))
        local COMP_WORDS=("${words[@]}") COMP_CWORD="${word}"
        _cargo_xtask xtask "$2" "$3"
        return
    fi
    COMPREPLY=()
    if [[ -z "${__cargo_xtask_others}" ]] && declare -F _completion_loader >/dev/null; then
        # bash-completion reads what completes a program when it is first needed.
        complete -r cargo
        _completion_loader cargo
        [[ "$(complete -p cargo 2>/dev/null)" =~ -F\ ([^ ]+) ]] && __cargo_xtask_others="${BASH_REMATCH[1]}"
        [[ "${__cargo_xtask_others}" == _minimal ]] && __cargo_xtask_others=""
        complete -F _cargo_and_xtask -o bashdefault -o default cargo
    fi
    if declare -F "${__cargo_xtask_others}" >/dev/null; then
        "${__cargo_xtask_others}" "$@"
    fi
    if [[ "${COMP_CWORD}" -eq "${at}" && xtask == "$2"* && " ${COMPREPLY[*]} " != *" xtask "* ]]; then
        COMPREPLY+=(xtask)
    fi
}

complete -F _cargo_and_xtask -o bashdefault -o default cargo
