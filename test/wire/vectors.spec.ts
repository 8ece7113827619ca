import { expect } from 'chai';
import { describe, it } from 'mocha';
import { arp } from '../../src/wire/arp.js';
import { verifies } from '../../src/wire/auth.js';
import { dissectFrame, summarizeFrame } from '../../src/wire/describe.js';
import { dhcpv4 } from '../../src/wire/dhcpv4.js';
import { dhcpv6 } from '../../src/wire/dhcpv6.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { defaultDialect, type Extension, type WireContext } from '../../src/wire/extensions.js';
import { gre } from '../../src/wire/gre.js';
import { icmpEcho } from '../../src/wire/icmp.js';
import { icmpv6Echo } from '../../src/wire/icmpv6.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { ipv6 } from '../../src/wire/ipv6.js';
import {
  type AnyField,
  decode,
  type Decoded,
  dissect,
  type Dissected,
  encode,
  type InputOf,
  type Layout,
} from '../../src/wire/layout.js';
import {
  coveredBy,
  decodeRevocation,
  decodeRevocationAck,
  decodeRrp,
  decodeRrq,
  dissectMessage,
  revocationAckLayout,
  revocationLayout,
  rrpLayout,
  rrqLayout,
} from '../../src/wire/mobileip.js';
import {
  neighbourAdvertisement,
  neighbourSolicitation,
  routerAdvertisement,
  routerSolicitation,
} from '../../src/wire/ndp.js';
import { toHex } from '../../src/wire/text.js';
import { udp } from '../../src/wire/udp.js';
import { vlan } from '../../src/wire/vlan.js';
import { issuesOf } from './laws.js';
import { plain } from './plain.js';
import { octetsOf, readVectors, type Vector, vectorFiles, vectorKeys } from './vectors.js';

interface Codec {
  readonly layout: Layout<unknown>;
  decode(octets: Uint8Array, vector: Vector): Decoded<unknown>;
  dissect(octets: Uint8Array, vector: Vector): Dissected;
}

const dialectOf = (vector: Vector): WireContext['dialect'] => vector.dialect ?? defaultDialect;
const contextOf = (vector: Vector): unknown => vector.context ?? { dialect: dialectOf(vector) };

function header<V>(l: Layout<V>): Codec {
  return {
    layout: l,
    decode: (octets) => decode(l, octets),
    dissect: (octets, vector) => dissect(l, octets, vector.context),
  };
}

function message<V>(l: Layout<V>, read: (octets: Uint8Array, dialect: WireContext['dialect']) => Decoded<V>): Codec {
  return {
    layout: l,
    decode: (octets, vector) => read(octets, dialectOf(vector)),
    dissect: (octets, vector) => dissectMessage(octets, dialectOf(vector)),
  };
}

const codecs: Readonly<Record<string, Codec>> = {
  rrq: message(rrqLayout, decodeRrq),
  rrp: message(rrpLayout, decodeRrp),
  revocation: message(revocationLayout, decodeRevocation),
  revocationAck: message(revocationAckLayout, decodeRevocationAck),
  gre: header(gre),
  ipv4: header(ipv4),
  udp: header(udp),
  icmp: header(icmpEcho),
  ethernet: header(ethernet),
  arp: header(arp),
  ipv6: header(ipv6),
  icmpv6Echo: header(icmpv6Echo),
  routerSolicitation: header(routerSolicitation),
  routerAdvertisement: header(routerAdvertisement),
  neighbourSolicitation: header(neighbourSolicitation),
  neighbourAdvertisement: header(neighbourAdvertisement),
  vlan: header(vlan),
  dhcpv4: header(dhcpv4),
  dhcpv6: header(dhcpv6),
};

const all = vectorFiles().flatMap((file) => readVectors(file).map((vector) => ({ file, vector })));
const read = new Set<string>();

describe('known-answer vectors', () => {
  for (const { file, vector } of all) {
    it(`${file} ${vector.id} is ${vector.result}`, () => {
      if (vector.layout === 'frame') checkFrame(vector);
      else checkVector(vector, codecs[vector.layout]);
      read.add(vector.id);
    });
  }

  it('every vector was read, has an id of its own, a source, and no key that is not understood', () => {
    const ids = all.map(({ vector }) => vector.id);
    expect(new Set(ids).size).to.equal(ids.length);
    expect([...read]).to.have.members(ids);
    for (const { vector } of all) {
      expect(vectorKeys, vector.id).to.include.members(Object.keys(vector));
      expect(vector.source, vector.id).to.not.equal('');
      expect(vector.section, vector.id).to.match(/§|RFC|IEEE/);
    }
  });

  it('every layout and every known extension has a valid vector that another tool made or read', () => {
    const foreign = all
      .map(({ vector }) => vector)
      .filter((v) => v.result === 'valid' && /scapy|TShark|tshark|python3/.test(v.source));
    expect(new Set(foreign.map((v) => v.layout))).to.include.all.keys(...Object.keys(codecs), 'frame');
    const extensions = foreign.flatMap((v) => (v.decoded as { extensions?: Extension[] }).extensions ?? []);
    expect(new Set(extensions.map((e) => e.name))).to.include.all.keys(
      'mnHa',
      'mnFa',
      'faHa',
      'generalizedAuth',
      'criticalVendor',
      'pmipNonSkippable',
      'nai',
      'revocationSupport',
      'dynamicHa',
      'pmipSkippable',
      'greKey',
      'raw',
    );
  });
});

function checkVector(vector: Vector, codec: Codec | undefined): void {
  if (!codec) expect.fail(`no codec for ${vector.layout}`);
  const octets = octetsOf(vector.hex);
  const decoded = codec.decode(octets, vector);
  if (!decoded.ok) {
    expect(vector.result, decoded.issue.message).to.equal('invalid');
    expect(decoded.issue.code).to.equal(vector.issue);
    return;
  }
  expect(plain(decoded.value)).to.deep.equal(vector.decoded);
  const value = decoded.value as Record<string, unknown>;
  expect(toHex(encode(codec.layout, value as InputOf<Layout<unknown>>, contextOf(vector)))).to.equal(vector.hex);
  const issues = issuesOf(codec.dissect(octets, vector)).map(({ name }) => name);
  expect(issues).to.deep.equal(vector.result === 'valid' ? [] : [vector.issue]);
  if (vector.result === 'valid') checkComputed(vector, codec, value);
  checkAuthenticators(vector, octets, value);
}

/** Lengths and checksums of another tool come out the same when they are left to the encoder. */
function checkComputed(vector: Vector, codec: Codec, value: Record<string, unknown>): void {
  const fields: AnyField[] = codec.layout.parts.flatMap((part) => ('when' in part ? [...part.fields] : [part]));
  const given = { ...value };
  for (const field of fields) if (field.compute && given[field.name] !== field.absent) delete given[field.name];
  expect(toHex(encode(codec.layout, given as InputOf<Layout<unknown>>, contextOf(vector)))).to.equal(vector.hex);
}

/** Authenticators verify, fail when an octet that they cover is changed, and come out the same when computed. */
function checkAuthenticators(vector: Vector, octets: Uint8Array, value: Record<string, unknown>): void {
  const extensions = (value['extensions'] ?? []) as readonly Extension[];
  for (const { extension: name, algorithm, key } of vector.authenticators ?? []) {
    const sa = { algorithm, key: octetsOf(key) };
    const found = extensions.find((e) => e.name === name);
    if (!found || !('authenticator' in found) || !found.authenticator) expect.fail(`no ${name}`);
    const covered = coveredBy(octets, found);
    expect(verifies(sa, covered, found.authenticator)).to.equal(true);
    for (let i = 0; i < covered.length; i++) {
      const bent = covered.map((octet, at) => (at === i ? octet ^ 1 : octet));
      expect(verifies(sa, bent, found.authenticator)).to.equal(false);
    }
    const left = extensions.map((e) => (e === found ? { ...e, authenticator: undefined } : e));
    const context: WireContext = { dialect: dialectOf(vector), keys: () => sa };
    const input = { ...value, extensions: left } as InputOf<Layout<unknown>>;
    expect(toHex(encode(codecs[vector.layout]?.layout ?? expect.fail(), input, context))).to.equal(vector.hex);
  }
}

function checkFrame(vector: Vector): void {
  const octets = octetsOf(vector.hex);
  expect(summarizeFrame(octets, dialectOf(vector))).to.equal(vector.decoded);
  const issues = issuesOf(dissectFrame(octets, dialectOf(vector))).map(({ name }) => name);
  expect(issues).to.deep.equal(vector.result === 'valid' ? [] : [vector.issue]);
}
