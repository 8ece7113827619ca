import { expect } from 'chai';
import { arp } from '../../src/wire/arp.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { decode } from '../../src/wire/layout.js';
import {
  arpRequest,
  Bench,
  coa,
  echo,
  frame,
  gateway,
  gatewayMac,
  inGre,
  inL2,
  keyOf,
  otherCoa,
  packetOf,
  tunnelled,
  type Tunnelled,
} from './ha-bench.js';

const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'] as const;
const everybody = 'ff:ff:ff:ff:ff:ff';
const nobody = '02:00:00:00:00:77';
const payload = Uint8Array.from({ length: 46 }, (_, i) => i);

interface Node {
  readonly key: number;
  readonly coa: string;
}

/** Three L2 mobile nodes; the first two share a care-of address. */
function attachThree(bench: Bench): readonly [Node, Node, Node] {
  const attach = (nai: string, careOfAddress: string): Node => ({
    key: keyOf(bench.register({ nai, key: 0, a: true, careOfAddress })),
    coa: careOfAddress,
  });
  return [attach('mn1@example.org', coa), attach('mn2@example.org', coa), attach('mn3@example.org', otherCoa)];
}

const sent = (bench: Bench, node: Node, bytes: Uint8Array): Tunnelled[] =>
  tunnelled(bench.packet(inL2(bytes, node.key, node.coa)));
const keys = (packets: readonly Tunnelled[]): (number | undefined)[] => packets.map((packet) => packet.gre?.key);

describe('home agent: L2 tunnels', () => {
  it('answers ARP and echo for the gateway', () => {
    const bench = new Bench();
    const [one] = attachThree(bench);
    const [answer] = sent(bench, one, arpRequest(macs[0], '10.99.0.130', gateway)).filter(
      (p) => p.gre?.key === one.key,
    );
    expect(answer?.gre).to.deep.include({ protocol: 0x6558, hasKey: true });
    const header = decode(ethernet, answer?.payload ?? payload);
    expect(header.ok && header.value).to.deep.include({ source: gatewayMac, destination: macs[0] });
    const reply = header.ok && decode(arp, header.value.payload);
    expect(reply && reply.ok && reply.value).to.deep.include({
      operation: 2,
      senderMac: gatewayMac,
      senderIp: gateway,
      targetMac: macs[0],
      targetIp: '10.99.0.130',
    });
    const pong = sent(bench, one, frame(macs[0], gatewayMac, echo('10.99.0.130', gateway)));
    expect(keys(pong)).to.deep.equal([one.key]);
    expect(pong[0]?.payload.subarray(0, 6)).to.deep.equal(Uint8Array.of(2, 0, 0, 0, 0, 1));
  });

  it('floods group frames to all but the sender, unchanged', () => {
    const bench = new Bench();
    const [one, two, three] = attachThree(bench);
    for (const destination of [everybody, '33:33:00:00:00:02', '01:00:5e:00:00:fb']) {
      const bytes = frame(macs[0], destination, payload, 0x86dd);
      const packets = sent(bench, one, bytes);
      expect(keys(packets)).to.have.members([two.key, three.key]);
      expect(packets.map((p) => p.outer.destination)).to.have.members([coa, otherCoa]);
      for (const packet of packets) expect(packet.payload).to.deep.equal(bytes);
    }
  });

  it('learns where stations are', () => {
    const bench = new Bench();
    const [one, two, three] = attachThree(bench);
    expect(keys(sent(bench, one, frame(macs[0], nobody, payload, 0x1234)))).to.have.members([two.key, three.key]);
    expect(keys(sent(bench, three, frame(macs[2], macs[0], payload, 0x1234)))).to.deep.equal([one.key]);
    expect(keys(sent(bench, one, frame(macs[0], macs[2], payload, 0x1234)))).to.deep.equal([three.key]);
    sent(bench, two, frame(macs[2], everybody, payload, 0x1234));
    expect(keys(sent(bench, one, frame(macs[0], macs[2], payload, 0x1234))), 'moved').to.deep.equal([two.key]);
  });

  it('forwards neither to where the frame came from nor reserved group addresses', () => {
    const bench = new Bench();
    const [one] = attachThree(bench);
    sent(bench, one, frame(macs[0], everybody, payload));
    expect(sent(bench, one, frame(macs[1], macs[0], payload))).to.deep.equal([]);
    for (const last of ['00', '0e', '0f']) {
      expect(sent(bench, one, frame(macs[0], `01:80:c2:00:00:${last}`, payload))).to.deep.equal([]);
    }
    expect(sent(bench, one, frame(macs[0], '01:80:c2:00:00:10', payload))).to.have.length(2);
    expect(sent(bench, one, frame(everybody, nobody, payload)), 'group source').to.deep.equal([]);
    expect(sent(bench, one, frame(macs[0], everybody, payload).subarray(0, 13))).to.deep.equal([]);
  });

  it('keeps the address of the gateway to itself', () => {
    const bench = new Bench();
    const [one, two] = attachThree(bench);
    sent(bench, one, frame(gatewayMac, everybody, payload));
    expect(sent(bench, two, frame(macs[1], gatewayMac, payload))).to.deep.equal([]);
  });

  it('asks for key and outer source, and for nothing inside', () => {
    const bench = new Bench();
    const [one, , three] = attachThree(bench);
    const bytes = frame(macs[0], everybody, payload);
    expect(bench.packet(inL2(bytes, one.key ^ 1))).to.deep.equal([]);
    expect(bench.packet(inL2(bytes, one.key, otherCoa))).to.deep.equal([]);
    expect(bench.packet(inL2(bytes, three.key, coa))).to.deep.equal([]);
    expect(bench.packet(inGre(bytes, { protocol: 0x6558 }))).to.deep.equal([]);
    expect(bench.packet(inGre(echo('10.99.0.130', gateway), { key: one.key })), 'IPv4 type').to.deep.equal([]);
    const foreign = frame(macs[0], gatewayMac, echo('203.0.113.1', gateway));
    expect(keys(sent(bench, one, foreign))).to.deep.equal([one.key]);
  });

  it('follows a mobile node that moves, and forgets it when it goes', () => {
    const bench = new Bench();
    const [one, two, three] = attachThree(bench);
    sent(bench, one, frame(macs[0], everybody, payload));
    bench.register({ key: one.key, a: true, careOfAddress: '198.51.100.50' });
    const moved = sent(bench, two, frame(macs[1], macs[0], payload));
    expect(moved.map((packet) => packet.outer.destination)).to.deep.equal(['198.51.100.50']);
    expect(bench.packet(inL2(frame(macs[0], everybody, payload), one.key)), 'from the old place').to.deep.equal([]);
    bench.register({ key: one.key, a: true, careOfAddress: '198.51.100.50', lifetime: 0 });
    expect(keys(sent(bench, two, frame(macs[1], macs[0], payload))), 'flooded').to.deep.equal([three.key]);
    expect(bench.agent.state.bridge.size, 'the gateway and one station').to.equal(2);
  });

  it('sends a copy to each simultaneous binding and does not mirror between them', () => {
    const bench = new Bench();
    const [one, two] = attachThree(bench);
    const second = keyOf(bench.register({ key: 0, a: true, careOfAddress: '198.51.100.50', simultaneous: true }));
    const up = sent(bench, one, frame(macs[0], everybody, payload));
    expect(keys(up)).not.to.include(second);
    expect(keys(sent(bench, two, frame(macs[1], macs[0], payload)))).to.have.members([one.key, second]);
  });

  it('limits what one mobile node can make the bridge remember', () => {
    const bench = new Bench();
    const [one] = attachThree(bench);
    for (let i = 0; i < 500; i++) {
      sent(bench, one, frame(`02:00:00:01:${hex(i >> 8)}:${hex(i & 255)}`, everybody, payload));
    }
    expect(bench.agent.state.bridge.size).to.be.below(70);
  });

  describe('between L2 and L3 mobile nodes', () => {
    it('answers ARP for home addresses that are away and tunnels what is sent there', () => {
      const bench = new Bench();
      const [one] = attachThree(bench);
      const reply = bench.register({ nai: 'l3@example.org', key: 0 });
      const home = reply?.homeAddress ?? '';
      const arps = sent(bench, one, arpRequest(macs[0], '10.99.0.130', home));
      expect(keys(arps)).to.include(one.key);
      const [packet] = sent(bench, one, frame(macs[0], gatewayMac, echo('10.99.0.130', home)));
      expect(packet?.gre).to.deep.include({ protocol: 0x0800, key: keyOf(reply) });
      expect(packetOf(packet?.payload ?? payload)).to.deep.include({ ttl: 63, destination: home });

      const back = tunnelled(bench.packet(inGre(echo(home, '10.99.0.130'), { key: keyOf(reply) })));
      expect(keys(back)).to.deep.equal([one.key]);
      expect(back[0]?.gre?.protocol).to.equal(0x6558);
    });

    it('brings broadcasts of the segment to those who asked for them', () => {
      const bench = new Bench();
      const [one] = attachThree(bench);
      const reply = bench.register({ nai: 'l3@example.org', key: 0, broadcast: true, decapsulation: true });
      const packets = sent(bench, one, frame(macs[0], everybody, echo('10.99.0.130', '10.99.0.255')));
      expect(keys(packets)).to.include(keyOf(reply));
    });
  });

  it('bridges to a physical home link', () => {
    const bench = new Bench({ homeLink: 'veth0' });
    const [one] = attachThree(bench);
    const bytes = frame(macs[0], everybody, payload);
    const up = bench.packet(inL2(bytes, one.key)).filter((output) => output.kind === 'frame');
    expect(up).to.deep.equal([{ kind: 'frame', link: 'veth0', bytes }]);
    const down = bench.agent.step({ kind: 'frame', link: 'veth0', bytes: frame(nobody, macs[0], payload) }, bench.now);
    expect(keys(tunnelled(down))).to.deep.equal([one.key]);
    expect(bench.agent.step({ kind: 'frame', link: 'other', bytes }, bench.now)).to.deep.equal([]);
  });
});

const hex = (octet: number): string => octet.toString(16).padStart(2, '0');
