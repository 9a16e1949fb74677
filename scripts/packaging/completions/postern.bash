# bash completion for postern. The program itself is asked what it takes, so that this is never out of date.
_postern() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path=() one help
  for one in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $one =~ ^[a-z]+$ && ${#path[@]} -lt 2 ]] && path+=("$one") || break
  done
  help=$("${COMP_WORDS[0]}" "${path[@]}" --help 2>/dev/null) || return
  COMPREPLY=()
  # An option that takes a file or a folder, and one that takes one of a few words, as the help tells them.
  if [[ $before == --* ]]; then
    one=$(sed -nE "s/^ +(-[a-z],)?$before ([^ =]+).*/\2/p" <<<"$help" | head -1)
    case $one in
      FILE* | FOLDER*) mapfile -t COMPREPLY < <(compgen -f -- "$word"); compopt -o filenames; return ;;
      *[a-z]'|'[a-z]*) mapfile -t COMPREPLY < <(compgen -W "${one//|/ }" -- "$word"); return ;;
      ?*) return ;;
    esac
  fi
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(grep -oE '^ +(-[a-z],)?--[a-z-]+' <<<"$help" | grep -oE -- '--[a-z-]+')" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$(sed -nE '/^Subcommands:/,/^$/s/^  ([a-z]+).*/\1/p' <<<"$help")" -- "$word")
  fi
}
complete -F _postern postern
