/** What captures of lawful devices hold besides registrations between a proxy agent and its home agent. */
import { expect } from 'chai';
import { udpPacket } from '../../src/net/udp-packet.js';
import { encode } from '../../src/wire/layout.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { ha, mpa, node, otherHa, otherMpa, Scene } from './scene.js';

describe('audit of networks as they are', () => {
  it('does not blame the end of a registration that the next one overtook', () => {
    const mn = node(5);
    const overtaken = (behind: bigint, seconds: number): string[] => {
      const scene = new Scene().register(mn);
      const { rrq } = scene.ask(mn, { key: 0x700 });
      scene.now += seconds * 1000 - 1500;
      const identification = (rrq.identification ?? 0n) - behind;
      scene.ask(mn, { key: 0x700, rrq: { identification, lifetime: 0 } });
      return scene.violated();
    };
    const tenth = 1n << 28n;
    expect(overtaken(tenth, 0.1)).to.deep.equal([]);
    expect(overtaken(tenth, 1.2)).to.deep.equal(['mpa MN-05']);
    expect(overtaken(20n * tenth, 0.1)).to.deep.equal(['mpa MN-05']);
  });

  it('asks for no order of Identifications where the capture goes back in time', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).register(mn, { key: 0x700 });
    scene.wait(-60).register(mn, { key: 0x700 });
    expect(scene.violated()).to.deep.equal([]);
  });

  it('lets a node ask its foreign agent, and that one pass it on, for a care-of address of the agent', () => {
    const mn = node(5);
    const right = { careOfAddress: mpa };
    const scene = new Scene().register(mn, { from: mn.home, to: '198.51.100.1', rrq: { ...right, homeAgent: ha } });
    scene.register(mn, { from: otherMpa, rrq: right, key: 0x700 });
    expect(scene.violated()).to.deep.equal([]);
    const itself = { ...right, decapsulation: true };
    expect(new Scene().register(mn, { from: otherMpa, rrq: itself }).violated()).to.deep.equal(['mpa MN-21']);
  });

  it('lets a home agent that is asked at the broadcast address of its network answer with its own', () => {
    const mn = node(5);
    const everybody = '192.0.2.255';
    const found = { from: ha, code: 136, rrp: { homeAgent: ha } };
    const scene = new Scene().register(mn, { to: everybody }, found).register(mn);
    expect(scene.violated()).to.deep.equal([]);
    scene.register(mn, { key: 0x700 }, { from: otherHa, code: 136 });
    expect(scene.violated()).to.deep.equal(['ha HA-40']);
  });

  it('leaves PPTP between the same hosts alone', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).talk(mn);
    const ppp = [0xff, 3, 0, 0x21, 0, 0, 0, 0];
    const header = (flags: number, length: number): number[] => [0x30, flags, 0x88, 0x0b, 0, length, 0, 77, 0, 0, 0, 1];
    const sent = (octets: readonly number[]) =>
      encode(ipv4, { source: ha, destination: mpa, protocol: 47, payload: Uint8Array.from(octets) });
    scene.packet(sent([...header(1, 8), ...ppp])).packet(sent([...header(0x81, 8), 0, 0, 0, 1, ...ppp]));
    expect(scene.violated()).to.deep.equal([]);
    scene.packet(sent([...header(1, 9), ...ppp]));
    expect(scene.violated()).to.include('ha GR-01');
  });

  it('takes nothing for a request that does not go to the port of home agents', () => {
    const mn = node(5);
    const scene = new Scene().register(mn);
    const query = new Uint8Array(40).fill(1);
    scene.packet(udpPacket({ address: mpa, port: 434 }, { address: '203.0.113.53', port: 53 }, query, 900));
    expect(scene.violated()).to.deep.equal([]);
    scene.packet(udpPacket({ address: mpa, port: 5000 }, { address: ha, port: 434 }, query, 901));
    expect(scene.violated()).not.to.deep.equal([]);
  });

  it('lets a home agent that comes late have the other layout of the extension', () => {
    const [mn, late] = [node(5), node(6)];
    const scene = new Scene().register(mn);
    for (let i = 0; i < 5000; i++) scene.talk(mn);
    const other = { to: otherHa, from: otherMpa, key: 0x20, form: 'rfc6245' } as const;
    scene.register(late, other, { key: 0x900 });
    expect(scene.violated({})).to.deep.equal([]);
    expect(scene.register(late, other, { rrp: { lifetime: 900 } }).violated({})).to.deep.equal(['ha HA-48']);
  });
});
