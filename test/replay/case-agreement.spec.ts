import { expect } from 'chai';
import { sections } from '../../suites/index.js';
import { caseCapture } from '../../src/cli/case-captures.js';
import type { Dut } from '../../src/cli/selfcheck/jobs.js';
import { type Deviating, memoryConfig, runInMemory } from '../../src/cli/selfcheck/in-memory.js';
import { haFaults } from '../../src/dut/faults/ha.js';
import { mpaFaults } from '../../src/dut/faults/mpa.js';
import type { CaseResult } from '../../src/report/result.js';
import { auditBytes, resultOf } from './taps.js';

/** What --pcap keeps of a case, judged offline: the requirements that the device under test violates, with the case. */
async function blamedIn(result: CaseResult, knobs: Readonly<Record<string, string>> = {}): Promise<string[]> {
  if (result.frames.length === 0) return [];
  const options = { knobs, mnHa: memoryConfig(result.dut).mnHa };
  const { cases } = resultOf(await auditBytes(caseCapture(result, Date.UTC(2026, 0, 1)), options));
  return cases
    .filter(({ dut, verdict }) => dut === result.dut && (verdict === 'fail' || verdict === 'warn'))
    .map(({ requirements }) => `${requirements.join()} in ${result.id}`);
}

/** The tester bends what it sends on purpose, so only the device under test is looked at. */
async function liveAndAudit(dut: Dut, breaks: string | undefined, deviation: Deviating) {
  const cases = sections.flatMap((s) => s.cases).filter((c) => c.dut === dut);
  const chosen = breaks === undefined ? cases : cases.filter((c) => c.covers.some((id) => id === breaks));
  const live = await runInMemory(dut, chosen, deviation);
  const audited: string[] = [];
  for (const result of live.cases) {
    // nothing in a capture of one direction tells that keys are assigned by the receiver
    const isReceiver = result.requirements.some((id) => id === 'YG-19' || id === 'YG-20');
    audited.push(...(await blamedIn(result, isReceiver ? { key_direction: 'receiver' } : {})));
  }
  const bad = live.cases.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
  return { live: bad.map(({ reason }) => reason.slice(0, reason.indexOf(' '))), audited };
}

describe('audit of the captures that a run keeps', function () {
  this.timeout(120_000);

  for (const dut of ['ha', 'mpa'] as const) {
    it(`blames the reference ${dut} for nothing in any case`, async () => {
      expect(await liveAndAudit(dut, undefined, {})).to.deep.equal({ live: [], audited: [] });
    });
  }

  const seen = {
    ha: [
      ...['l2-keys-shared', 'a-not-echoed', 'reserved-bits-set', 'extension-missing', 'renewal-rekeys'],
      ...['downlink-without-key', 'l2-protocol-type-ipv4', 'gre-version-1', 'gre-checksum-wrong', 'mn-ha-missing'],
      ...['lifetime-larger', 'authentication-not-checked'],
      ...['revocation-a-clear', 'revocation-i-set', 'revocation-badly-signed', 'revocation-repeated-at-once'],
      ...['revocation-same-identifier', 'revocation-ack-i-set'],
    ],
    mpa: [
      ...['reserved-bits-set', 'own-keys-shared', 'no-extension-in-deregistration', 'uplink-forward-key', 'g-missing'],
      ...['uplink-key-zero', 'uplink-without-key', 'uplink-ip-in-ip', 'nai-last', 'mn-ha-missing', 'x-set'],
      ...['revocation-ack-i-set', 'revocation-ack-badly-signed'],
    ],
  } as const;
  for (const [dut, faults] of [
    ['ha', haFaults],
    ['mpa', mpaFaults],
  ] as const) {
    for (const fault of seen[dut]) {
      const breaks = faults.find(({ id }) => id === fault)?.breaks ?? '';
      it(`agrees with the run that ${fault} of the ${dut} breaks ${breaks}`, async () => {
        const { live, audited } = await liveAndAudit(dut, breaks, { fault });
        expect(live).to.include(breaks);
        expect(audited.filter((text) => text.startsWith(`${breaks} in`))).to.not.be.empty;
      });
    }
  }
});
