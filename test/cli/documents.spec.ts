import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../../src/cli/config/document.js';
import { readSettings } from '../../src/cli/config/settings.js';
import { commands } from '../../src/cli/program.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Pages for people, by their path in the repository. */
const pages = ['.', 'docs', 'pcaps', 'reports'].flatMap((folder) =>
  existsSync(path.join(root, folder))
    ? readdirSync(path.join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => path.join(folder, name))
    : [],
);

const program = commands(() => undefined);

/** `grespec COMMAND ... --flag ...`, in code spans and blocks, with lines that `\` continues put together. */
function calls(text: string): { readonly command: string; readonly flags: readonly string[] }[] {
  const joined = text.replace(/\\\n\s*/g, ' ');
  return Array.from(joined.matchAll(/\bgrespec ([a-z]+)([^`\n|;#]*)/g), ([, command = '', rest = '']) => ({
    command,
    flags: Array.from(rest.matchAll(/(?<=\s)--[a-z][a-z-]*/g), ([flag]) => flag),
  })).filter(({ command, flags }) => flags.length > 0 || program.commands.some((known) => known.name() === command));
}

describe('cli documents', () => {
  for (const page of pages) {
    const text = readFileSync(path.join(root, page), 'utf8');

    it(`${page} names commands and flags that exist`, () => {
      for (const { command, flags } of calls(text)) {
        const known = program.commands.find((candidate) => candidate.name() === command);
        expect(known, `grespec ${command}`).not.to.equal(undefined);
        const names = [...(known?.options ?? []).map(({ long }) => long), '--help'];
        for (const flag of flags) expect(names, `grespec ${command}`).to.include(flag);
      }
    });

    it(`${page} links to what is there`, () => {
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)) {
        expect(existsSync(path.join(root, path.dirname(page), target)), target).to.equal(true);
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
});
