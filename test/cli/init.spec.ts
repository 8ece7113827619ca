import { expect } from 'chai';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { parseConfig } from '../../src/cli/config/document.js';
import type { ConfigInput } from '../../src/cli/config/input.js';
import { readSettings } from '../../src/cli/config/settings.js';
import { templateText } from '../../src/cli/config/template.js';
import { configText } from '../../src/cli/config/write.js';
import { askAll, type Answers } from '../../src/cli/init-questions.js';
import { probeText } from '../../src/cli/probe-text.js';
import { defaultPics } from '../../src/spec/config.js';
import { grespec, inTemporaryFolder } from './grespec.js';

const device = ['--target', '192.0.2.10', '--spi', '256', '--key', 'env:HA_KEY'];

/** Every comment mark before a setting taken away, as somebody would who wants it all. */
const uncommented = (text: string): string =>
  text.replace(/^(\s*)# ((?:\s*)[A-Za-z0-9_]+:(?: [^ ].*)?)$/gm, (line, indent: string, rest: string) =>
    /: \S+ \S+ \S+/.test(rest) && !rest.includes('[') ? line : indent + rest,
  );

describe('cli init', () => {
  it('writes what the flags say, with the schema for editors', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'lab.yaml');
      const { code, stdout } = await grespec([
        'init',
        file,
        ...device,
        '--pics',
        'l2=false',
        '--knob',
        'unknown_ext=any',
      ]);
      expect(code).to.equal(0);
      expect(stdout).to.include(`grespec run --config ${file}`);
      const text = readFileSync(file, 'utf8');
      const schema = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text)?.[1] ?? '';
      expect(existsSync(path.resolve(folder, schema)), schema).to.equal(true);
      const value = parseYaml(text) as ConfigInput;
      expect(value.target).to.equal('192.0.2.10');
      expect(value.securityAssociations?.mnHa).to.deep.equal({ spi: 256, key: 'env:HA_KEY' });
      expect(value.pics).to.deep.equal({ ...defaultPics, l2: false });
      expect(value.knobs).to.deep.equal({ unknown_ext: 'any' });
    }));

  it('never overwrites unless forced, and keeps keys to their owner', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'lab.yaml');
      writeFileSync(file, 'mine');
      const refused = await grespec(['init', file, ...device]);
      expect(refused.code).to.equal(2);
      expect(refused.stderr).to.match(/lab\.yaml exists.*--force/);
      expect(readFileSync(file, 'utf8')).to.equal('mine');
      expect((await grespec(['init', file, '--spi', '256', '--key', 'c0ffee', '--force'])).code).to.equal(0);
      expect(readFileSync(file, 'utf8')).to.include('c0ffee');
      const fresh = path.join(folder, 'fresh.yaml');
      await grespec(['init', fresh, '--spi', '256', '--key', 'c0ffee']);
      expect(statSync(fresh).mode & 0o777).to.equal(0o600);
    }));

  it('refuses wrong flags before it writes', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'lab.yaml');
      const { code, stderr } = await grespec(['init', file, '--pics', 'l3=true']);
      expect(code).to.equal(2);
      expect(stderr).to.include('l2');
      expect(existsSync(file)).to.equal(false);
    }));

  it('has every setting, and each may be taken out of its comment', () => {
    const text = uncommented(templateText('Heading.', {}, [], 'x.yaml'));
    const { value } = parseConfig(text, 'x.yaml');
    expect(() => readSettings(parseConfig(text, 'x.yaml'))).not.to.throw();
    expect(value).to.have.keys([
      ...['as', 'target', 'local', 'profile', 'securityAssociations', 'pics', 'pixit', 'knobs'],
      ...['timeout', 'rate', 'strict', 'restartCmd'],
    ]);
  });

  it('quotes what YAML would read otherwise', () => {
    const lines = [
      { setting: 'pixit.trigger', value: './attach: "now" # yes' },
      { setting: 'pixit.gateway.ipv6', value: '2001:db8::1' },
      { setting: 'securityAssociations.mnHa.key', value: '0011' },
    ];
    const value = parseConfig(configText('', lines, 'x.yaml'), 'x.yaml').value as ConfigInput;
    expect(value.pixit).to.deep.equal({ trigger: './attach: "now" # yes', gateway: { ipv6: '2001:db8::1' } });
    expect(value.securityAssociations?.mnHa?.key).to.equal('0011');
  });

  describe('questions', () => {
    /** Answers by the beginning of the question; others are left at their initial value. */
    async function answered(
      answers: Readonly<Record<string, readonly string[]>>,
      given: ConfigInput = {},
      environment: NodeJS.ProcessEnv = { HA_KEY: 'c0ffee' },
    ): Promise<{
      readonly result: Answers;
      readonly questions: readonly string[];
      readonly told: readonly string[];
    }> {
      const questions: string[] = [];
      const told: string[] = [];
      const queues = new Map(Object.entries(answers).map(([start, list]) => [start, [...list]]));
      const ask = (question: string): Promise<string> => {
        questions.push(question);
        const queue = [...queues].find(([start]) => question.startsWith(start))?.[1];
        return Promise.resolve(queue?.shift() ?? '');
      };
      const result = await askAll(
        given,
        ask,
        (m) => void told.push(m),
        () => Promise.resolve('192.0.2.1'),
        environment,
      );
      return { result, questions, told };
    }

    it('ask for what is needed, and once more for what is wrong', async () => {
      const { result, told } = await answered({ 'Its address': ['nowhere', '192.0.2.10'], SPI: ['12', '300'] });
      expect(told).to.have.length(2);
      expect(result.probe).to.equal(true);
      expect(result.given).to.deep.equal({
        ...{ as: 'mpa', target: '192.0.2.10', local: ['192.0.2.1'], pixit: { realm: 'example.org' } },
        securityAssociations: { mnHa: { spi: 300, key: 'env:HA_KEY' } },
      });
    });

    it('ask for the claims where the device is not probed, and not for L2 without keys', async () => {
      const { result, questions } = await answered({
        'Its address': ['192.0.2.10'],
        Probe: ['no'],
        'Does it claim': ['n'],
        Registration: ['y'],
      });
      expect(result.given.pics).to.include({ greKeys: false, l2: false, revocation: true, ipInIp: true });
      expect(questions.some((q) => q.startsWith('L2'))).to.equal(false);
    });

    it('tell at once of a key that is not there, and ask for the claims then', async () => {
      const { result, questions, told } = await answered({ 'Its address': ['192.0.2.10'] }, {}, {});
      expect(told).to.have.length(1);
      expect(told[0]).to.match(/variable HA_KEY is not set.*cannot be probed/);
      expect(questions.some((q) => q.startsWith('Probe'))).to.equal(false);
      expect(result.given.securityAssociations?.mnHa?.key).to.equal('env:HA_KEY');
      expect(result.given.pics).to.include({ greKeys: true });
    });

    it('ask again for a key that is none', async () => {
      const { result, told } = await answered({ 'Its address': ['192.0.2.10'], 'Its key': ['c0ffe', 'cafe'] });
      expect(told).to.have.length(1);
      expect(told[0]).to.include('odd number');
      expect(result.given.securityAssociations?.mnHa?.key).to.equal('cafe');
    });

    it('leave out what flags have said', async () => {
      const given: ConfigInput = {
        ...{ as: 'ha', local: ['192.0.2.1'], pixit: { realm: 'a.org', trigger: './t' } },
        securityAssociations: { mnHa: { spi: 256, key: 'cafe' } },
      };
      const { result, questions } = await answered({}, given);
      expect(questions).to.deep.equal(['Probe the device now for what it supports?']);
      expect(result.given).to.deep.include(given);
    });
  });

  it('gives a survey as a file: unknown stays out, what was given wins', () => {
    const observations = [
      { setting: 'pics.l2', value: true, evidence: 'seen' },
      { setting: 'pics.ipInIp', value: false, evidence: 'denied', excuses: true as const },
      { setting: 'pics.revocation', evidence: 'not seen' },
      { setting: 'pics.greKeys', value: true, evidence: 'also seen' },
    ];
    const survey = { observations, requests: 4, left: [] };
    const given: ConfigInput = { target: '192.0.2.10', pics: { greKeys: false } };
    const text = probeText(given, survey, 'the home agent', new Date(0), 'x.yaml');
    expect(parseConfig(text, 'x.yaml').value).to.deep.equal({
      target: '192.0.2.10',
      pics: { greKeys: false, l2: true },
    });
    expect(text).to.include('  # seen\n  l2: true\n');
    expect(text).to.match(/# denied\. A fault would .*\n {2}# ipInIp: false\n/);
    expect(text).to.include('  # revocation: unknown: not seen\n');
    expect(text).to.include('  # given; seen: also seen\n  greKeys: false\n');
  });
});
