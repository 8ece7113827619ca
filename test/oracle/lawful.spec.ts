import { expect } from 'chai';
import type { Agent } from '../../src/agents/agent.js';
import { buildHomeAgent, homeAgentConfig } from '../../src/dut/ha.js';
import { haVariants } from '../../src/dut/variants.js';
import { Dice } from '../../src/fuzz/dice.js';
import type { ObservedMessage } from '../../src/oracle/exchange.js';
import { Oracle } from '../../src/oracle/oracle.js';
import { defaultKnobs } from '../../src/spec/knobs.js';
import type { SecurityAssociation } from '../../src/wire/auth.js';
import { defaultDialect, type WireContext } from '../../src/wire/extensions.js';
import { encodeRrp, encodeRrq, ntpTimestamp, type RrqInput } from '../../src/wire/mobileip.js';

const mnHa: SecurityAssociation = { spi: 256, key: new Uint8Array(16).fill(7), algorithm: 'hmac-md5' };
const wire: WireContext = { dialect: defaultDialect, keys: () => mnHa };
const mpa = { address: '198.51.100.7', port: 434 };
const ha = { address: '192.0.2.1', port: 434 };
const options = { addresses: [ha.address], seed: 5, mnHa: [{ spi: 256, key: '07'.repeat(16) }] };

const oracleFor = (): Oracle =>
  new Oracle({ dialect: defaultDialect, knobs: defaultKnobs(), replay: 'timestamps', mnHa });

/** Rules that look back on what was agreed before. */
const rules: ReadonlySet<string> = new Set(['TS-12', 'TS-15', 'TS-31']);

interface Asked extends Pick<RrqInput, 'lifetime' | 'homeAddress' | 'careOfAddress' | 'simultaneous'> {
  readonly nai: string | undefined;
  readonly a: boolean;
  readonly key: number;
}

const rrq = ({ nai, a, key, ...fixed }: Asked, now: number): Uint8Array =>
  encodeRrq(
    {
      ...{ gre: true, reverseTunneling: true, homeAgent: ha.address, identification: ntpTimestamp(now), ...fixed },
      extensions: [
        ...(nai === undefined ? [] : [{ name: 'nai', nai } as const]),
        { name: 'greKey', a, key },
        { name: 'mnHa', spi: 256 },
      ],
    },
    wire,
  );

/** What the oracle holds against the keys of a device that few mobile nodes ask for anything in any order. */
function accusations(device: Agent, seed: number, messages: number): string[] {
  const dice = new Dice(seed);
  const oracle = oracleFor();
  const found: string[] = [];
  const sent = new Map<string, ObservedMessage>();
  const keys = [0, 0, 0, 1, 0xff];
  let now = 1_700_000_000_000;
  for (let i = 0; i < messages; i++) {
    now += dice.oneIn(200) ? 120_000 : dice.of([20, 20, 20, 700, 1000]);
    const asked: Asked = {
      nai: dice.of([undefined, 'mn1@example.org', 'mn2@example.org']),
      a: dice.oneIn(2),
      key: keys[dice.below(keys.length)] ?? 0,
      simultaneous: dice.oneIn(2),
      lifetime: dice.of([0, 1, 2, 60, 60, 60]),
      homeAddress: dice.of(['0.0.0.0', '255.255.255.255', '10.99.0.130', '10.99.0.131']),
      careOfAddress: dice.of([mpa.address, '198.51.100.8', '0.0.0.0', '255.255.255.255', '10.99.0.130']),
    };
    const request = { at: now, from: mpa, to: ha, bytes: rrq(asked, now) };
    sent.set(idOf(request.bytes, 16), request);
    now += dice.below(10); // on its way
    for (const output of device.step({ kind: 'udp', local: ha, remote: mpa, payload: request.bytes }, now)) {
      const answered = output.kind === 'udp' ? sent.get(idOf(output.payload, 12)) : undefined;
      if (output.kind !== 'udp' || !answered) continue;
      const reply = { at: now + dice.below(10), from: ha, to: mpa, bytes: output.payload };
      const { findings, exchange } = oracle.exchange({ request: answered, reply });
      if (exchange?.granted) keys[5 + dice.below(6)] = exchange.granted.key;
      const wrong = findings.filter((f) => !f.holds && rules.has(f.requirement));
      found.push(...wrong.map((f) => `${f.requirement}: ${f.expected}, not ${f.actual}`));
    }
    now += 20;
  }
  return found;
}

const idOf = (message: Uint8Array, at: number): string => Buffer.from(message.subarray(at, at + 8)).toString('hex');

describe('what the oracle thinks of keys that a home agent gives', () => {
  const messages = 3000;

  for (const variant of [undefined, ...haVariants.map(({ id }) => id)]) {
    it(`accuses ${variant ?? 'the reference'} of nothing in ${messages} registrations of few mobile nodes`, () => {
      const device = buildHomeAgent(homeAgentConfig(options), variant === undefined ? {} : { variant });
      expect(accusations(device, 1, messages)).to.deep.equal([]);
    });
  }

  const first: Asked = {
    ...{ nai: 'mn@example.org', a: false, key: 0, simultaneous: true },
    ...{ lifetime: 60, homeAddress: '10.99.0.130', careOfAddress: mpa.address },
  };
  const elsewhere = { ...first, careOfAddress: '198.51.100.8' };

  /** The rules broken by the last of these exchanges, a second apart; each is what is asked and which key is given. */
  function broken(...exchanges: readonly (readonly [Asked, number])[]): string[] {
    const oracle = oracleFor();
    let last: string[] = [];
    exchanges.forEach(([asked, key], i) => {
      const at = 1_700_000_000_000 + 1000 * i;
      const { lifetime, homeAddress = '', a } = asked;
      const bytes = encodeRrp(
        {
          ...{ code: 0, lifetime, homeAddress, homeAgent: ha.address, identification: ntpTimestamp(at) },
          extensions: [
            { name: 'nai', nai: asked.nai ?? '' },
            { name: 'greKey', a, key },
            { name: 'mnHa', spi: 256 },
          ],
        },
        wire,
      );
      const request = { at, from: mpa, to: ha, bytes: rrq(asked, at) };
      const { findings } = oracle.exchange({ request, reply: { at: at + 5, from: ha, to: mpa, bytes } });
      last = findings.filter((f) => !f.holds).map((f) => f.requirement);
    });
    return last;
  }

  it('rejects another key for a renewal, and for a move, that names the agreed one', () => {
    expect(broken([first, 7], [{ ...first, key: 7 }, 8])).to.deep.equal(['TS-31']);
    expect(broken([first, 7], [{ ...elsewhere, simultaneous: false, key: 7 }, 8])).to.deep.equal(['TS-31']);
  });

  it('takes the agreed key, or another, where a binding stands beside it', () => {
    expect(broken([first, 7], [elsewhere, 8], [{ ...first, key: 8 }, 8])).to.deep.equal([]);
    expect(broken([first, 7], [elsewhere, 8], [{ ...first, key: 8 }, 9])).to.deep.equal([]);
    expect(broken([first, 7], [{ ...elsewhere, key: 7 }, 9])).to.deep.equal([]);
  });

  it('rejects the key of another mobile node in L2 mode', () => {
    const l2 = { ...first, a: true, homeAddress: '0.0.0.0' };
    expect(broken([l2, 7], [{ ...l2, nai: 'other@example.org' }, 7])).to.deep.equal(['TS-12']);
    expect(broken([l2, 7], [{ ...l2, nai: 'other@example.org', key: 5 }, 7])).to.deep.equal(['TS-15']);
  });
});
