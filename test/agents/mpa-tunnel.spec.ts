import { expect } from 'chai';
import { dhcpv4Options, dhcpv4Types } from '../../src/wire/dhcpv4-options.js';
import { dhcpv4, type Dhcpv4, type Dhcpv4Input } from '../../src/wire/dhcpv4.js';
import { arp } from '../../src/wire/arp.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { etherTypes } from '../../src/wire/gre.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { decode, encode } from '../../src/wire/layout.js';
import { type Option, option, optionIn } from '../../src/wire/options.js';
import { udp } from '../../src/wire/udp.js';
import { arpRequest, echo, packetOf } from './ha-bench.js';
import {
  coa,
  destinationOf,
  downGre,
  downIpInIp,
  downL2,
  frameTo,
  gateway,
  ha,
  home,
  keyOf,
  macOf,
  modeName,
  modes,
  MpaBench,
  otherHa,
  pingFrom,
  routerMac,
} from './mpa-bench.js';

const normal = { l2: false, key: 'zero' } as const;
const l2 = { l2: true, key: 'zero' } as const;

describe('mobility proxy agent: tunnels', () => {
  for (const mode of modes) {
    it(`carries traffic while registered, and only then: ${modeName(mode)}`, () => {
      const bench = new MpaBench();
      bench.attach(1, mode);
      expect(bench.up(pingFrom(1))).length(0);
      const forward = mode.key === 'none' ? undefined : 0x7777;
      bench.answer({ key: forward, lifetime: 20 });
      const own = keyOf(bench.last.rrq)?.key;
      const down = (): Uint8Array[] =>
        bench.down(
          mode.l2
            ? downL2(frameTo(macOf(1)), forward)
            : forward === undefined
              ? downIpInIp(echo(gateway, home))
              : downGre(echo(gateway, home), forward),
        );
      const [up] = bench.up(pingFrom(1));
      expect(up?.outer).include({ source: coa, destination: ha, protocol: forward === undefined ? 4 : 47 });
      expect(up?.gre?.key).equal(forward === undefined ? undefined : own || forward);
      expect(up?.gre?.protocol).equal(forward === undefined ? undefined : mode.l2 ? 0x6558 : 0x0800);
      if (mode.l2) expect(up?.payload).deep.equal(pingFrom(1));
      else expect(packetOf(up?.payload ?? new Uint8Array(0))).include({ source: home, destination: gateway, ttl: 63 });
      const [frame] = down();
      expect(destinationOf(frame)).equal(macOf(1));
      if (!mode.l2) expect(packetOf(frame?.subarray(14) ?? new Uint8Array(0)).ttl).equal(63);
      bench.detach();
      expect(bench.up(pingFrom(1))).length(0);
      expect(down()).length(0);
    });
  }

  it('stops when the registration ends', () => {
    const bench = new MpaBench();
    bench.registered(1, l2, { lifetime: 20 });
    bench.wait(19_999);
    expect(bench.up(pingFrom(1))).length(1);
    bench.wait(1);
    expect(bench.up(pingFrom(1))).length(0);
  });

  it('tunnels whatever an L2 device sends, to whomever', () => {
    const bench = new MpaBench();
    bench.registered(1, l2);
    bench.registered(2, l2);
    for (const mac of [routerMac, macOf(2), 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:fb', '33:33:00:00:00:01']) {
      expect(bench.up(pingFrom(1, gateway, home, mac)), mac).length(1);
      expect(bench.frames, mac).length(0);
    }
  });

  it('tunnels packets between two of its devices, and hands none over itself', () => {
    const bench = new MpaBench();
    bench.registered(1, normal);
    bench.registered(2, normal, { homeAddress: '10.99.0.21', key: 0x2000 });
    expect(bench.up(pingFrom(1, '10.99.0.21'))).length(1);
    expect(bench.frames).length(0);
  });

  it('tells devices with the same address apart, up and down', () => {
    const bench = new MpaBench();
    bench.registered(1, normal, { key: 0x1111 });
    bench.registered(2, normal, { key: 0x2222 });
    expect(bench.up(pingFrom(1))[0]?.gre?.key).equal(0x1111);
    expect(bench.up(pingFrom(2))[0]?.gre?.key).equal(0x2222);
    expect(bench.down(downGre(echo(gateway, home), 0x1111)).map(destinationOf)).deep.equal([macOf(1)]);
    expect(bench.down(downGre(echo(gateway, home), 0x2222)).map(destinationOf)).deep.equal([macOf(2)]);
  });

  it('tells devices that share a key apart by address', () => {
    const bench = new MpaBench();
    bench.registered(1, normal, { key: 0x1111 });
    bench.registered(2, normal, { key: 0x1111, homeAddress: '10.99.0.21' });
    expect(bench.down(downGre(echo(gateway, home), 0x1111)).map(destinationOf)).deep.equal([macOf(1)]);
    expect(bench.down(downGre(echo(gateway, '10.99.0.21'), 0x1111)).map(destinationOf)).deep.equal([macOf(2)]);
  });

  it('discards what came through no tunnel of its own', () => {
    const bench = new MpaBench();
    bench.registered(1, normal, { key: 0x1111 });
    bench.registered(2, l2, { key: 0x2222 });
    const inner = echo(gateway, home);
    for (const [what, packet] of [
      ['unknown key', downGre(inner, 0x1112)],
      ['no key', downGre(inner, undefined)],
      ['IP-in-IP', downIpInIp(inner)],
      ['another sender', downGre(inner, 0x1111, otherHa)],
      ['another inner destination', downGre(echo(gateway, '10.99.0.99'), 0x1111)],
      ['a frame under a key for packets', downL2(frameTo(macOf(1)), 0x1111)],
      ['a packet under a key for frames', downGre(inner, 0x2222)],
      ['a frame for another device', downL2(frameTo(macOf(1)), 0x2222)],
      ['a frame without key', downL2(frameTo(macOf(2)), undefined)],
      ['TTL 1', downGre(echo(gateway, home, 1), 0x1111)],
    ] as const) {
      expect(bench.down(packet), what).length(0);
      expect(bench.tunnel, what).length(0);
    }
    expect(bench.down(downL2(frameTo('ff:ff:ff:ff:ff:ff'), 0x2222))).length(1);
  });

  it('sends to the home agent of the reply', () => {
    const bench = new MpaBench();
    bench.registered(1, l2, { homeAgent: otherHa, key: 0x1111 });
    expect(bench.up(pingFrom(1))[0]?.outer.destination).equal(otherHa);
    expect(bench.down(downL2(frameTo(macOf(1)), 0x1111, otherHa))).length(1);
    expect(bench.down(downL2(frameTo(macOf(1)), 0x1111))).length(0);
  });

  it('discards packets whose source is not the home address, frames of strangers, and what has no time to live', () => {
    const bench = new MpaBench();
    bench.registered(1, normal);
    expect(bench.up(pingFrom(1, gateway, '10.99.0.99'))).length(0);
    expect(bench.up(pingFrom(3))).length(0);
    const last = encode(ethernet, {
      destination: routerMac,
      source: macOf(1),
      etherType: 0x0800,
      payload: echo(home, gateway, 1),
    });
    expect(bench.up(last)).length(0);
  });
});

describe('mobility proxy agent: access link in normal mode', () => {
  const ask = (
    type: number,
    fields: Dhcpv4Input & { readonly more?: readonly Option[] } = {},
    mac = macOf(1),
  ): Uint8Array => {
    const { more = [], ...rest } = fields;
    const options = [option(dhcpv4Options.messageType, { type }), ...more];
    const payload = encode(dhcpv4, { transaction: 7, clientMac: mac, options, ...rest });
    const ends = { source: rest.clientAddress ?? '0.0.0.0', destination: '255.255.255.255' };
    const datagram = encode(udp, { sourcePort: 68, destinationPort: 67, payload }, ends);
    const packet = encode(ipv4, { ...ends, protocol: 17, payload: datagram });
    return encode(ethernet, {
      destination: 'ff:ff:ff:ff:ff:ff',
      source: mac,
      etherType: etherTypes.ipv4,
      payload: packet,
    });
  };
  const heard = (bench: MpaBench): Dhcpv4[] =>
    bench.frames.flatMap((bytes) => {
      const datagram = decode(udp, packetOf(bytes.subarray(14)).payload);
      const message = datagram.ok ? decode(dhcpv4, datagram.value.payload) : undefined;
      return message?.ok ? [message.value] : [];
    });
  const typeOf = (message: Dhcpv4 | undefined): number | undefined =>
    message && optionIn(dhcpv4Options.messageType, message.options)?.type;

  it('hands the home address out by DHCP', () => {
    const bench = new MpaBench();
    bench.registered(1, normal);
    expect(bench.up(ask(dhcpv4Types.discover))).length(0);
    const [offer] = heard(bench);
    expect(typeOf(offer)).equal(dhcpv4Types.offer);
    expect(offer).include({ yourAddress: home, transaction: 7, clientMac: macOf(1) });
    expect(offer && optionIn(dhcpv4Options.router, offer.options)?.address).equal(gateway);
    bench.frames.length = 0;
    const more = [
      option(dhcpv4Options.requestedAddress, { address: home }),
      option(dhcpv4Options.serverId, { address: gateway }),
    ];
    bench.up(ask(dhcpv4Types.request, { more }));
    expect(heard(bench).map(typeOf)).deep.equal([dhcpv4Types.ack]);
    bench.frames.length = 0;
    bench.up(ask(dhcpv4Types.request, { more: [option(dhcpv4Options.requestedAddress, { address: '10.99.0.99' })] }));
    expect(heard(bench).map(typeOf)).deep.equal([dhcpv4Types.nak]);
    bench.frames.length = 0;
    bench.up(ask(dhcpv4Types.request, { more: [option(dhcpv4Options.serverId, { address: '10.99.0.2' })] }));
    expect(bench.frames).length(0);
  });

  it('answers a DISCOVER once the registration stands', () => {
    const bench = new MpaBench();
    bench.attach(1, normal);
    bench.up(ask(dhcpv4Types.discover));
    expect(bench.frames).length(0);
    bench.answer();
    expect(heard(bench).map(({ yourAddress }) => yourAddress)).deep.equal([home]);
  });

  it('deregisters after a RELEASE', () => {
    const bench = new MpaBench();
    bench.registered(1, normal);
    bench.up(ask(dhcpv4Types.release, { clientAddress: home }));
    bench.wait(1000);
    expect(bench.last.rrq.lifetime).equal(0);
  });

  it('tunnels the DHCP of an L2 device and answers nothing', () => {
    const bench = new MpaBench();
    bench.registered(1, l2);
    expect(bench.up(ask(dhcpv4Types.discover))).length(1);
    expect(bench.frames).length(0);
  });

  it('answers ARP for every address but that of the device', () => {
    const bench = new MpaBench();
    bench.registered(1, normal);
    const answered = (sender: string, target: string): string | undefined => {
      bench.frames.length = 0;
      bench.up(arpRequest(macOf(1), sender, target));
      const reply = bench.frames[0] && decode(arp, bench.frames[0].subarray(14));
      return reply?.ok ? reply.value.senderMac : undefined;
    };
    expect(answered(home, gateway)).equal(routerMac);
    expect(answered(home, '10.99.0.21')).equal(routerMac);
    expect(answered(home, home)).equal(undefined);
    expect(answered('0.0.0.0', home)).equal(undefined);
    expect(answered('0.0.0.0', '10.99.0.21')).equal(undefined);
  });

  it('attaches stations on demand, but none that was told to detach', () => {
    const bench = new MpaBench({ onDemand: { realm: 'example.org' }, mode: normal });
    bench.up(ask(dhcpv4Types.discover));
    const nai = '020000000101@example.org';
    expect(bench.last.rrq.extensions.map((e) => (e.name === 'nai' ? e.nai : ''))).include(nai);
    bench.answer();
    expect(heard(bench).map(typeOf)).deep.equal([dhcpv4Types.offer]);
    bench.input({ kind: 'detach', nai, mac: macOf(1) });
    bench.wait(1000);
    bench.answer();
    const count = bench.sent.length;
    bench.up(ask(dhcpv4Types.discover));
    expect(bench.sent).length(count);
  });
});
