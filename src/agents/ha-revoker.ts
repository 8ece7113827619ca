/** Revocations under way, RFC 3543 §4.2: sent until they are acknowledged, and taken from foreign agents. */
import type { Dialect } from '../wire/extensions.js';
import { encode } from '../wire/layout.js';
import { decodeRevocationAck, messageTypes, revocationLayout } from '../wire/mobileip.js';
import { ipv4Number } from '../wire/text.js';
import type { AgentOutput } from './agent.js';
import type { Binding } from './ha-bindings.js';
import type { RevocationRules } from './ha-revocation.js';
import type { RemovalCause, RequestDatagram } from './ha-rules.js';
import type { HaState } from './ha-state.js';
import { heed, type RevocationPeer } from './revocation.js';

/** A revocation that no acknowledgment has answered yet. */
interface Told {
  readonly binding: Binding;
  readonly peer: RevocationPeer;
  transmissions: number;
  /** Milliseconds since the Unix epoch. */
  due: number;
  lastId: number;
}

/** Under way at a time; what is beyond is left to the end of its lifetime. */
const mostTold = 1000;

export class Revoker {
  readonly #dialect: Dialect;
  readonly #rules: RevocationRules;
  readonly #state: HaState;
  readonly #remove: (binding: Binding) => void;
  readonly #told = new Map<string, Told>();

  constructor(dialect: Dialect, rules: RevocationRules, state: HaState, remove: (binding: Binding) => void) {
    this.#dialect = dialect;
    this.#rules = rules;
    this.#state = state;
    this.#remove = remove;
  }

  /** A binding has left the table: its foreign agent is to be told, unless it is being told already. */
  ended(binding: Binding, cause: RemovalCause): void {
    const peer = binding.terms.revocation;
    if (!peer || !this.#rules.tells(cause) || this.#told.size >= mostTold) return;
    const key = keyOf(binding.node.homeAddress, peer.remote.address);
    if (this.#told.has(key)) return;
    this.#told.set(key, { binding, peer, transmissions: 0, due: this.#state.now, lastId: 0 });
  }

  /** When the next transmission is due, in milliseconds since the Unix epoch. */
  deadline(): number | undefined {
    let first: number | undefined;
    for (const { due } of this.#told.values()) first = Math.min(first ?? due, due);
    return first;
  }

  /** What is due now. */
  send(): readonly AgentOutput[] {
    const { now } = this.#state;
    const outputs: AgentOutput[] = [];
    for (const [key, told] of this.#told) {
      if (told.due > now) continue;
      const output = this.#isOver(told) ? undefined : this.#transmit(told);
      if (output) outputs.push(output);
      else this.#told.delete(key);
    }
    return outputs;
  }

  /** Undefined: the datagram is neither a revocation nor an acknowledgment. Never throws. */
  hear(datagram: RequestDatagram): readonly AgentOutput[] | undefined {
    const [type] = datagram.payload;
    if (type === messageTypes.revocation) return this.#onRevocation(datagram);
    if (type === messageTypes.revocationAck) return this.#onAck(datagram);
    return undefined;
  }

  /** RFC 3543 §3.3: not past the binding, were it still there; and not where the mobile node came back. */
  #isOver({ binding, transmissions }: Told): boolean {
    const returned = this.#state.bindings
      .find(binding.node.id)
      ?.bindings.some(({ terms }) => terms.careOf === binding.terms.careOf);
    const allowed = transmissions === 0 || this.#rules.patience(transmissions) !== undefined;
    return (returned ?? false) || !allowed || this.#state.now >= binding.due;
  }

  #transmit(told: Told): AgentOutput {
    const { now } = this.#state;
    const { association, extension } = told.peer;
    const message = this.#rules.build(told.binding, now);
    told.lastId = message.revocationId ?? 0;
    told.transmissions++;
    told.due = now + (this.#rules.patience(told.transmissions) ?? lastPatience);
    const input = { ...message, extensions: [{ name: extension, spi: association.spi }] };
    const payload = encode(revocationLayout, input, { dialect: this.#dialect, keys: () => association });
    return { kind: 'udp', ...this.#rules.address(told.peer), payload };
  }

  /** RFC 3543 §4.2.3.2. */
  #onRevocation(datagram: RequestDatagram): readonly AgentOutput[] {
    return heed(datagram, this.#dialect, this.#rules, ({ homeAddress }) => {
      const binding = this.#state.bindings
        .atHome(ipv4Number(homeAddress) ?? 0)
        ?.bindings.find(({ terms }) => terms.revocation?.remote.address === datagram.remote.address);
      const peer = binding?.terms.revocation;
      return binding && peer && { peer, remove: () => this.#remove(binding) };
    });
  }

  #onAck({ payload, remote }: RequestDatagram): readonly AgentOutput[] {
    const decoded = decodeRevocationAck(payload, this.#dialect);
    if (!decoded.ok) return [];
    const { homeAddress, revocationId, extensions } = decoded.value;
    const key = keyOf(ipv4Number(homeAddress) ?? 0, remote.address);
    const told = this.#told.get(key);
    if (told?.lastId === revocationId && this.#rules.isAuthentic(payload, extensions, told.peer)) {
      this.#told.delete(key);
    }
    return [];
  }
}

/** Milliseconds for which an acknowledgment of the last transmission still counts. */
const lastPatience = 6000;

const keyOf = (homeAddress: number, peer: string): string => `${homeAddress} ${peer}`;
