import { expect } from 'chai';
import { buildHomeAgent, type HomeAgentOptions } from '../../src/dut/ha.js';
import { haFaults } from '../../src/dut/faults/ha.js';
import type { Deviation } from '../../src/dut/faults/types.js';
import { haVariants } from '../../src/dut/variants.js';
import type { AgentOutput } from '../../src/agents/agent.js';
import { ntpTimestamp, type Rrp } from '../../src/wire/mobileip.js';
import { toHex } from '../../src/wire/text.js';
import {
  arpRequest,
  Bench,
  coa,
  echo,
  frame,
  gateway,
  gatewayMac,
  ha,
  inGre,
  inIp,
  inL2,
  keyOf,
  otherCoa,
  replyIn,
  type RequestOptions,
} from '../agents/ha-bench.js';
import { l2Conversation } from './l2-conversation.js';

/**
 * Everything that a device says to a long conversation that touches most rules. Requests do not depend on the device but
 * for keys and home addresses, so two devices that behave alike give the same text.
 */
function conversation(
  options: Partial<HomeAgentOptions>,
  deviation: { fault?: string; variant?: string } = {},
): string {
  const bench = new Bench({ addresses: [ha, '192.0.2.2'], maxLifetime: 600, ...options });
  bench.device = buildHomeAgent(bench.config, deviation);
  const said: string[] = [];
  const hear = (outputs: readonly AgentOutput[]): void => {
    for (const output of outputs) {
      const ends =
        output.kind === 'udp' ? `${output.local.address}>${output.remote.address}:${output.remote.port} ` : '';
      said.push(ends + toHex(output.kind === 'udp' ? output.payload : output.bytes));
    }
    said.push('.');
  };
  const rrq = (request: RequestOptions): Rrp | undefined => {
    const outputs = bench.send(bench.request(request), request.from, request.to);
    hear(outputs);
    bench.now += 1000;
    const later = bench.device.step({ kind: 'timer' }, bench.now);
    hear(later);
    return [...outputs, ...later].map(replyIn).find((reply) => reply !== undefined);
  };
  const up = (bytes: Uint8Array): void => hear(bench.packet(bytes));
  const l2Frame = (source = '02:00:00:00:00:01'): Uint8Array => frame(source, gatewayMac, echo('10.99.0.130', gateway));

  const a = rrq({ nai: 'a@example.org', key: 0, lifetime: 500 });
  const home = a?.homeAddress ?? '';
  const b = rrq({
    nai: 'b@example.org',
    key: 0x11223344,
    careOfAddress: otherCoa,
    homeAgent: '192.0.2.2',
    lifetime: 500,
  });
  const c = rrq({ nai: 'c@example.org', lifetime: 500, careOfAddress: '198.51.100.30' });
  for (const fields of [
    {},
    { hasChecksum: true },
    { sequence: 5 },
    { sequence: 5 },
    { version: 1 },
    { reserved0: 1 },
    { hasRouting: true },
  ]) {
    up(inGre(echo(home, gateway), { key: keyOf(a), ...fields }));
  }
  up(inGre(echo(home, gateway), { key: keyOf(a), hasChecksum: true, checksum: 1 }));
  up(inGre(echo(home, gateway), { key: keyOf(a), protocol: 0x1234 }));
  up(inGre(echo(home, gateway, 1), { key: keyOf(a) }));
  up(inGre(echo(home, coa), { key: keyOf(a) }));
  up(inGre(echo(home, gateway), { key: keyOf(a) ^ 1 }));
  up(inGre(echo(home, gateway), { key: keyOf(a) }, '198.51.100.31'));
  up(inGre(echo('10.99.0.199', gateway), { key: keyOf(a) }));
  up(inGre(echo(home, gateway), {}));
  up(inIp(echo(home, gateway)));
  up(inIp(echo(c?.homeAddress ?? '', home), '198.51.100.30'));
  up(inGre(echo(home, b?.homeAddress ?? '', 9), { key: keyOf(a) }));
  up(inGre(echo(b?.homeAddress ?? '', gateway), { key: 0x11223344 }, otherCoa));
  up(inGre(echo(b?.homeAddress ?? '', gateway), { key: keyOf(b) }, otherCoa));
  const tos = echo(home, b?.homeAddress ?? '');
  up(inGre(withTos(tos), { key: keyOf(a) }));

  const l2 = Array.from({ length: 10 }, (_, i) => rrq({ nai: `l${i}@example.org`, key: 0, a: true, lifetime: 500 }));
  rrq({ nai: 'own@example.org', key: 77, a: true, careOfAddress: otherCoa, lifetime: 500 });
  rrq({ nai: 'own2@example.org', key: 78, a: true, careOfAddress: otherCoa, lifetime: 500 });
  const key = keyOf(l2[0]);
  up(inL2(arpRequest('02:00:00:00:00:01', '10.99.0.130', gateway), key));
  up(inL2(l2Frame(), key));
  up(inL2(l2Frame(), 77, otherCoa));
  up(inL2(frame('02:00:00:00:00:02', '02:00:00:00:00:01', new Uint8Array(100)), keyOf(l2[1])));
  up(inL2(frame('02:00:00:00:00:01', '33:33:00:00:00:01', new Uint8Array(50), 0x86dd), key));

  const tunnels = [key, keyOf(l2[1])] as const;
  l2Conversation((from, bytes) => up(inL2(bytes, tunnels[from])), bench.now);
  rrq({ nai: 'l2@example.org', key: keyOf(l2[2]), a: true, lifetime: 0 });
  rrq({ nai: 'l3@example.org', key: keyOf(l2[3]), a: true, lifetime: 2 });
  bench.wait(3000);
  up(inL2(frame('02:00:00:00:00:01', 'ff:ff:ff:ff:ff:ff', new Uint8Array(50), 0x88b5), key));

  rrq({ nai: 'a@example.org', key: keyOf(a), lifetime: 500 });
  rrq({ nai: 'a@example.org', key: 0x55667788, lifetime: 500 });
  up(inGre(echo(home, gateway), { key: keyOf(a) }));
  const again = rrq({ nai: 'a@example.org', key: 0, lifetime: 500 });
  up(inGre(echo(home, gateway), { key: 0x55667788 }));
  rrq({ nai: 'b@example.org', key: 0x11223344, careOfAddress: otherCoa, lifetime: 500 });

  const moved = rrq({
    nai: 'a@example.org',
    key: 0,
    careOfAddress: '198.51.100.40',
    simultaneous: true,
    lifetime: 500,
  });
  rrq({ nai: 'a@example.org', key: 0, careOfAddress: '198.51.100.41', simultaneous: true, lifetime: 500 });
  up(inGre(echo(b?.homeAddress ?? '', home), { key: 0x11223344 }, otherCoa));
  rrq({ nai: 'a@example.org', key: keyOf(moved), careOfAddress: '198.51.100.40', lifetime: 0 });
  up(inGre(echo(b?.homeAddress ?? '', home), { key: 0x11223344 }, otherCoa));
  rrq({ nai: 'a@example.org', homeAddress: home, careOfAddress: home, lifetime: 0 });
  up(inGre(echo(b?.homeAddress ?? '', home), { key: 0x11223344 }, otherCoa));
  up(inGre(echo(home, gateway), { key: keyOf(again) }));
  rrq({ nai: 'b@example.org', key: 0, careOfAddress: '198.51.100.42', lifetime: 5 });
  up(inGre(echo(b?.homeAddress ?? '', gateway), { key: 0x11223344 }, otherCoa));
  bench.wait(6000);
  rrq({ nai: 'c@example.org', careOfAddress: '198.51.100.30' });
  up(inIp(echo(c?.homeAddress ?? '', b?.homeAddress ?? ''), '198.51.100.30'));

  const identification = bench.identification();
  rrq({ nai: 'd@example.org', identification });
  rrq({ nai: 'd@example.org', identification });
  rrq({ nai: 'd@example.org', identification: ntpTimestamp(bench.now - 60_000) });
  rrq({ nai: 'e@example.org', identification: ntpTimestamp(bench.now + 5_000), homeAgent: '192.0.2.77' });
  rrq({ nai: 'e@example.org' });
  rrq({ nai: 'f@example.org', mangle: (o) => Uint8Array.of(...o.subarray(0, -1), (o.at(-1) ?? 0) ^ 1) });
  rrq({ nai: 'g@example.org', mangle: (o) => Uint8Array.of(...o.subarray(0, -16), ...new Uint8Array(16)) });
  rrq({ nai: 'h@example.org', extra: [{ name: 'raw', type: 120, data: new Uint8Array(4) }] });
  rrq({ nai: 'h@example.org', extra: [{ name: 'raw', type: 200, data: new Uint8Array(4) }, { name: 'pad' }] });
  rrq({ nai: 'i@example.org', extra: [{ name: 'pad' }] });
  rrq({ nai: 'j@example.org', gre: true });
  rrq({ nai: 'j@example.org', key: 0, gre: false });
  rrq({ nai: 'k@example.org', reservedX: true });
  rrq({ nai: 'k@example.org', homeAddress: '10.1.2.3' });
  rrq({ nai: 'k@example.org', lifetime: 5 });
  rrq({ nai: 'm@example.org', from: '203.0.113.7', lifetime: 30 });
  rrq({ nai: 'm@example.org', key: 0, lifetime: 0 });
  hear(bench.send(Uint8Array.of(1, 2, 3)));
  rrq({ nai: 'n@example.org' });
  return said.join('\n');
}

function withTos(packet: Uint8Array): Uint8Array {
  const changed = packet.slice();
  changed[1] = 4;
  // keeps the header checksum right: the one's complement sum grows by 4, so the checksum shrinks by 4
  const sum = ((changed[10] ?? 0) << 8) + (changed[11] ?? 0) - 4;
  changed[10] = sum >> 8;
  changed[11] = sum & 255;
  return changed;
}

const settings: readonly Partial<HomeAgentOptions>[] = [
  {},
  { faHa: [{ spi: 512, key: 'ffeeddccbbaa99887766554433221100' }], features: { l2: false } },
];

describe('deviations of the reference home agent', () => {
  it('the reference says the same thing twice', () => {
    for (const options of settings) expect(conversation(options)).to.equal(conversation(options));
  });

  const right = conversation({});
  const kinds: readonly [string, readonly Deviation[], 'fault' | 'variant'][] = [
    ['fault', haFaults, 'fault'],
    ['variant', haVariants, 'variant'],
  ];
  for (const [title, list, kind] of kinds) {
    it(`every ${title} has an id of its own, in kebab case, and a sentence`, () => {
      expect(new Set(list.map(({ id }) => id)).size).to.equal(list.length);
      for (const { id, sentence, apply, wrap } of list) {
        expect(id).to.match(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(sentence, id).to.match(/^[A-Z].*\.$/);
        expect(apply ?? wrap, id).to.be.a('function');
      }
    });

    describe(`every ${title} shows on the wire`, () => {
      for (const { id, sentence } of list) {
        it(`${id}: ${sentence}`, () => {
          expect(conversation({}, { [kind]: id }) === right, 'the same as the reference').to.equal(false);
        });
      }
    });
  }

  it('names the nearest when there is no such fault or variant', () => {
    expect(() => conversation({}, { fault: 'key-zero' })).to.throw(TypeError, /no fault "key-zero".*key-zero-returned/);
    expect(() => conversation({}, { variant: 'slow' })).to.throw(TypeError, /slow-replies/);
  });
});
