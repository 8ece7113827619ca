import { type CommandWords, singleQuoted } from './words.js';

/** For bash: `eval "$(grespec completion bash)"`, or into a file of bash-completion. */
export function bash(commands: readonly CommandWords[]): string {
  const quotedList = (words: readonly string[]): string => singleQuoted(words.join(' '));
  const branches = commands.map(({ name, flags, values, takesFiles }) => {
    const valued = flags.flatMap(({ long, values: own }) =>
      own && own.length > 0 ? [`        ${long}) words=${quotedList(own)} ;;`] : [],
    );
    const free = flags.flatMap(({ long, values: own }) => (own?.length === 0 ? [long] : []));
    return `    ${name})
      case $previous in
${[...valued, ...(free.length > 0 ? [`        ${free.join('|')}) files=1 ;;`] : [])].join('\n')}
        *)
          if [[ $current == -* ]]; then
            words=${quotedList(flags.map(({ long }) => long))}
          else
            words=${quotedList(values)}${takesFiles ? '; files=1' : ''}
          fi ;;
      esac ;;`;
  });
  return `# Completion of grespec for bash. Use it with: eval "$(grespec completion bash)"
_grespec() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words= files=
  # bash takes a=b apart: what stands before the sign belongs to the word
  if [[ $previous == '=' ]]; then
    current="\${COMP_WORDS[COMP_CWORD-2]}=$current"; previous=\${COMP_WORDS[COMP_CWORD-3]}
  elif [[ $current == '=' ]]; then
    current="$previous="; previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    words=${quotedList([...commands.map(({ name }) => name), '--help', '--version'])}
  else
    case \${COMP_WORDS[1]} in
${branches.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  # html=FILE: the file stands behind the sign
  if [[ $previous == --report && $current == *=* ]]; then
    COMPREPLY=($(compgen -f -P "\${current%%=*}=" -- "\${current#*=}"))
  fi
  [[ -n $files ]] && COMPREPLY+=($(compgen -f -- "$current"))
  # only what stands behind the sign is replaced
  [[ $current == *=* && $COMP_WORDBREAKS == *=* ]] && COMPREPLY=("\${COMPREPLY[@]#"\${current%%=*}="}")
  [[ \${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _grespec grespec
`;
}
