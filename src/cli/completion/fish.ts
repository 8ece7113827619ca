import { type CommandWords, type FlagWords, singleQuoted } from './words.js';

/** For fish: `grespec completion fish | source`, or into ~/.config/fish/completions/grespec.fish. */
export function fish(commands: readonly CommandWords[]): string {
  // within single quotes fish reads backslashes
  const words = (text: string): string => singleQuoted(text.replaceAll('\\', '\\\\')).replaceAll(`'\\''`, `\\'`);
  const first = '__fish_is_nth_token 1; or not __fish_seen_subcommand_from $__grespec_commands';
  const flag = (command: string, { long, summary, value, values = [] }: FlagWords): string =>
    [
      `complete -c grespec -n ${words(`__fish_seen_subcommand_from ${command}`)} -l ${long.replace(/^--/, '')}`,
      `-d ${words(summary)}`,
      ...(value === undefined ? [] : values.length > 0 ? [`-x -a ${words(values.join(' '))}`] : ['-r -F']),
    ].join(' ');
  const blocks = commands.map(({ name, summary, flags, values, takesFiles }) => {
    const inside = words(`__fish_seen_subcommand_from ${name}`);
    return [
      `complete -c grespec -n ${words(first)} -a ${name} -d ${words(summary)}`,
      ...flags.map((one) => flag(name, one)),
      ...(values.length > 0 ? [`complete -c grespec -n ${inside} -a ${words(values.join(' '))}`] : []),
      ...(takesFiles ? [`complete -c grespec -n ${inside} -F`] : []),
    ].join('\n');
  });
  return `# Completion of grespec for fish. Use it with: grespec completion fish | source
set -g __grespec_commands ${commands.map(({ name }) => name).join(' ')}
complete -c grespec -f
${blocks.join('\n')}
`;
}
