import { expect } from 'chai';
import type { Extension } from '../../src/wire/extensions.js';
import { verifies } from '../../src/wire/auth.js';
import { coveredBy, high32, low32, ntpTimestamp } from '../../src/wire/mobileip.js';
import { Bench, coa, faKey, greKeyOf, ha, keyOf, mnKey, otherCoa, replyIn, type RequestOptions } from './ha-bench.js';

const fresh = (options = {}): Bench => new Bench(options);
const faHa = [{ spi: 512, key: 'ffeeddccbbaa99887766554433221100' }];
const nai: Extension = { name: 'nai', nai: 'mn1@example.org' };
const mnHa: Extension = { name: 'mnHa', spi: 256 };
const foreign: Extension = { name: 'faHa', spi: 512 };

/** One bend of a request that is right otherwise, and the code; undefined stands for silence. */
const verdicts: readonly [string, RequestOptions, number | undefined, object?][] = [
  ['nothing bent: IP-in-IP', {}, 0],
  ['GRE with a key', { key: 0 }, 0],
  ['L2', { key: 0, a: true }, 0],
  ['code 1 without simultaneous bindings', {}, 1, { features: { simultaneousBindings: false } }],
  ['authenticator wrong', { mangle: (o) => flipped(o, o.length - 1) }, 131],
  ['covered octet wrong', { mangle: (o) => flipped(o, 24 + 5) }, 131],
  ['no MN-HA', { list: [nai] }, 131],
  ['no MN-HA, RFC 5944', { list: [nai] }, undefined, { base: 'rfc5944' }],
  ['two MN-HA', { list: [nai, mnHa, mnHa] }, 131],
  ['two MN-HA, RFC 5944', { list: [nai, mnHa, mnHa] }, 0, { base: 'rfc5944' }],
  ['unknown SPI', { list: [nai, { name: 'mnHa', spi: 257 }] }, 131],
  ['unknown SPI, RFC 5944', { list: [nai, { name: 'mnHa', spi: 257 }] }, undefined, { base: 'rfc5944' }],
  ['unknown realm', { nai: 'mn1@elsewhere.example' }, 131],
  ['unknown realm, RFC 5944', { nai: 'mn1@elsewhere.example' }, undefined, { base: 'rfc5944' }],
  ['clock 60 s behind', { identification: ntpTimestamp(Date.UTC(2025, 0, 1) - 60_000) }, 133],
  ['clock 6 s ahead', { identification: ntpTimestamp(Date.UTC(2025, 0, 1) + 6_000) }, 0],
  ['FA-HA missing', {}, 132, { faHa }],
  ['FA-HA right', { list: [nai, mnHa, foreign] }, 0, { faHa }],
  ['FA-HA twice', { list: [nai, mnHa, foreign, foreign] }, 132, { faHa }],
  ['FA-HA wrong', { list: [nai, mnHa, foreign], mangle: (o) => flipped(o, o.length - 1) }, 132, { faHa }],
  ['FA-HA before MN-HA', { list: [nai, foreign, mnHa] }, 134, { faHa }],
  ['FA-HA for another FA only', {}, 0, { faHa: [{ ...faHa[0], address: '203.0.113.9' }] }],
  ['FA-HA without association', { list: [nai, mnHa, foreign] }, 0],
  ['FA-HA without association, RFC 5944', { list: [nai, mnHa, foreign] }, undefined, { base: 'rfc5944' }],
  ['deregistration without FA-HA', { lifetime: 0 }, 132, { faHa }],
  ['deregistration without FA-HA, RFC 5944', { lifetime: 0 }, 0, { faHa, base: 'rfc5944' }],
  ['unknown extension 120', { extra: [{ name: 'raw', type: 120, data: new Uint8Array(4) }] }, undefined],
  ['PMIP extension 47', { extra: [{ name: 'pmipNonSkippable', method: 1 }] }, undefined],
  ['unknown extension 200', { extra: [{ name: 'raw', type: 200, data: new Uint8Array(4) }], key: 0 }, 0],
  ['extension 200 behind MN-HA', { list: [nai, mnHa, { name: 'raw', type: 200, data: new Uint8Array(1) }] }, 0],
  ['pads', { extra: [{ name: 'pad' }, { name: 'pad' }, { name: 'pad' }] }, 0],
  ['GRE key behind MN-HA', { list: [nai, mnHa, { name: 'greKey', key: 0 }] }, 0],
  ['two GRE keys', { extra: [{ name: 'greKey', key: 5 }], key: 0 }, 134],
  ['GRE key of 5 octets', { extra: [{ name: 'raw', type: 48, data: new Uint8Array(5) }] }, 134],
  ['empty NAI', { nai: '' }, 131],
  [
    'extension past the end',
    { list: [nai, mnHa, { name: 'raw', type: 200, length: 9, data: new Uint8Array(2) }] },
    134,
  ],
  ['cut inside MN-HA', { mangle: (o) => o.subarray(0, o.length - 3) }, undefined],
  ['23 octets', { mangle: (o) => o.subarray(0, 23) }, undefined],
  ['a reply', { mangle: (o) => Uint8Array.of(3, ...o.subarray(1)) }, undefined],
  ['reserved bit x', { reservedX: true }, 134],
  ['reserved bit r', { reservedR: true }, 134],
  ['minimal encapsulation', { minimal: true }, 139],
  ['G without extension', { gre: true }, 134],
  ['G without extension where that is allowed', { gre: true }, 0, { features: { keylessGre: true } }],
  ['extension without G', { key: 0, gre: false }, 0],
  ['GRE switched off', { key: 0 }, 139, { features: { greKeys: false } }],
  ['L2 switched off', { key: 0, a: true }, 129, { features: { l2: false } }],
  ['IP-in-IP switched off', {}, 139, { features: { ipInIp: false } }],
  ['T switched off', {}, 137, { features: { reverseTunneling: false } }],
  ['without T', { reverseTunneling: false }, 0],
  ['another home agent', { homeAgent: '192.0.2.99' }, 136],
  ['home agent 0.0.0.0', { homeAgent: '0.0.0.0' }, 136],
  ['home agent 0.0.0.0, RFC 4433', { homeAgent: '0.0.0.0' }, 0, { features: { dynamicHomeAgent: true } }],
  ['to a broadcast address', { to: '192.0.2.255', homeAgent: ha }, 136],
  ['home address of our network', { homeAddress: '10.99.0.200' }, 0],
  ['home address elsewhere', { homeAddress: '10.98.0.200' }, 129],
  ['home address of the gateway', { homeAddress: '10.99.0.1' }, 129],
  ['home address = broadcast', { homeAddress: '10.99.0.255' }, 129],
  ['home address all ones', { homeAddress: '255.255.255.255' }, 0],
  ['no home address to give', {}, 129, { features: { dynamicHomeAddress: false } }],
  ['neither NAI nor home address', { list: [mnHa] }, 134],
  ['home address without NAI', { list: [mnHa], homeAddress: '10.99.0.200' }, 0],
  ['care-of address 0', { careOfAddress: '0.0.0.0' }, 134],
  ['care-of address multicast', { careOfAddress: '224.0.0.1' }, 134],
  ['care-of address = home agent', { careOfAddress: ha }, 134],
];

function flipped(octets: Uint8Array, at: number): Uint8Array {
  const changed = octets.slice();
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

describe('home agent: registration', () => {
  describe('the verdict on one request', () => {
    for (const [title, request, code, options] of verdicts) {
      it(`${title}: ${code ?? 'silence'}`, () => {
        const bench = fresh(options);
        expect(bench.code(request)).to.equal(code);
        const granted = code !== undefined && code <= 1 && request.lifetime !== 0;
        expect(bench.bindings).to.equal(granted ? 1 : 0);
      });
    }
  });

  it('answers from where the request went to, to where it came from', () => {
    const bench = fresh({ addresses: [ha, '192.0.2.2'] });
    const [output] = bench.send(bench.request({ careOfAddress: otherCoa, homeAgent: ha }), '203.0.113.5', '192.0.2.2');
    expect(output).to.deep.include({
      local: { address: '192.0.2.2', port: 434 },
      remote: { address: '203.0.113.5', port: 40000 },
    });
    const [broadcast] = bench.send(bench.request(), coa, '192.0.2.255');
    expect(broadcast).to.deep.include({ local: { address: ha, port: 434 } });
  });

  it('names its own unicast address when it is not the one asked for', () => {
    const bench = fresh();
    expect(bench.register({ homeAgent: '192.0.2.99' })?.homeAgent).to.equal(ha);
    expect(bench.register({ to: '192.0.2.255', homeAgent: '192.0.2.255' })?.homeAgent).to.equal(ha);
  });

  it('copies NAI, home address and Identification, and puts the extensions in order', () => {
    const bench = fresh({ faHa });
    const identification = bench.identification();
    const list: Extension[] = [nai, mnHa, { name: 'greKey', key: 0 }, foreign];
    const reply = bench.register({ list, gre: true, homeAddress: '10.99.0.77', identification });
    expect(reply?.homeAddress).to.equal('10.99.0.77');
    expect(reply?.identification).to.equal(identification);
    expect(reply?.extensions.map((e) => e.name)).to.deep.equal(['nai', 'mnHa', 'greKey', 'faHa']);
    expect(
      fresh()
        .register({ key: 0 })
        ?.extensions.map((e) => e.name),
    ).to.deep.equal(['nai', 'greKey', 'mnHa']);
  });

  it('authenticates every reply, denials included', () => {
    const bench = fresh({ faHa });
    for (const list of [[nai, mnHa, foreign], [nai], [nai, mnHa]] as Extension[][]) {
      const [output] = bench.send(bench.request({ list }));
      const reply = output && replyIn(output);
      const payload = output?.kind === 'udp' ? output.payload : new Uint8Array(0);
      const seals = reply?.extensions.flatMap((e) => (e.name === 'mnHa' || e.name === 'faHa' ? [e] : [])) ?? [];
      expect(seals.map((e) => e.name)).to.deep.equal(['mnHa', 'faHa']);
      for (const seal of seals) {
        const sa = { key: seal.name === 'faHa' ? faKey : mnKey, algorithm: 'hmac-md5' as const };
        expect(verifies(sa, coveredBy(payload, seal), seal.authenticator ?? payload)).to.equal(true);
      }
    }
  });

  describe('Identification', () => {
    it('puts its own time over the low half in code 133', () => {
      const bench = fresh();
      const identification = ntpTimestamp(bench.now - 60_000) + 0x1234n;
      const reply = bench.register({ identification });
      expect(low32(reply?.identification ?? 0n)).to.equal(low32(identification));
      expect(high32(reply?.identification ?? 0n)).to.equal(high32(ntpTimestamp(bench.now)));
    });

    it('takes each timestamp once, and no older one, whatever becomes of the binding', () => {
      const bench = fresh();
      const identification = bench.identification();
      expect(bench.code({ identification })).to.equal(0);
      expect(bench.code({ identification, lifetime: 30 })).to.equal(133);
      expect(bench.code({ identification: identification - 1n })).to.equal(133);
      expect(bench.code({ identification: identification + 1n, lifetime: 0 })).to.equal(0);
      expect(bench.code({ identification: identification + 1n })).to.equal(133);
      expect(bench.code({ identification, nai: 'mn2@example.org' }), 'another mobile node').to.equal(0);
    });

    it('does not remember what it denied', () => {
      const bench = fresh();
      const soon = ntpTimestamp(bench.now + 5_000);
      expect(bench.code({ identification: soon, homeAgent: '192.0.2.99' })).to.equal(136);
      expect(bench.code()).to.equal(0);
    });

    it('looks at it only when the request is authentic', () => {
      const request = { identification: 1n, mangle: (o: Uint8Array) => flipped(o, o.length - 1) };
      expect(fresh().code(request)).to.equal(131);
    });

    it('counts on across the NTP era of 2036', () => {
      const bench = fresh();
      bench.now = Date.UTC(2036, 1, 7, 6, 28, 15);
      expect(bench.code({ identification: ntpTimestamp(bench.now) })).to.equal(0);
      bench.now += 2000;
      expect(ntpTimestamp(bench.now) < 2n ** 40n, 'the era has changed').to.equal(true);
      expect(bench.code({ identification: ntpTimestamp(bench.now) })).to.equal(0);
    });

    it('gives a new nonce in every reply and takes only that', () => {
      const bench = fresh({ replay: 'nonces' });
      const seen = new Set<number>();
      let reply = bench.register({ identification: 7n });
      expect(reply?.code).to.equal(133);
      for (let i = 1; i <= 3; i++) {
        seen.add(high32(reply?.identification ?? 0n));
        const identification = (BigInt(high32(reply?.identification ?? 0n)) << 32n) | BigInt(i);
        reply = bench.register({ identification });
        expect(reply?.code).to.equal(0);
        expect(low32(reply?.identification ?? 0n)).to.equal(i);
        expect(bench.code({ identification }), 'used up').to.equal(133);
        reply = bench.register({ identification: 9n });
      }
      expect(seen.size).to.equal(3);
    });
  });

  describe('home address', () => {
    it('is chosen for an NAI and stays its own, also after a deregistration', () => {
      const bench = fresh();
      const first = bench.register()?.homeAddress;
      expect(first).to.match(/^10\.99\.0\.\d+$/);
      expect(bench.register({ careOfAddress: otherCoa })?.homeAddress).to.equal(first);
      expect(bench.register({ lifetime: 0, careOfAddress: otherCoa })?.homeAddress).to.equal(first);
      expect(bench.register()?.homeAddress).to.equal(first);
    });

    it('is given to one mobile node only, until there are none left', () => {
      const bench = fresh({ homeNetwork: '10.99.0.0/28' });
      const given = Array.from({ length: 14 }, (_, i) => bench.register({ nai: `mn${i}@example.org` }));
      expect(given.filter((r) => r?.code === 0)).to.have.length(13); // 16 less network, broadcast and gateway
      expect(new Set(given.map((r) => r?.homeAddress)).size).to.equal(14);
      expect(given.at(-1)?.code).to.equal(130);
      expect(bench.code({ nai: 'other@example.org', homeAddress: given[0]?.homeAddress })).to.equal(129);
    });

    it('may be 0 in L2 mode, and be registered later', () => {
      const bench = fresh();
      const reply = bench.register({ key: 0, a: true });
      expect(reply?.homeAddress).to.equal('0.0.0.0');
      const later = bench.register({ key: keyOf(reply), a: true, homeAddress: '10.99.0.50' });
      expect(later?.homeAddress).to.equal('10.99.0.50');
      expect(keyOf(later)).to.equal(keyOf(reply));
      expect(bench.bindings).to.equal(1);
      expect(bench.register({ key: keyOf(reply), a: true })?.homeAddress, 'no longer asked for').to.equal('10.99.0.50');
    });
  });

  describe('lifetime', () => {
    it('is what was asked for, up to the maximum', () => {
      const bench = fresh();
      const granted = [1, 30, 1800, 65534, 65535].map((lifetime) => bench.register({ lifetime })?.lifetime);
      expect(granted).to.deep.equal([1, 30, 1800, 1800, 1800]);
    });

    it('ends the binding without a word', () => {
      const bench = fresh();
      bench.register({ lifetime: 5 });
      bench.wait(4999);
      expect(bench.bindings).to.equal(1);
      expect(bench.agent.step({ kind: 'timer' }, bench.now + 1)).to.deep.equal([]);
      expect(bench.bindings).to.equal(0);
      expect(bench.agent.deadline()).to.equal(undefined);
    });

    it('is infinite where the maximum is', () => {
      const bench = fresh({ maxLifetime: 65535 });
      expect(bench.register({ lifetime: 65535 })?.lifetime).to.equal(65535);
      expect(bench.agent.deadline()).to.equal(undefined);
    });

    it('starts again with a renewal, and other bindings keep theirs', () => {
      const bench = fresh();
      bench.register({ lifetime: 5 });
      bench.register({ lifetime: 60, careOfAddress: otherCoa, simultaneous: true });
      bench.wait(3000);
      bench.register({ lifetime: 5, simultaneous: true });
      bench.wait(4000);
      expect(bench.bindings).to.equal(2);
      bench.wait(1000);
      expect(bench.bindings).to.equal(1);
    });
  });

  describe('several bindings', () => {
    it('replaces the old one without S, keeps it with S', () => {
      const bench = fresh();
      bench.register();
      bench.register({ careOfAddress: otherCoa });
      expect(bench.bindings).to.equal(1);
      bench.register({ simultaneous: true });
      expect(bench.bindings).to.equal(2);
    });

    it('denies with 135 beyond its limit, with 130 when the table is full', () => {
      const bench = fresh({ maxSimultaneous: 2, maxBindings: 3 });
      const codes = ['198.51.100.1', '198.51.100.2', '198.51.100.3'].map((careOfAddress) =>
        bench.code({ careOfAddress, simultaneous: true }),
      );
      expect(codes).to.deep.equal([0, 0, 135]);
      expect(bench.code({ nai: 'mn2@example.org' })).to.equal(0);
      expect(bench.code({ nai: 'mn3@example.org' })).to.equal(130);
      expect(bench.code({ nai: 'mn2@example.org', careOfAddress: otherCoa }), 'a move needs no room').to.equal(0);
    });

    it('removes the one that is named, or all', () => {
      const bench = fresh();
      const home = bench.register()?.homeAddress;
      bench.register({ careOfAddress: otherCoa, simultaneous: true });
      expect(bench.register({ lifetime: 0, homeAddress: home })).to.deep.include({ code: 0, lifetime: 0 });
      expect(bench.bindings).to.equal(1);
      bench.register({ simultaneous: true });
      bench.register({ lifetime: 0, homeAddress: home, careOfAddress: home });
      expect(bench.bindings).to.equal(0);
    });

    it('knows a mobile node without NAI by its home address', () => {
      const bench = fresh();
      const home = bench.register()?.homeAddress;
      const list = [mnHa];
      expect(bench.code({ list, homeAddress: home, lifetime: 0 })).to.equal(0);
      expect(bench.bindings).to.equal(0);
    });
  });

  it('leaves the GRE key of a request with a wrong authenticator unanswered', () => {
    const bench = fresh();
    bench.register({ key: 0 });
    const reply = bench.register({ key: 0, mangle: (o) => flipped(o, o.length - 1) });
    expect(reply?.code).to.equal(131);
    expect(greKeyOf(reply)).to.equal(undefined);
  });
});
