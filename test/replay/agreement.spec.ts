import { expect } from 'chai';
import { memoryNet } from '../../src/net/memory.js';
import type { RunResult } from '../../src/report/result.js';
import { haFaults } from '../../src/dut/faults/ha.js';
import { haConfig, type InMemoryRun, runInMemory } from '../tester/in-memory.js';
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

describe('audit of a run', function () {
  this.timeout(60_000);

  for (const device of [{}, { variant: 'renewal-names-forward-key' }, { variant: 'keys-in-sequence' }]) {
    it(`agrees that nothing is wrong with ${device.variant ?? 'the reference home agent'}`, async () => {
      const { live, audit } = await both({ device });
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
