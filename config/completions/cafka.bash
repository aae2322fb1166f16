# Completion of cafka in bash: the program itself says what it takes.

# The help of the command that the line names.
_cafka_help() {
  local line=("${COMP_WORDS[0]}")
  [[ ${COMP_WORDS[1]} == -* ]] || line+=("${COMP_WORDS[1]}")
  "${line[@]}" --help 2>/dev/null
}

# The values of the option before the cursor, where its help lists them.
_cafka_values() {
  local option=$1
  [[ $option == --* ]] || return
  _cafka_help | sed -nE "s/^ +([^ ]*,)?$option .*\{([^}]*)\}.*/\2/p" | tr ',' ' '
}

_cafka() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local words
  if ((COMP_CWORD == 1)); then
    words=$("${COMP_WORDS[0]}" --help 2>/dev/null |
      sed -nE '/^Subcommands:/,/^$/s/^  ([a-z-]+) .*/\1/p')
    words+=" --help --version"
  elif [[ $current == -* ]]; then
    words=$(_cafka_help | grep -oE '^ +(-[a-z],)?--[a-z-]+' | grep -oE -e '--.*')
  else
    words=$(_cafka_values "$before")
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
# Where it has no words, files.
complete -o default -F _cafka cafka
