import { expect } from 'chai';
import { memoryNet } from '../../src/net/memory.js';
import type { RunResult } from '../../src/report/result.js';
import { haFaults } from '../../src/dut/faults/ha.js';
import { mpaFaults } from '../../src/dut/faults/mpa.js';
import { haVariants } from '../../src/dut/variants.js';
import { mpaVariants } from '../../src/dut/variants-mpa.js';
import { haConfig, type InMemoryRun, runInMemory } from '../tester/in-memory.js';
import { SampleNetwork } from './sample-network.js';
import { auditBytes, resultOf, Tap } from './taps.js';

/** A run, and the audit of the packets of the same run. */
async function both(run: InMemoryRun): Promise<{ readonly live: RunResult; readonly audit: RunResult }> {
  const net = memoryNet();
  const tap = new Tap(net);
  const live = await runInMemory({ ...run, net });
  return { live, audit: resultOf(await auditBytes(tap.file(), { knobs: {}, mnHa: haConfig.mnHa })) };
}

/** Requirements that cases of the home agent blame it for. */
const blamed = ({ cases }: RunResult): Set<string> =>
  new Set(
    cases
      .filter((c) => c.dut === 'ha' && (c.verdict === 'fail' || c.verdict === 'warn'))
      .map((c) => c.reason.slice(0, c.reason.indexOf(' '))),
  );

describe('audit of a run', () => {
  for (const variant of [undefined, ...haVariants.map(({ id }) => id)]) {
    it(`agrees that nothing is wrong with ${variant ?? 'the reference home agent'}`, async () => {
      const select = variant === undefined ? [''] : ['ha/6'];
      const { live, audit } = await both({ select, ...(variant !== undefined && { device: { variant } }) });
      expect([...blamed(live)]).to.deep.equal([]);
      expect([...blamed(audit)]).to.deep.equal([]);
      expect(audit.totals.pass).to.be.greaterThan(20);
    });
  }

  const seen = [
    ['l2-keys-shared', 'ha/5.2'],
    ['l2-forward-keys-shared', 'ha/5.2'],
    ['a-not-echoed', 'ha/5.3'],
    ['reserved-bits-set', 'ha/4'],
    ['extension-missing', 'ha/5.3'],
    ['renewal-rekeys', 'ha/6.2'],
    ['g-without-extension-accepted', 'ha/yegani-4.2'],
    ['downlink-without-key', 'ha/yegani-5'],
    ['l2-protocol-type-ipv4', 'ha/5.2'],
    ['gre-version-1', 'ha/gre'],
    ['gre-checksum-wrong', 'ha/gre'],
  ] as const;
  for (const [fault, section] of seen) {
    const requirement = haFaults.find(({ id }) => id === fault)?.breaks ?? '';
    it(`agrees that ${fault} breaks ${requirement}`, async () => {
      const { live, audit } = await both({ device: { fault }, select: [section] });
      expect([...blamed(live)]).to.include(requirement);
      expect([...blamed(audit)]).to.include(requirement);
    });
  }
});

/** What an audit blames on either side when two nodes live behind a proxy agent, in each of its modes. */
async function mpaBlamed(mpa: { readonly fault?: string; readonly variant?: string }): Promise<string[]> {
  const found = new Set<string>();
  for (const l2 of [false, true]) {
    for (const key of ['zero', 'own'] as const) {
      const network = await SampleNetwork.open({ mpa: { lifetime: 20, ...mpa } });
      const stations = [await network.attach(1, { l2, key }), await network.attach(2, { l2, key })];
      await network.wait(17_000);
      for (const station of stations) await station.ping();
      network.detach(1);
      network.detach(2);
      await network.wait(500);
      for (const station of stations) await station.leave();
      const { cases } = resultOf(await auditBytes(await network.close(), { knobs: {}, mnHa: haConfig.mnHa }));
      for (const { dut, verdict, requirements } of cases) {
        if (verdict === 'fail' || verdict === 'warn') found.add(`${dut} ${requirements.join()}`);
      }
    }
  }
  return [...found];
}

describe('audit of proxy agents', () => {
  for (const variant of [undefined, ...mpaVariants.map(({ id }) => id)]) {
    it(`finds nothing wrong with ${variant ?? 'the reference proxy agent'}`, async () => {
      expect(await mpaBlamed(variant === undefined ? {} : { variant })).to.deep.equal([]);
    });
  }

  const seen = [
    ...['reserved-bits-set', 'own-keys-shared', 'no-extension-in-deregistration', 'uplink-forward-key'],
    ...['uplink-key-zero', 'uplink-without-key', 'uplink-ip-in-ip', 'g-missing', 'nai-last', 'mn-ha-missing', 'x-set'],
    ...['identification-goes-back', 'renewal-same-identification', 'gre-version-1', 'ipv4-protocol-type-other'],
  ];
  for (const fault of seen) {
    const requirement = mpaFaults.find(({ id }) => id === fault)?.breaks ?? '';
    it(`finds that ${fault} breaks ${requirement}`, async () => {
      expect(await mpaBlamed({ fault })).to.include(`mpa ${requirement}`);
    });
  }

  it('does not blame the home agent for a proxy agent whose clock has no fractions', async () => {
    expect(await mpaBlamed({ fault: 'identification-without-fraction' })).to.deep.equal([]);
  });
});
