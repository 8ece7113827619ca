/** Tunnel packets: an MN in normal mode and one in L2 mode whose tunnels they go into, and what comes out behind them. */
import { deservesFrame } from '../oracle/deserves-frame.js';
import type { Deserts } from '../oracle/deserves.js';
import type { Home } from '../tester/home.js';
import { MobileNode } from '../tester/mobile-node.js';
import { cookieIn, type Probe } from '../tester/probe.js';
import { Recorder } from '../tester/recorder.js';
import { modes } from '../tester/request.js';
import type { Session } from '../tester/session.js';
import { knobValue } from '../spec/knobs.js';
import { ethernet } from '../wire/ethernet.js';
import { etherTypes, gre } from '../wire/gre.js';
import { ipProtocols } from '../wire/ipv4.js';
import { decode, encode } from '../wire/layout.js';
import type { FramePlan, Plan } from './plan.js';
import type { Seen } from './range.js';
import { renderFrame } from './render.js';
import type { Statistics } from './statistics.js';
import { type Suspicion, suspicion } from './suspicion.js';
import { violated } from '../oracle/finding.js';

interface Shot {
  readonly index: number;
  readonly probe: Probe;
  readonly deserts: Deserts;
}

const during = 'fuzz';
/** A binding that ends within this time is renewed first, in milliseconds. */
const soon = 10_000;
/** Seconds. */
const lifetime = 120;
/** How long after it was asked for a key may be in force for another MN, in milliseconds: its lifetime may be long. */
const keysLast = 120_000;

/** Keys remembered at most. */
const mostAsked = 100_000;

export class TunnelRange {
  readonly #session: Session;
  readonly #home: Home;
  readonly #nodes = new Map<FramePlan['tunnel'], MobileNode>();
  #shots: Shot[] = [];
  /** Keys that requests asked for, and when: a device may have them in force, or still. */
  readonly #asked = new Map<number, number>();

  constructor(session: Session, home: Home) {
    this.#session = session;
    this.#home = home;
  }

  /** Registers the MNs whose tunnels are used, where that is still to be done. */
  async ready(): Promise<void> {
    if (!this.#session.config.gre) return;
    for (const tunnel of ['l3', 'l2'] as const) {
      const now = this.#session.clock.now();
      const binding = this.#nodes.get(tunnel)?.binding;
      if (binding && binding.until > now + soon) continue;
      const { pics } = this.#session.config;
      if (!pics.greKeys || (tunnel === 'l2' && !pics.l2)) continue;
      const mn = new MobileNode(this.#session, { during });
      const mode = tunnel === 'l3' ? modes.bidirectional : modes.l2Bidirectional;
      await mn.send(mn.request({ ...mode, lifetime })).replies.first(this.#session.config.timeout);
      if (!mn.binding) continue;
      const { homeAddress } = mn.binding;
      if (homeAddress !== '0.0.0.0') mn.ip = homeAddress;
      else mn.takeAddressFrom(this.#home.addresses);
      this.#nodes.set(tunnel, mn);
    }
  }

  /** Takes note of the keys that the requests of a volley may put in force. */
  expectKeys(plans: readonly Plan[]): void {
    if (!this.#session.config.gre) return;
    const now = this.#session.clock.now();
    for (const plan of plans) {
      for (const e of plan.kind === 'request' ? plan.extensions : []) {
        if (e.name !== 'greKey' || typeof e.key !== 'number' || e.key === 0) continue;
        this.#asked.delete(e.key); // the longest untouched stay first
        this.#asked.set(e.key, now);
      }
    }
    for (const [key, at] of this.#asked) {
      if (at + keysLast >= now && this.#asked.size <= mostAsked) return;
      this.#asked.delete(key);
    }
  }

  /** The packet as sent, from its outer header on without it; undefined without a tunnel to send it into. */
  send(plan: FramePlan, index: number): Uint8Array | undefined {
    const mn = this.#nodes.get(plan.tunnel);
    const binding = mn?.binding;
    if (!mn || !binding) return undefined;
    const session = this.#session;
    const probe = session.newProbe(during, new Recorder());
    const beyond = plan.tunnel === 'l3' ? this.#home.l3 : this.#home.l2;
    const echo = mn.echo(beyond?.ip ?? '0.0.0.0', probe.payload());
    const mac = beyond && 'mac' in beyond ? beyond.mac : undefined;
    const inner =
      plan.tunnel === 'l3'
        ? echo
        : encode(ethernet, {
            destination: mac ?? 'ff:ff:ff:ff:ff:ff',
            source: mn.mac,
            etherType: etherTypes.ipv4,
            payload: echo,
          });
    const [l2Type = etherTypes.transparentEthernetBridging] = knobValue(session.config.knobs, 'l2_ptype')
      .split('+')
      .map(Number);
    const octets = renderFrame(plan, binding, plan.tunnel === 'l3' ? etherTypes.ipv4 : l2Type, inner);
    const cookie = cookieIn(octets);
    if (cookie !== undefined && cookie !== probe.id) {
      session.forgetProbe(probe); // turned bits have made it the cookie of another packet
      return undefined;
    }
    const { oracle } = session;
    const deserts = deservesFrame(octets, binding, oracle.bindings, oracle.context, session.clock.now());
    const key = decode(gre, octets);
    const isAnothers = key.ok && key.value.key !== undefined && this.#asked.has(key.value.key);
    this.#shots.push({ index, probe, deserts: isAnothers ? { verdict: 'mayAccept' } : deserts });
    session.sendPacket(mn.station, { protocol: ipProtocols.gre, payload: octets });
    return octets;
  }

  /**
   * What came of the packets of this volley; `alive` false: nothing can be said of those that did not come back. Those
   * that came out go to `seen`, where somebody wants to see them.
   */
  harvest(outcomes: string[], statistics: Statistics, alive: boolean, seen: Seen[] | undefined): Suspicion[] {
    const { oracle } = this.#session;
    const found: Suspicion[] = [];
    for (const { index, probe, deserts } of this.#shots) {
      const { all } = probe.arrivals;
      const outcome = all.length > 0 ? 'delivered' : 'dropped';
      if (alive) statistics.count('frame', outcome);
      outcomes[index] = outcome;
      for (const { frame } of all) {
        seen?.push({ direction: 'received', layer: 'ip', at: frame.at, bytes: frame.bytes });
        found.push(
          ...oracle
            .frame(frame)
            .filter((f) => !f.holds)
            .map((f) => suspicion(f, index)),
        );
      }
      if (all.length > 0 && deserts.verdict === 'mustRefuse') {
        const finding = violated(
          deserts.requirement,
          `the packet dropped, for ${deserts.why}`,
          'an answer to what was in it',
        );
        found.push(suspicion(finding, index));
      }
      this.#session.forgetProbe(probe);
    }
    this.#shots = [];
    return found;
  }

  reset(): void {
    this.#nodes.clear();
    this.#shots = [];
  }
}
