import { expect } from 'chai';
import { l2Faults } from '../../src/dut/faults/ha-l2.js';
import { haVariants } from '../../src/dut/variants.js';
import { memoryNet } from '../../src/net/memory.js';
import { readTunnelFrame } from '../../src/oracle/frame.js';
import type { CaseResult } from '../../src/report/result.js';
import { defaultPics } from '../../src/spec/config.js';
import { innerOf } from '../../src/tester/inner.js';
import { decidable, haCases, haConfig, runInMemory } from './in-memory.js';

const own = ['ha/7/2', 'ha/7/4', 'ha/7/5'];
const ownCases = haCases.filter(({ id }) => own.some((prefix) => id.startsWith(prefix)));

const blemishes = (cases: readonly CaseResult[]): string[] =>
  cases.flatMap((c) => (c.verdict === 'pass' ? [] : [`${c.verdict} ${c.id}: ${c.reason} | ${c.actual}`]));

const withVerdict = (cases: readonly CaseResult[], verdict: string): string[] =>
  cases.filter((c) => c.verdict === verdict).map(({ id }) => id);

/** The hardware addresses of the tester's MNs begin so. */
const mobileNodes = '02:67:';

describe('the suites of address allocation and bridging', () => {
  it('pass on the reference home agent', async () => {
    const { cases } = await runInMemory({ select: own });
    expect(cases).to.have.length(ownCases.length);
    expect(blemishes(cases)).to.deep.equal([]);
  });

  it('show the frames of every mechanism', async () => {
    const { cases } = await runInMemory({ select: own });
    const told = (id: string): string =>
      (cases.find((c) => c.id === id)?.frames ?? []).map((f) => f.summary).join('\n');
    for (const word of ['DISCOVER', 'OFFER', 'REQUEST', 'ACK', 'ARP who-has']) expect(told('ha/7/20')).to.include(word);
    for (const word of ['SOLICIT', 'ADVERTISE', 'REPLY IA_NA']) expect(told('ha/7/23')).to.include(word);
    expect(told('ha/7/24')).to.include('REPLY rapid commit');
    const slaac = ['router solicitation', 'router advertisement', 'neighbour advertisement', 'ICMPv6 echo reply'];
    for (const word of slaac) expect(told('ha/7/25')).to.include(word);
  });

  for (const variant of haVariants) {
    it(`object to nothing where a home agent may choose: ${variant.id}`, async () => {
      const { cases } = await runInMemory({ select: own, device: { variant: variant.id } });
      expect(blemishes(decidable(variant.id, cases))).to.deep.equal([]);
    });
  }

  for (const fault of l2Faults) {
    it(`notice ${fault.id} in a case of ${fault.breaks}`, async () => {
      const covering = ownCases.filter(({ covers }) => covers.some((id) => id === fault.breaks)).map(({ id }) => id);
      const { cases } = await runInMemory({ select: covering, device: { fault: fault.id } });
      const red = [...withVerdict(cases, 'fail'), ...withVerdict(cases, 'warn')];
      expect(red, blemishes(cases).join('\n')).to.not.deep.equal([]);
    });
  }

  describe('where the home link offers less', () => {
    const servers = ['ha/7/20', 'ha/7/21', 'ha/7/22', 'ha/7/23', 'ha/7/24', 'ha/7/25', 'ha/7/26', 'ha/7/27'];

    it('no server at all decides nothing, and says how to leave the cases out', async () => {
      const { cases } = await runInMemory({ select: own, device: { services: [] } });
      expect(withVerdict(cases, 'inconclusive')).to.deep.equal(servers);
      expect(withVerdict(cases, 'pass')).to.have.length(cases.length - servers.length);
      expect(cases.find(({ id }) => id === 'ha/7/20')?.reason).to.include('--pics homeLink.dhcpv4=false');
    });

    it('what the PICS deny is skipped', async () => {
      const homeLink = { ...defaultPics.homeLink, dhcpv4: false, dhcpv6: false, slaac: false };
      const { cases } = await runInMemory({
        select: own,
        device: { services: [] },
        config: { pics: { ...defaultPics, homeLink } },
      });
      expect(withVerdict(cases, 'skip')).to.deep.equal(servers);
      expect(withVerdict(cases, 'pass')).to.have.length(cases.length - servers.length);
    });

    it('a device that bridges nothing between its tunnels is accused of nothing', async () => {
      const net = memoryNet();
      net.intercept(({ bytes }) => {
        const frame = readTunnelFrame(bytes, 0);
        const fromDevice = frame?.outer.source === haConfig.target.address;
        return fromDevice && innerOf(frame).link?.source.startsWith(mobileNodes) ? 'drop' : undefined;
      });
      const { cases } = await runInMemory({ select: own, net });
      expect([...withVerdict(cases, 'fail'), ...withVerdict(cases, 'warn')]).to.deep.equal([]);
      expect(cases.find(({ id }) => id === 'ha/7/43')?.reason).to.include('no unicast IPv4 from one L2 MN to another');
      expect(withVerdict(cases, 'pass')).to.include.members([...servers, 'ha/7/28', 'ha/7/49']);
    });
  });
});
