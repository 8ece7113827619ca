/** Each profile against the reference devices that follow it, and against those that follow another. */
import { expect } from 'chai';
import { sections } from '../../suites/index.js';
import { type Deviating, memoryConfig, runInMemory } from '../../src/cli/selfcheck/in-memory.js';
import { type Profile, profiles } from '../../src/spec/config.js';
import { profileKnobs, profileTraits } from '../../src/spec/profiles.js';
import type { CaseResult } from '../../src/report/result.js';
import { whyNot } from '../../src/tester/applicable.js';
import type { RunOptions } from '../../src/tester/run.js';

type Dut = 'ha' | 'mpa';

const casesOf = (dut: Dut) => sections.flatMap((s) => s.cases).filter((c) => c.dut === dut);

function configOf(dut: Dut, profile: Profile): RunOptions['config'] {
  const config = memoryConfig(dut);
  const { aFlag } = profileTraits[profile];
  return { ...config, profile, pics: { ...config.pics, l2: aFlag }, knobs: profileKnobs(profile) };
}

async function run(dut: Dut, profile: Profile, device: Deviating = {}): Promise<readonly CaseResult[]> {
  const config = configOf(dut, profile);
  // a device that follows another profile is not set up anew for each case
  const cases = device.profile ? casesOf(dut).filter((c) => whyNot(c, config) === undefined) : casesOf(dut);
  return (await runInMemory(dut, cases, device, config)).cases;
}

const lines = (cases: readonly CaseResult[], ...verdicts: readonly string[]): string[] =>
  cases.flatMap((c) =>
    verdicts.includes(c.verdict) ? [`${c.verdict} ${c.id}: ${c.reason} | ${c.expected} | ${c.actual}`] : [],
  );

/** Suites whose rules are about the extension and its keys: only these may accuse a device of another profile. */
const aboutKeys = /^(ha|mpa)\/(\d|yegani-)/;

/**
 * Cases that fail a device of another profile (the second of each pair): about the layout of the extension, the A flag, or
 * whose packets a key is for. Others that show the same may fail with them.
 */
const shown: Readonly<Record<Dut, Readonly<Record<string, readonly string[]>>>> = {
  ha: {
    'tsirtsis-00 yegani-02': ['ha/5.2/05', 'ha/5.3/06', 'ha/6.2/03'],
    'tsirtsis-00 rfc6245': ['ha/4/01', 'ha/5.2/01', 'ha/yegani-5/01'],
    'yegani-02 tsirtsis-00': ['ha/yegani-5/03', 'ha/yegani-5/05'],
    'yegani-02 rfc6245': ['ha/yegani-5/01'],
    'rfc6245 tsirtsis-00': ['ha/yegani-5/01'],
    'rfc6245 yegani-02': ['ha/yegani-5/01'],
  },
  mpa: {
    'tsirtsis-00 yegani-02': ['mpa/5.1/07', 'mpa/5.4/05'],
    'tsirtsis-00 rfc6245': ['mpa/4/01', 'mpa/5.1/03', 'mpa/yegani-4.1/05', 'mpa/yegani-5/01'],
    'yegani-02 tsirtsis-00': ['mpa/yegani-5/03', 'mpa/yegani-5/04'],
    'yegani-02 rfc6245': ['mpa/yegani-4.1/05', 'mpa/yegani-5/01'],
    'rfc6245 tsirtsis-00': ['mpa/yegani-5/01'],
    'rfc6245 yegani-02': ['mpa/yegani-5/01'],
  },
};

describe('profiles', function () {
  this.timeout(120_000);

  for (const dut of ['ha', 'mpa'] as const) {
    for (const profile of profiles) {
      it(`find nothing wrong with the reference ${dut} of ${profile}`, async () => {
        const cases = await run(dut, profile);
        expect(lines(cases, 'fail', 'warn', 'inconclusive', 'error')).to.deep.equal([]);
        expect(cases.filter((c) => c.verdict === 'pass').length).to.be.greaterThan(60);
      });

      for (const other of profiles.filter((p) => p !== profile)) {
        it(`fail an ${dut} of ${other} for not being of ${profile}, and accuse it of nothing else`, async () => {
          const cases = await run(dut, profile, { profile: other });
          expect(lines(cases, 'error')).to.deep.equal([]);
          const accused = cases.filter((c) => c.verdict === 'fail' || c.verdict === 'warn');
          expect(accused.filter((c) => !aboutKeys.test(c.id)).map((c) => c.id)).to.deep.equal([]);
          const failed = cases.filter((c) => c.verdict === 'fail').map((c) => c.id);
          expect(failed).to.include.members(shown[dut][`${profile} ${other}`] ?? []);
          const undecided = cases.filter((c) => c.verdict === 'inconclusive');
          for (const c of [...accused, ...undecided]) {
            const said = `${c.reason} ${c.actual}`;
            expect(said.includes('try --') || isUnseen(c), `${c.id}: ${said}`).to.equal(true);
          }
          expect(accused.length + undecided.length).to.be.greaterThan(10);
        });
      }
    }
  }

  for (const [dut, profile, fault, red] of [
    ['ha', 'yegani-02', 'receiver-renewal-keeps-forward-key', 'ha/yegani-5/07'],
    ['ha', 'yegani-02', 'own-key-answered-without-key', 'ha/yegani-4.2/08'],
    ['ha', 'rfc6245', 'mn-ha-not-demanded', 'ha/rfc3344-3.5/03'],
    ['ha', 'rfc6245', 'gre-version-1', 'ha/gre/01'],
    ['mpa', 'yegani-02', 'receiver-downlink-reply-key', 'mpa/yegani-5/04'],
    ['mpa', 'yegani-02', 'no-extension', 'mpa/yegani-4.1/02'],
    ['mpa', 'rfc6245', 'mn-ha-missing', 'mpa/rfc3344-3.6.1/06'],
    ['mpa', 'rfc6245', 'gre-version-1', 'mpa/gre/14'],
  ] as const) {
    it(`notice ${fault} of an ${dut} of ${profile}`, async () => {
      const verdicts = (await run(dut, profile, { fault })).filter((c) => c.verdict === 'fail').map((c) => c.id);
      expect(verdicts).to.include(red);
    });
  }

  it('leave undecided what breaks a rule of RFC 6245 that is known from memory, and say so', async () => {
    const cases = await run('ha', 'rfc6245', { fault: 'receiver-renewal-keeps-forward-key' });
    const found = cases.find((c) => c.id === 'ha/yegani-5/07');
    expect(found).to.include({ verdict: 'inconclusive', level: 'info' });
    expect(found?.reason).to.include('from memory, not confirmed');
    expect(lines(cases, 'fail', 'warn')).to.deep.equal([]);
  });

  it('skip what the profile does without, and say so', async () => {
    for (const profile of ['yegani-02', 'rfc6245'] as const) {
      const cases = await run('ha', profile);
      const skipped = cases.filter((c) => c.verdict === 'skip');
      for (const c of skipped) expect(c.reason, c.id).to.match(/profile (yegani-02|rfc6245)|knob zero_key=none/);
      const flag = skipped.filter((c) => c.reason.includes('no A flag')).map((c) => c.id);
      expect(flag).to.include.members(['ha/5.2/07', 'ha/7/01', 'ha/5.3/10']);
    }
  });

  it('call rules of RFC 6245 that are known from memory info, whatever the draft calls them', async () => {
    const cases = await run('ha', 'rfc6245');
    expect(cases.find((c) => c.id === 'ha/yegani-4.2/08')?.level).to.equal('info');
    expect(cases.find((c) => c.id === 'ha/rfc3344-3.8.2/01')?.level).to.equal('MUST');
  });
});

/** What is judged at the end from all that was seen says when it saw nothing; an early case may not know the cause yet. */
const isUnseen = ({ reason }: CaseResult): boolean => reason.startsWith('nothing in this run showed it');
