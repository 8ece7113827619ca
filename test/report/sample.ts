/** A fake run for the report tests: every verdict, and strings that break careless writers. */
import type { ReportContext } from '../../src/report/context.js';
import type { CaseResult, FrameRecord, LedgerRow, RunResult } from '../../src/report/result.js';
import { countVerdicts } from '../../src/report/totals.js';

export const sent: FrameRecord = {
  at: 0,
  direction: 'sent',
  source: '192.0.2.1:434',
  destination: '192.0.2.10:434',
  layer: 'udp',
  summary: 'RRQ life 1800, nai mn-3@example.org, greKey key 0 A=1, mnHa',
  hex: '01030708000000000a63000ac0000201e8d4a51000000001830f6d6e2d33406578616d706c652e6f7267300600000000000a',
};

export const received: FrameRecord = {
  at: 1.7,
  direction: 'received',
  source: '192.0.2.10:434',
  destination: '192.0.2.1:434',
  layer: 'udp',
  summary: 'RRP code 0 (accepted), life 1800, mnHa',
  hex: '030007080a63000a0a630001e8d4a51000000001',
  guilty: true,
};

export const passed: CaseResult = {
  id: 'ha/5.2/01',
  title: 'a valid registration with a GRE Key extension is accepted',
  document: 'draft-tsirtsis-l2gre-pmipv4-00',
  section: '5.2',
  dut: 'ha',
  level: 'MUST',
  requirements: ['TS-12'],
  verdict: 'pass',
  reason: '',
  expected: 'RRP with code 0 or 1',
  actual: 'RRP with code 0',
  durationMs: 4.2,
  frames: [],
  repeat: 'grespec run ha/5.2/01 --seed 7',
};

export const failed: CaseResult = {
  ...passed,
  id: 'ha/5.2/02',
  title: 'a registration whose GRE Key extension is cut short is denied',
  requirements: ['TS-12', 'TS-13'],
  verdict: 'fail',
  reason: 'The home agent accepted a registration that it must deny.',
  expected: 'RRP with code 70 (poorly formed request)',
  actual: 'RRP with code 0 (accepted), lifetime 1800',
  durationMs: 112,
  frames: [sent, received],
  repeat: 'grespec run ha/5.2/02 --seed 7 --target 192.0.2.10:434 --spi 256 --key env:HA_KEY',
};

export const warned: CaseResult = {
  ...passed,
  id: 'ha/5.2/03',
  title: 'the reply repeats the protocol type that was asked for',
  level: 'SHOULD',
  requirements: ['TS-14'],
  verdict: 'warn',
  reason: 'The reply holds no protocol type.',
  expected: 'protocol type 0x6558',
  actual: 'none',
  repeat: 'grespec run ha/5.2/03 --seed 7',
};

export const undecided: CaseResult = {
  ...passed,
  id: 'ha/5.3/01',
  title: 'a forwarded frame carries the key of the reply',
  section: '5.3',
  requirements: ['TS-20'],
  verdict: 'inconclusive',
  reason: 'No answer to the valid registration within 2000 ms: the path is lost.',
  expected: 'RRP',
  actual: 'silence',
  durationMs: 2004,
  frames: [sent],
  framesOmitted: 3,
  repeat: 'grespec run ha/5.3/01 --seed 7',
};

export const skipped: CaseResult = {
  ...passed,
  id: 'ha/rfc3344-3.8/07',
  title: 'raw GRE is refused without a binding',
  document: 'RFC 3344',
  section: '3.8',
  level: 'fact',
  requirements: ['HA-28'],
  verdict: 'skip',
  reason: 'raw sockets need CAP_NET_RAW',
  actual: '',
  durationMs: 0,
  repeat: 'grespec run ha/rfc3344-3.8/07 --seed 7',
};

export const broken: CaseResult = {
  ...skipped,
  id: 'ha/rfc3344-3.8/08',
  title: 'a reply is sent to the source of the request',
  level: 'MUST',
  requirements: ['HA-29'],
  verdict: 'error',
  reason: 'TypeError: cannot read properties of undefined',
  durationMs: 61_000,
  repeat: 'grespec run ha/rfc3344-3.8/08 --seed 7',
};

export const nastyText =
  'a]]>b <c> & "d" \'e\' `f` |g| #h @i \u0000\u0008\u001b[31mred\u001b[0m \ud800 \udfff \ufffe \u202e j\r\nk\tl 中 \u{1f600}';

export const nasty: CaseResult = {
  ...failed,
  id: 'ha/5.4/01',
  section: '5.4',
  title: nastyText,
  reason: nastyText,
  expected: nastyText,
  actual: nastyText,
  frames: [{ ...received, summary: nastyText, source: nastyText }],
};

export const everyVerdict: readonly CaseResult[] = [passed, failed, warned, undecided, skipped, broken];

export const ledger: readonly LedgerRow[] = [
  { requirement: 'TS-12', level: 'MUST', role: 'ha', status: 'fail', cases: ['ha/5.2/01', 'ha/5.2/02'], reason: '' },
  { requirement: 'TS-30', level: 'fact', role: 'both', status: 'untestable', cases: [], reason: 'inside the device' },
];

export function runOf(cases: readonly CaseResult[], run: Partial<RunResult['run']> = {}): RunResult {
  return {
    tool: { name: 'grespec', version: '0.1.0' },
    run: {
      startedAt: '2024-05-06T07:08:09.123Z',
      durationMs: 63_181,
      seed: 7,
      as: 'mpa',
      target: '192.0.2.10:434',
      profile: 'tsirtsis-00',
      knobs: { base: 'rfc3344' },
      selection: ['ha'],
      strict: false,
      complete: true,
      ...run,
    },
    totals: countVerdicts(cases),
    cases,
    ledger,
  };
}

/** Many cases in many sections, one in seven with frames. */
export function manyCases(count: number): CaseResult[] {
  return Array.from({ length: count }, (_, i) => ({
    ...(i % 7 === 0 ? failed : passed),
    id: `ha/9.${Math.floor(i / 50)}/${String((i % 50) + 1).padStart(2, '0')}`,
    section: `9.${Math.floor(i / 50)}`,
  }));
}

export const context = {
  describeRequirement: (id) =>
    id === 'HA-29'
      ? undefined
      : {
          level: id === 'TS-14' ? 'SHOULD' : 'MUST',
          text: 'A home agent denies a registration request that it cannot parse, and says so with the code for poorly formed requests.',
          source: 'draft-tsirtsis-l2gre-pmipv4-00, section 5.2',
        },
  dissect: () => ['RegistrationReply', '  type: 3', '  code: 0 (accepted)', '  lifetime: 1800'],
  sectionTitle: (key) =>
    ({
      'ha/5.2': 'Receiving the Registration Request',
      'ha/5.3': 'Forwarding',
      'ha/rfc3344-3.8': 'Home Agent Considerations',
    })[key],
} satisfies ReportContext;
