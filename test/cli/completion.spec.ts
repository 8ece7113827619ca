import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { completion, wordsOf } from '../../src/cli/completion.js';
import { bash } from '../../src/cli/completion/bash.js';
import { fish } from '../../src/cli/completion/fish.js';
import { zsh } from '../../src/cli/completion/zsh.js';
import { commands } from '../../src/cli/program.js';
import { inTemporaryFolder } from './grespec.js';

const program = commands(() => undefined);
const words = wordsOf(program);

/** What bash offers for a line whose last word is being typed. */
function offered(...line: readonly string[]): readonly string[] {
  const script = `${bash(words)}
COMP_WORDS=(${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length - 1}
_grespec 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  expect(stderr).to.equal('');
  return stdout.trim().split('\n');
}

const has = (program: string): boolean => spawnSync(program, ['-c', 'true']).status === 0;

describe('cli completion', () => {
  it('knows every command and flag of the program', () => {
    expect(words.map(({ name }) => name)).to.deep.equal(program.commands.map((command) => command.name()));
    for (const shell of [bash, zsh, fish]) {
      const text = shell(words);
      for (const command of program.commands) {
        for (const { long } of command.options) expect(text).to.include(long?.replace(/^--/, ''));
      }
    }
  });

  for (const [line, wanted] of [
    [['grespec', 'pro'], ['probe']],
    [
      ['grespec', 'run', 'ha/5.3/0'],
      ['ha/5.3/01', 'ha/5.3/02'],
    ],
    [['grespec', 'run', '--quie'], ['--quiet']],
    [['grespec', 'run', '--profile', 'rfc'], ['rfc6245']],
    [['grespec', 'run', '--knob', 'base=rfc3'], ['rfc3344']],
    [['grespec', 'run', '--knob', 'base', '=', 'rfc3'], ['rfc3344']],
    [['grespec', 'run', '--fault', 'a-not-e'], ['a-not-echoed']],
    [['grespec', 'dut', 'ha', '--variant', 'keys-in'], ['keys-in-sequence']],
    [['grespec', 'run', '--pics', 'l2=f'], ['false']],
    [['grespec', 'run', '--report', 'html=/etc/pass'], ['/etc/passwd']],
    [['grespec', 'run', '--report', 'html', '=', '/etc/pass'], ['/etc/passwd']],
    [['grespec', 'run', 'TS-2'], ['TS-20']],
    [['grespec', 'explain', 'TS-2'], ['TS-20']],
    [['grespec', 'explain', 'bas'], ['base']],
    [['grespec', 'explain', 'ha/5.3/06'], ['ha/5.3/06']],
    [['grespec', 'dut', 'm'], ['mpa']],
    [['grespec', 'completion', 'z'], ['zsh']],
  ] as const) {
    it(`bash completes ${line.join(' ')}`, () => {
      expect(offered(...line)).to.include.members(wanted);
    });
  }

  it('bash offers files where a flag takes one', () => {
    expect(offered('grespec', 'run', '--config', '/etc/pass')).to.include('/etc/passwd');
  });

  for (const [shell, script] of [
    ['zsh', zsh(words)],
    ['fish', fish(words)],
  ] as const) {
    const isThere = has(shell);
    (isThere ? it : it.skip)(`${shell} takes its script${isThere ? '' : ` (no ${shell} here)`}`, () =>
      inTemporaryFolder((folder) => {
        const file = path.join(folder, 'script');
        writeFileSync(file, script);
        const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
        expect(stderr).to.equal('');
        expect(status).to.equal(0);
        return Promise.resolve();
      }),
    );
  }

  it('refuses a shell that it does not know', () => {
    expect(() => completion('tcsh', program)).to.throw('there are bash, zsh, fish');
  });
});
