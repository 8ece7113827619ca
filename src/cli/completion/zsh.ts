import { type CommandWords, type FlagWords, singleQuoted } from './words.js';

/** For zsh: `source <(grespec completion zsh)`, or as a file _grespec in $fpath. */
export function zsh(commands: readonly CommandWords[]): string {
  // `_arguments` reads colons and brackets in its specifications
  const plain = (text: string): string => text.replace(/[\\[\]:]/g, (sign) => `\\${sign}`);
  const spec = ({ long, summary, value, values = [] }: FlagWords): string => {
    if (value === undefined) return singleQuoted(`*${long}[${plain(summary)}]`);
    const words = values.length > 0 ? `(${values.join(' ')})` : '_files';
    return singleQuoted(`*${long}[${plain(summary)}]:${plain(value)}:${words}`);
  };
  const branches = commands.map(({ name, flags, values, takesFiles }) => {
    const rest = [values.length > 0 ? `(${values.join(' ')})` : '', takesFiles ? '_files' : ''].find(
      (text) => text !== '',
    );
    const specs = [...flags.map(spec), ...(rest === undefined ? [] : [singleQuoted(`*:argument:${rest}`)])];
    return `    ${name})\n      _arguments \\\n        ${specs.join(' \\\n        ')} ;;`;
  });
  const names = commands.map(({ name, summary }) => `    ${singleQuoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`);
  return `#compdef grespec
# Completion of grespec for zsh. Use it with: source <(grespec completion zsh)
_grespec() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${branches.join('\n')}
  esac
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then _grespec "$@"; else compdef _grespec grespec; fi
`;
}
