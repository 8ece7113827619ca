/**
 * Keys that nobody in sight has agreed on. In one way, a device uses a wrong one. In both ways of one binding, the two
 * devices know better: the exchange in which they agreed on them is missing from the capture.
 */
import type { Binding } from '../oracle/bindings.js';
import type { TunnelFrame } from '../oracle/frame.js';
import type { HomeAgent } from './home-agents.js';
import type { Way } from './strays.js';

/** Requirements about which key a packet has. */
export const aboutKeys: ReadonlySet<string> = new Set(['TN-03', 'TS-05', 'TS-23', 'YG-19']);

/** Findings that are kept; of more, one of the devices is accused less often than it has deserved. */
const most = 10_000;

export class Rekeyed {
  readonly #findings = new Map<Binding, Record<Way, (() => void)[]>>();
  #count = 0;

  /** A packet of this binding with another key; `report` says so in the end, where it stands. */
  add(binding: Binding, way: Way, report: () => void): void {
    if (this.#count++ >= most) return;
    const own = this.#findings.get(binding) ?? { up: [], down: [] };
    own[way].push(report);
    this.#findings.set(binding, own);
  }

  end(): void {
    for (const { up, down } of this.#findings.values()) {
      if (up.length === 0 || down.length === 0) for (const report of [...up, ...down]) report();
    }
  }
}

/** The only binding in normal mode whose packet it is by its address, where the key is neither of its two. */
export function strangeTo({ inner, gre, at }: TunnelFrame, way: Way, { oracle }: HomeAgent): Binding | undefined {
  const home = way === 'down' ? inner?.destination : inner?.source;
  const [binding, ...others] = home === undefined ? [] : oracle.bindings.atHome(home, at);
  if (!binding || others.length > 0 || gre?.key === undefined) return undefined;
  return [binding.forwardKey, binding.reverseKey].includes(gre.key) ? undefined : binding;
}
