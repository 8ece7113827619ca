import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { AuditOptions } from '../../src/replay/settings.js';
import type { RunResult } from '../../src/report/result.js';
import { sameBytes } from '../../src/wire/text.js';
import { haConfig } from '../tester/in-memory.js';
import { makeSample, samples } from './samples.js';
import { auditBytes, resultOf } from './taps.js';

const folder = new URL('../../../pcaps/', import.meta.url);
const read = (name: string): Uint8Array => readFileSync(new URL(name, folder));

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const association = (spi: number, key: string) => ({ spi, key: ascii(key), algorithm: 'hmac-md5' }) as const;

/** Captures of other people's devices: what is given to the audit, and what it must find, by role. */
const foreign: Readonly<
  Record<
    string,
    { readonly options?: Partial<AuditOptions>; readonly violated: readonly string[]; readonly cases: boolean }
  >
> = {
  'proxymip4-pma-single.pcap': {
    options: { faHa: association(1000, '0123456789abcdef') },
    violated: [],
    cases: true,
  },
  'proxymip4-pma-dualhomed.pcap': {
    options: { faHa: association(1000, '0123456789abcdef') },
    violated: ['ha HA-40'],
    cases: true,
  },
  'mkiol-mn-gre.pcap': { options: { mnHa: association(256, '1234567812345678') }, violated: [], cases: true },
  'juakali-mn-adv.pcap': { violated: ['mpa LG-03', 'mpa MN-28'], cases: true },
  'ovs-gre.pcap': { violated: [], cases: false },
  'dnsmasq-dhclient4.pcap': { violated: [], cases: false },
  'dnsmasq-dhclient6.pcap': { violated: [], cases: false },
  'dnsmasq-slaac.pcap': { violated: [], cases: false },
};

const violatedIn = ({ cases }: RunResult): string[] =>
  cases
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
    .map(({ dut, requirements }) => `${dut} ${requirements.join()}`)
    .sort();

describe('sample captures', () => {
  it('are all known here', () => {
    const files = readdirSync(fileURLToPath(folder)).filter((name) => name !== 'README.md');
    const known = [...samples.map(({ name }) => `${name}.pcapng`), ...Object.keys(foreign)];
    expect(files.sort()).to.deep.equal(known.sort());
  });

  it('are told of in their README', () => {
    const text = new TextDecoder().decode(read('README.md'));
    for (const name of [...samples.map((s) => `${s.name}.pcapng`), ...Object.keys(foreign)]) {
      const violated = samples.find((s) => `${s.name}.pcapng` === name)?.violated ?? foreign[name]?.violated ?? [];
      const row = text.split('\n').find((line) => line.split('|')[1]?.trim() === name) ?? '';
      for (const id of violated) expect(row).to.contain(id.replace(/^\w+ /, ''));
    }
  });

  for (const sample of samples) {
    const name = `${sample.name}.pcapng`;
    it(`${name} shows ${sample.violated.join(' and ') || 'nothing wrong'}`, async () => {
      const result = resultOf(await auditBytes(read(name), { knobs: {}, mnHa: haConfig.mnHa }));
      expect(violatedIn(result)).to.deep.equal(sample.violated.map((id) => `ha ${id}`).sort());
      expect(result.totals.pass).to.be.greaterThan(10);
      const guilty = result.cases.filter(({ verdict }) => verdict === 'fail').map(({ frames }) => frames);
      for (const frames of guilty) expect(frames.some((frame) => frame.guilty)).to.equal(true);
    });

    it(`${name} without the key shows what needs none`, async () => {
      const result = resultOf(await auditBytes(read(name), { knobs: {} }));
      const keyless = sample.violated.filter((id) => id !== 'HA-11');
      expect(violatedIn(result)).to.deep.equal(keyless.map((id) => `ha ${id}`).sort());
    });
  }

  it('can be made anew, with the same verdict and always to the same octets', async () => {
    const sample = samples.find(({ name }) => name === 'fault-l2-keys-shared');
    if (!sample) throw new Error('the sample is gone');
    const made = await makeSample(sample);
    expect(sameBytes(made, await makeSample(sample))).to.equal(true);
    const result = resultOf(await auditBytes(made, { knobs: {}, mnHa: haConfig.mnHa }));
    expect(violatedIn(result)).to.deep.equal(['ha TS-12']);
  });

  for (const [name, { options, violated, cases }] of Object.entries(foreign)) {
    it(`${name} shows ${violated.join(' and ') || 'nothing wrong'}`, async () => {
      const result = resultOf(await auditBytes(read(name), { knobs: {}, ...options }));
      expect(violatedIn(result)).to.deep.equal([...violated].sort());
      expect(result.cases.length > 0).to.equal(cases);
    });
  }
});
