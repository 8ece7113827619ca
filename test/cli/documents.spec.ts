import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../../src/cli/config/document.js';
import { readSettings } from '../../src/cli/config/settings.js';
import { commands } from '../../src/cli/program.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Pages for people, by their path in the repository. */
const pages = ['.', 'docs', 'docs/ci', 'pcaps', 'reports'].flatMap((folder) =>
  existsSync(path.join(root, folder))
    ? readdirSync(path.join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => path.join(folder, name))
    : [],
);

const program = commands(() => undefined);

/** `grespec COMMAND ... --flag ...`, in code spans and blocks, with lines that `\` continues put together; one may hold another. */
function calls(text: string): { readonly command: string; readonly flags: readonly string[] }[] {
  const joined = text.replace(/\\\n\s*/g, ' ');
  return Array.from(
    joined.matchAll(/\bgrespec ([a-z]+)((?:(?!\bgrespec )[^`\n|;#&])*)/g),
    ([, command = '', rest = '']) => ({
      command,
      flags: Array.from(rest.matchAll(/(?<=\s)--[a-z][a-z-]*/g), ([flag]) => flag),
    }),
  ).filter(({ command, flags }) => flags.length > 0 || program.commands.some((known) => known.name() === command));
}

/** Commands and flags that a text names, and that are not there. */
function unknownIn(text: string): readonly string[] {
  return calls(text).flatMap(({ command, flags }) => {
    const known = program.commands.find((candidate) => candidate.name() === command);
    if (!known) return [`grespec ${command}`];
    const names = [...known.options.map(({ long }) => long), '--help'];
    return flags.filter((flag) => !names.includes(flag)).map((flag) => `grespec ${command} ${flag}`);
  });
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');

/** Everything that `--help` prints. */
function helpOf(command: (typeof program.commands)[number]): string {
  let help = '';
  command.configureOutput({ writeOut: (more) => void (help += more) });
  command.outputHelp();
  return help;
}

describe('cli documents', () => {
  for (const page of pages) {
    const text = read(page);

    it(`${page} names commands and flags that exist`, () => {
      expect(unknownIn(text)).to.deep.equal([]);
    });

    it(`${page} links to what is there`, () => {
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)) {
        expect(existsSync(path.join(root, path.dirname(page), target)), target).to.equal(true);
      }
    });

    it(`${page} links to headings that are there`, () => {
      for (const [, target = '', anchor = ''] of text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)/g)) {
        const where = target === '' ? page : path.join(path.dirname(page), target);
        if (where.endsWith('.md')) expect([...anchorsOf(read(where))], where).to.include(anchor);
      }
    });

    it(`${page} shows configurations that are accepted`, () => {
      for (const [, yaml = ''] of text.matchAll(/^```yaml\n([^]*?)^```$/gm)) {
        // Other YAML, such as that of CI servers, is none of ours.
        if (/^(as|target|local|securityAssociations|pics|pixit|knobs):/m.test(yaml)) {
          expect(() => readSettings(parseConfig(yaml, page))).not.to.throw();
        }
      }
    });
  }

  for (const command of program.commands) {
    const name = `grespec ${command.name()}`;

    it(`${name} --help has examples, and only of what there is`, () => {
      const help = helpOf(command);
      expect(help).to.match(/^Examples:\n {2}\$ .*grespec /m);
      expect(unknownIn(help)).to.deep.equal([]);
      expect(command.summary(), 'summary').not.to.equal('');
    });

    it(`${name} is told of in the guide or the README`, () => {
      const told = ['README.md', 'docs/guide.md', 'CONTRIBUTING.md'].map(read).join('\n');
      expect(told).to.include(name);
    });
  }

  it('tell of every flag of a run', () => {
    const told = pages.map(read).join('\n');
    const flags = program.commands.find((command) => command.name() === 'run')?.options ?? [];
    expect(flags.map(({ long }) => long).filter((flag) => !told.includes(flag ?? ''))).to.deep.equal([]);
  });
});
