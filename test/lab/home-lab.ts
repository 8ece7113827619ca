/**
 * A home link with the kernel and, if wished, dnsmasq on it; the reference home agent between it and the core network;
 * and the tester's place there.
 *
 *   home (10.99.0.1) ---- home agent (198.51.100.1) ---- tester (198.51.100.7, .8)
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newCapDevice } from '../../src/net/cap-module.js';
import { type Exit, grespec, Lab, type LabProcess, whyNoLab } from './lab.js';

export const homeAgent = '198.51.100.1';
export const gateway = { ipv4: '10.99.0.1', ipv6: '2001:db8:99::1' };
const key = '00112233445566778899aabbccddeeff';
const homeEnd = { at: 'home', name: 'home0' };
const linkEnd = { at: 'ha', name: 'link0' };
const coreEnd = { at: 'ha', name: 'core0' };
const testerEnd = { at: 'tester', name: 'tester0' };

/** What of a JSON report the lab's tests look at. */
export interface Report {
  readonly totals: Readonly<Record<string, number>>;
  readonly cases: readonly {
    readonly id: string;
    readonly verdict: string;
    readonly reason: string;
    readonly frames: readonly { readonly direction: string; readonly summary: string }[];
  }[];
}

/** Why there can be no such lab here; undefined when there can. */
export function whyNoHomeLab(): string | undefined {
  const reason = whyNoLab('dnsmasq');
  if (reason !== undefined) return reason;
  try {
    newCapDevice();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export interface Ended {
  readonly exit: Exit;
  readonly report: Report;
  readonly output: string;
}

export class HomeLab {
  readonly lab = new Lab();
  #runs = 0;

  constructor() {
    for (const at of ['home', 'ha', 'tester']) this.lab.namespace(at);
    this.lab.cable(homeEnd, linkEnd);
    this.lab.cable(testerEnd, coreEnd);
    // the home agent's own machine is no station of the home link
    this.lab.run('ha', 'sysctl', '-qw', 'net.ipv6.conf.link0.disable_ipv6=1');
    this.lab.run('home', 'sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1');
    // for a second the kernel would believe nobody who takes the address of another, as nodes of the next run do
    this.lab.run('home', 'sysctl', '-qw', 'net.ipv4.neigh.home0.locktime=0');
    this.lab.up(linkEnd);
    this.lab.up(homeEnd, `${gateway.ipv4}/24`, `${gateway.ipv6}/64`);
    this.lab.up(coreEnd, `${homeAgent}/24`);
    this.lab.up(testerEnd, '198.51.100.7/24', '198.51.100.8/24');
  }

  /** Hardware address of the kernel on the home link. */
  get homeMac(): string {
    return this.lab.run('home', 'cat', '/sys/class/net/home0/address').trim();
  }

  /** DHCPv4, DHCPv6 and router advertisements. */
  dnsmasq(): LabProcess {
    const file = (name: string): string => path.join(this.lab.folder, name);
    const files = [`--pid-file=${file('dnsmasq.pid')}`, `--dhcp-leasefile=${file('leases')}`];
    const quiet = ['--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--port=0', '--user=root', '--no-ping'];
    const v4 = ['--dhcp-range=10.99.0.20,10.99.0.60,255.255.255.0,10m', `--dhcp-option=option:router,${gateway.ipv4}`];
    const v6 = ['--enable-ra', '--dhcp-range=2001:db8:99::100,2001:db8:99::1ff,slaac,64,10m'];
    const place = ['--keep-in-foreground', '--log-facility=-', '--interface=home0', '--bind-interfaces'];
    return this.lab.start('home', ['dnsmasq', ...place, ...quiet, ...files, '--dhcp-authoritative', ...v4, ...v6]);
  }

  /** Starts the reference home agent; resolves when it listens. */
  async homeAgent(...options: readonly string[]): Promise<LabProcess> {
    const place = ['--listen', homeAgent, '--home-link', 'link0', '--pixit', 'homeNetwork=10.99.0.0/24'];
    // its built-in gateway is a station of its own beside the one of the home link
    const own = ['--pixit', 'gateway.ipv4=10.99.0.254'];
    const device = this.lab.start('ha', [process.execPath, grespec, 'dut', 'ha', ...place, ...own, ...options]);
    await device.line((line) => line.startsWith('READY'));
    return device;
  }

  /** Runs grespec against it, to its end. */
  grespec(...options: readonly string[]): Promise<Ended> {
    return this.begin(...options).ended;
  }

  /** Starts grespec against it. */
  begin(...options: readonly string[]): { readonly process: LabProcess; readonly ended: Promise<Ended> } {
    const file = path.join(this.lab.folder, `report${++this.#runs}.json`);
    const target = ['--target', homeAgent, '--local', '198.51.100.7,198.51.100.8', '--spi', '256', '--key', key];
    const pixit = ['homeNetwork=10.99.0.0/24', `gateway.ipv4=${gateway.ipv4}`, `gateway.ipv6=${gateway.ipv6}`].flatMap(
      (item) => ['--pixit', item],
    );
    const command = [process.execPath, grespec, 'run', ...options, ...target, ...pixit, '--report', `json=${file}`];
    const run = this.lab.start('tester', command);
    const ended = run.exited.then((exit) => {
      return { exit, output: run.output(), report: JSON.parse(readFileSync(file, 'utf8')) as Report };
    });
    return { process: run, ended };
  }

  close(): Promise<void> {
    return this.lab.close();
  }
}
