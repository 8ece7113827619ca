import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { reportSchema, toJson } from '../../src/report/json.js';
import type { CaseResult, FrameRecord, LedgerRow, RunResult } from '../../src/report/result.js';
import { expectGolden } from './fixtures.js';
import { everyVerdict, failed, manyCases, nasty, passed, received, runOf, skipped } from './sample.js';

const validate = new Ajv2020({ allErrors: true, strict: true }).compile(reportSchema);
const valid = (value: unknown): boolean => validate(value);
const parsed = (result: RunResult): unknown => JSON.parse(toJson(result));

/** Uses every member that there is. */
const full = runOf([
  ...everyVerdict,
  nasty,
  { ...failed, id: 'ha/5.2/09', frames: [{ ...received, omitted: 12 }], framesOmitted: 1 },
]);

// The compiler refuses these tables when the result model gains or loses a member.
const members = {
  run: {
    startedAt: 0,
    durationMs: 0,
    seed: 0,
    as: 0,
    target: 0,
    profile: 0,
    knobs: 0,
    selection: 0,
    strict: 0,
    complete: 0,
    shard: 0,
    baseline: 0,
    fault: 0,
    mismatch: 0,
  } satisfies Record<keyof RunResult['run'], 0>,
  case: {
    id: 0,
    title: 0,
    document: 0,
    section: 0,
    dut: 0,
    level: 0,
    requirements: 0,
    verdict: 0,
    reason: 0,
    expected: 0,
    actual: 0,
    durationMs: 0,
    frames: 0,
    framesOmitted: 0,
    repeat: 0,
    wholeRun: 0,
    baseline: 0,
  } satisfies Record<keyof CaseResult, 0>,
  frame: {
    at: 0,
    direction: 0,
    source: 0,
    destination: 0,
    layer: 0,
    summary: 0,
    hex: 0,
    omitted: 0,
    guilty: 0,
  } satisfies Record<keyof FrameRecord, 0>,
  ledgerRow: { requirement: 0, level: 0, role: 0, status: 0, cases: 0, reason: 0 } satisfies Record<keyof LedgerRow, 0>,
  report: { tool: 0, run: 0, totals: 0, cases: 0, ledger: 0 } satisfies Record<keyof RunResult, 0>,
};
const optional = new Set(['framesOmitted', 'omitted', 'seed', 'guilty', 'shard', 'baseline', 'wholeRun']);

/** Every object in a value, with the way to it. */
function* objects(value: unknown, path = '$'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [key, child] of Object.entries(value)) yield* objects(child, `${path}.${key}`);
}

/** All values that differ from a valid report by one change to one object; the change is undone afterwards. */
function* changed(change: (object: Record<string, unknown>, key: string) => void): Generator<[string, unknown]> {
  const whole = parsed(full);
  for (const [path, object] of objects(whole)) {
    if (path.endsWith('.knobs')) continue; // its names are free
    for (const key of Object.keys(object)) {
      const before = { ...object };
      change(object, key);
      yield [`${path}.${key}`, whole];
      for (const name of Object.keys(object)) delete object[name];
      Object.assign(object, before);
    }
  }
}

describe('report: json', () => {
  it('is the result model as it is', () => {
    const run = runOf(everyVerdict);
    expect(parsed(run)).to.deep.equal(run);
    expectGolden('report.json', toJson(runOf([failed, skipped])));
  });

  it('is valid against its schema', () => {
    for (const run of [full, runOf([]), runOf([passed], { complete: false, strict: true }), runOf(manyCases(3000))]) {
      expect(valid(parsed(run)), JSON.stringify(validate.errors?.slice(0, 3))).to.equal(true);
    }
  });

  it('holds no lone surrogates, and nothing else is changed', () => {
    const text = toJson(runOf([nasty]));
    expect(text).not.to.match(/\\ud[89a-f]/i);
    const title = nasty.title.replace('\ud800', '\ufffd').replace('\udfff', '\ufffd');
    expect(JSON.parse(text)).to.have.nested.property('cases[0].title', title);
  });

  it('counts its totals itself', () => {
    const wrong: RunResult = { ...runOf([failed]), totals: { ...full.totals, fail: 99 } };
    expect(parsed(wrong)).to.have.nested.property('totals.fail', 1);
  });

  describe('schema', () => {
    it('knows the members of the model, all of them and no other', () => {
      const { properties, $defs } = reportSchema as {
        properties: Record<string, { properties: object; required: string[] }>;
        $defs: Record<string, { properties: object; required: string[] }>;
      };
      expect(Object.keys(properties)).to.have.members(Object.keys(members.report));
      expect(Object.keys(properties['run']?.properties ?? {})).to.have.members(Object.keys(members.run));
      for (const name of ['case', 'frame', 'ledgerRow'] as const) {
        const names = Object.keys(members[name]);
        expect(Object.keys($defs[name]?.properties ?? {}), name).to.have.members(names);
        expect($defs[name]?.required, name).to.have.members(names.filter((key) => !optional.has(key)));
      }
    });

    it('refuses a report that lacks a member', () => {
      for (const [path, value] of changed((object, key) => delete object[key])) {
        const key = path.slice(path.lastIndexOf('.') + 1);
        expect(valid(value), path).to.equal(optional.has(key));
      }
    });

    it('refuses a member of a wrong type', () => {
      for (const wrong of [null, [[]], { a: {} }]) {
        for (const [path, value] of changed((object, key) => void (object[key] = wrong))) {
          expect(valid(value), path).to.equal(false);
        }
      }
    });

    it('refuses a member that it does not know', () => {
      for (const [path, value] of changed((object, key) => void (object[`${key}x`] = 1))) {
        expect(valid(value), path).to.equal(false);
      }
    });

    const broken: Readonly<Record<string, RunResult>> = {
      'a skip without a reason': runOf([{ ...skipped, reason: '' }]),
      'a negative duration': runOf([{ ...passed, durationMs: -1 }]),
      'a start that is no date': runOf([], { startedAt: 'yesterday' }),
      'odd hex': runOf([{ ...passed, frames: [{ ...received, hex: '012' }] }]),
      'upper-case hex': runOf([{ ...passed, frames: [{ ...received, hex: 'AB' }] }]),
      'an empty id': runOf([{ ...passed, id: '' }]),
    };
    for (const [name, run] of Object.entries(broken)) {
      it(`refuses ${name}`, () => void expect(valid(parsed(run))).to.equal(false));
    }
  });
});
