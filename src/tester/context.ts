/** What a case sees: the verbs of signalling, and those that look into the tunnel. */
import type { Binding } from '../oracle/bindings.js';
import type { RequirementId } from '../spec/catalogue.js';
import type { Ipv4Input } from '../wire/ipv4.js';
import { Arrivals } from './arrivals.js';
import type { Correspondent } from './home.js';
import { isEchoReply } from './inner.js';
import type { MobileNode, TunnelOptions } from './mobile-node.js';
import { Inconclusive } from './outcome.js';
import type { Arrival, Probe } from './probe.js';
import { grace, Signalling } from './signalling.js';

/** What a probe of the data plane may differ in. */
export interface ProbeOptions extends TunnelOptions {
  /** Header fields of the inner IPv4 packet. */
  readonly inner?: Ipv4Input;
  /** Octets added to the payload. */
  readonly padding?: number;
}

/** How often a valid probe is sent before its loss is believed. */
const probeAttempts = 3;

export class CaseContext extends Signalling {
  readonly #probes: Probe[] = [];

  /** Who answers echo requests from an MN of this kind; without one the case is inconclusive. */
  correspondent(mn: MobileNode): Correspondent {
    const found = mn.binding?.l2 ? this.home.l2 : this.home.l3;
    if (!found) throw new Inconclusive(this.home.missing);
    return found;
  }

  /** A probe: a cookie that tells where a packet comes out. */
  probe(): Probe {
    const probe = this.session.newProbe(this.id, this.recorder);
    this.#probes.push(probe);
    return probe;
  }

  /** Sends an echo request through the tunnel of an MN, bent as `options` say. */
  sendEcho(mn: MobileNode, probe: Probe, options: ProbeOptions = {}): void {
    const to = this.correspondent(mn);
    const inner = mn.echo(to.ip, probe.payload(options.padding), options.inner);
    mn.tunnel(inner, to.mac ?? 'ff:ff:ff:ff:ff:ff', options);
  }

  /**
   * Demands that nothing for an MN enters the tunnel that it had: `from` sends to the MN's address. A frame that a
   * bridge floods into other tunnels is no matter, nor is one under a key that another MN has been given since. Without
   * a key, nor is a packet for a HoA that another MN has been given.
   */
  async unreachable(id: RequirementId, what: string, mn: MobileNode, ended: Binding, from: MobileNode): Promise<void> {
    const { forwardKey, careOf, homeAddress } = ended;
    const { bindings } = this.session.oracle;
    const others = (now: number): boolean =>
      [...bindings.atHome(homeAddress, now), ...bindings.lately(homeAddress, now)].some((b) => b.mn !== ended.mn);
    const entered = ({ frame, careOf: at }: Arrival): boolean =>
      forwardKey !== undefined
        ? at === careOf && frame.gre?.key === forwardKey && !bindings.usesKey(forwardKey, frame.at)
        : frame.inner?.destination === homeAddress && !others(frame.at);
    await this.drops(id, what, (probe) => this.sendEchoTo(from, mn, probe), from, entered);
  }

  /** Sends an echo request from one MN's tunnel to the address of another one. */
  sendEchoTo(from: MobileNode, to: MobileNode, probe: Probe): void {
    from.tunnel(from.echo(to.ip ?? '0.0.0.0', probe.payload()), to.mac);
  }

  /** Asks by ARP who has an address; the MAC address, or undefined when nobody answers. */
  async resolves(mn: MobileNode, ip: string): Promise<string | undefined> {
    const heard = new Arrivals<{ readonly ip: string; readonly mac: string }>(this.session.clock);
    mn.onArpReply((from, mac) => heard.push({ ip: from, mac }));
    for (let attempt = 0; attempt < probeAttempts; attempt++) {
      mn.tunnelFrame(mn.whoHas(ip));
      const answer = await heard.first(this.session.patience, (a) => a.ip === ip);
      if (answer) return answer.mac;
    }
    return undefined;
  }

  /** Demands that an echo request through the MN's tunnel is answered, and gives the answer as it was tunnelled. */
  async passes(mn: MobileNode, id: RequirementId, options: ProbeOptions = {}): Promise<Arrival> {
    const probe = this.probe();
    const answer = await this.#answered(mn, probe, options);
    if (answer) return answer;
    throw this.violation(id, 'an echo request through the tunnel to be answered', 'no echo reply came back');
  }

  /** The same as an arrangement: without an answer nothing can be bent. */
  async carries(mn: MobileNode, options: ProbeOptions = {}): Promise<Arrival> {
    const answer = await this.#answered(mn, this.probe(), options);
    if (!answer) throw new Inconclusive('a valid tunnel packet was not answered, so nothing can be bent');
    return answer;
  }

  async #answered(mn: MobileNode, probe: Probe, options: ProbeOptions): Promise<Arrival | undefined> {
    const mac = mn.binding?.l2 ? mn.mac : undefined;
    const isReply = ({ frame }: Arrival): boolean => isEchoReply(frame, mn.ip ?? '', mac);
    for (let attempt = 0; attempt < probeAttempts; attempt++) {
      this.sendEcho(mn, probe, options);
      // the last time it is waited for longer: a device may take its time now and then
      const ms = this.session.patience * (attempt === probeAttempts - 1 ? probeAttempts : 1);
      const answer = await probe.arrivals.first(ms, isReply);
      if (!answer) continue;
      this.recorder.regard(answer.frame.bytes);
      if (cameThrough(mn, answer)) return answer;
      // a device that floods sends copies elsewhere too; what counts here is whether one comes to the MN
      const own = await probe.arrivals.first(grace(0), (other) => isReply(other) && cameThrough(mn, other));
      return own ?? answer;
    }
    this.recorder.regardSent();
    return undefined;
  }

  /**
   * Demands that a bent packet goes nowhere: it is sent by `send`, then a valid echo request follows on the path of
   * `witness`; when that is answered and nothing of the bent one came out, it was dropped. `where` narrows what counts:
   * a bridge may flood a frame into tunnels that are none of the case's business.
   */
  async drops(
    id: RequirementId,
    what: string,
    send: (probe: Probe) => void,
    witness: MobileNode,
    where: (arrival: Arrival) => boolean = () => true,
  ): Promise<void> {
    const bent = this.probe();
    send(bent);
    const started = this.session.clock.now();
    await this.carries(witness);
    const arrival = await bent.arrivals.first(grace(this.session.clock.now() - started), where);
    if (!arrival) return;
    this.recorder.blame(arrival.frame.bytes);
    this.demand(id, false, `${what} to be dropped`, `it came out at ${arrival.careOf}`);
  }

  override cleanUp(): void {
    for (const probe of this.#probes) this.session.forgetProbe(probe);
    super.cleanUp();
  }
}

/** Whether a packet came down the tunnel that the MN's binding says. */
function cameThrough({ binding }: MobileNode, { frame, careOf }: Arrival): boolean {
  return careOf === binding?.careOf && frame.gre?.key === binding.forwardKey;
}
