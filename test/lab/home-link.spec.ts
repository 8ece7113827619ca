import { expect } from 'chai';
import { skip } from '../net/support.js';
import { gateway, HomeLab, type Report, whyNoHomeLab } from './home-lab.js';
import { namespacesOf } from './lab.js';

const bad = (report: Report): string[] =>
  report.cases.flatMap((c) => (c.verdict === 'pass' ? [] : [`${c.verdict} ${c.id}: ${c.reason}`]));

/** Summaries of the frames of a case, one a line. */
const told = (report: Report, id: string): string =>
  (report.cases.find((c) => c.id === id)?.frames ?? []).map(({ summary }) => summary).join('\n');

describe('lab: an MN behind the L2 tunnel of a home agent with a real home link', function () {
  this.timeout(90_000);
  let home: HomeLab | undefined;
  const lab = (): HomeLab => home ?? expect.fail('there is no lab');

  before(function () {
    const reason = whyNoHomeLab();
    if (reason !== undefined) skip(this, reason);
  });
  beforeEach(() => void (home = new HomeLab()));
  afterEach(async () => {
    await home?.close();
    home = undefined;
    expect(namespacesOf(process.pid)).to.deep.equal([]);
  });

  it('gets addresses from dnsmasq by each mechanism and reaches the kernel there', async function () {
    // the kernel sends to who had an address before for up to a second, so an echo may go unanswered
    this.retries(2);
    lab().dnsmasq();
    await lab().homeAgent();
    const { exit, report, output } = await lab().grespec('ha/7');
    expect(bad(report), output).to.deep.equal([]);
    expect(exit).to.deep.equal({ code: 0, signal: null });

    const server = lab().homeMac;
    const answers: readonly (readonly [string, string])[] = [
      ['ha/7/20', 'DHCPv4 ACK'],
      ['ha/7/20', `ARP ${gateway.ipv4} is-at ${server}`],
      ['ha/7/20', 'ICMP echo reply'],
      ['ha/7/23', 'DHCPv6 REPLY IA_NA 2001:db8:99::1'],
      ['ha/7/24', 'DHCPv6 REPLY rapid commit IA_NA 2001:db8:99::1'],
      ['ha/7/25', 'ICMPv6 router advertisement'],
      ['ha/7/25', `ICMPv6 neighbour advertisement ${gateway.ipv6} is-at ${server}`],
      ['ha/7/25', 'ICMPv6 echo reply'],
    ];
    for (const [id, words] of answers) {
      const lines = told(report, id).split('\n');
      expect(
        lines.some((line) => line.includes(`Ethernet ${server}>`) && line.includes(words)),
        `${words} from the kernel or dnsmasq in ${id}:\n${lines.join('\n')}`,
      ).to.equal(true);
    }
  });

  it('without servers there, the cases that want one decide nothing, or are left out', async function () {
    this.retries(2); // as above
    await lab().homeAgent();
    const asked = await lab().grespec('ha/7/25', 'ha/7/40');
    expect(asked.report.totals, asked.output).to.deep.include({ inconclusive: 1, pass: 1, fail: 0 });
    expect(asked.exit.code).to.equal(4);
    const denied = ['dhcpv4', 'dhcpv6', 'slaac'].flatMap((name) => ['--pics', `homeLink.${name}=false`]);
    const left = await lab().grespec('ha/7/2', ...denied);
    expect(left.report.totals, left.output).to.deep.include({ skip: 8, pass: 2, fail: 0, inconclusive: 0 });
    expect(left.exit.code).to.equal(0);
  });

  it('a home agent that loses VLAN tags is found out here as well', async () => {
    await lab().homeAgent('--fault', 'l2-vlan-tag-lost');
    const { exit, report } = await lab().grespec('ha/7/45', 'ha/7/46');
    expect(report.cases.map(({ id, verdict }) => `${id} ${verdict}`)).to.deep.equal(['ha/7/45 fail', 'ha/7/46 pass']);
    expect(exit.code).to.equal(1);
  });
});
