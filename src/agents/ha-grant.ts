/** What an accepted request is given: home address, lifetime and keys. */
import { endOfLifetime, replyCodes } from '../wire/mobileip.js';
import { ipv4Number } from '../wire/text.js';
import type { Binding, BindingTerms } from './ha-bindings.js';
import { type HomeAgentConfig, parseNetwork } from './ha-config.js';
import { type Choice, chosen, type Exchange, refused, type TunnelKeys } from './ha-rules.js';
import type { HaState } from './ha-state.js';
import { addressReply } from './ha-reply.js';
import { revocationPeer } from './ha-revocation.js';
import { replyHomeAgent } from './ha-request-checks.js';

export function chooseHomeAddress(config: HomeAgentConfig) {
  const { first, last } = parseNetwork(config.homeNetwork);
  const half = (last - first + 1) / 2;
  const pools = [first, first + half].map((base) => ({ base, size: half }));
  const taken = new Set([config.gateway.ipv4, ...config.addresses].map((address) => ipv4Number(address)));
  const servable = (address: number): boolean => address > first && address < last && !taken.has(address);
  const free = (address: number, x: Exchange, state: HaState): boolean => {
    const holder = state.bindings.atHome(address);
    return holder === undefined || holder.id === x.mobileNode;
  };
  return (x: Exchange, state: HaState): Choice<number> => {
    if (x.homeAddress !== 0) {
      // draft-leung-mip4-proxy-mode-10 §4.1.1, RFC 5944 §3.8.3.2: not ours to give, or somebody else's
      const granted = servable(x.homeAddress) && free(x.homeAddress, x, state);
      return granted ? chosen(x.homeAddress) : refused(replyCodes.administrativelyProhibited);
    }
    const known = state.bindings.find(x.mobileNode)?.homeAddress ?? 0;
    if (known !== 0) return chosen(known); // draft-leung-mip4-proxy-mode-10 §4.1.3
    if (x.tunnel === 'l2') return chosen(0); // draft §7: none need be assigned
    if (!config.features.dynamicHomeAddress) return refused(replyCodes.administrativelyProhibited);
    // The NAI says where to begin, so that a mobile node that comes back finds its address again (RFC 3344 §3.8.3.2).
    // The lower half first: stations of the home segment and those who ask for an address mostly are in the upper one.
    const start = hash(x.mobileNode);
    for (const { base, size } of pools) {
      for (let i = 0; i < size; i++) {
        const address = base + ((start + i) % size);
        if (servable(address) && free(address, x, state)) return chosen(address);
      }
    }
    return refused(replyCodes.insufficientResources);
  };
}

/** FNV-1a, 32 bit. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** RFC 3344 §3.8.2.2: what was asked for, or the maximum where that is less. */
export function grantLifetime(config: HomeAgentConfig) {
  return (x: Exchange): number => Math.min(x.request.lifetime, config.maxLifetime);
}

export function expiry(x: Exchange, lifetime: number): number {
  return endOfLifetime(x.at, lifetime);
}

/** The binding that a request renews: that of its care-of address, else the one it names, else the newest. */
export function currentBinding(x: Exchange, state: HaState): Binding | undefined {
  const bindings = state.bindings.find(x.mobileNode)?.bindings ?? [];
  return (
    bindings.find((binding) => binding.terms.careOf === x.careOf) ??
    bindings.find((binding) => namesAgreedKey(x, binding)) ??
    bindings.at(-1)
  );
}

/** Whether the request names the keys that are agreed already, draft §6.2. */
function namesAgreedKey(x: Exchange, binding: Binding | undefined): boolean {
  const { greKey } = x;
  return (
    greKey !== undefined &&
    greKey.key !== 0 &&
    binding !== undefined &&
    binding.terms.tunnel === x.tunnel &&
    binding.terms.agreedKey === greKey.key
  );
}

export function chooseKeys(config: HomeAgentConfig) {
  const atReceiver = config.keyDirection === 'receiver';
  return (x: Exchange, state: HaState): Choice<TunnelKeys> => {
    const { greKey } = x;
    if (greKey === undefined) return chosen({ reverse: undefined, forward: undefined, reply: undefined });
    return atReceiver && greKey.key !== 0 ? keysOfReceivers(x, greKey.key, state) : keysOfSenders(x, greKey.key, state);
  };
}

/** yegani-02 §5: each side names the key under which it wants to receive. */
function keysOfReceivers(x: Exchange, asked: number, state: HaState): Choice<TunnelKeys> {
  const current = currentBinding(x, state);
  const own = namesAgreedKey(x, current) ? current?.terms.reverseKey : undefined;
  const reverse = own ?? state.keys.pick(x.at, asked);
  return chosen({ reverse, forward: asked, reply: reverse });
}

/** draft §5.1: each side names the key under which it will send. */
function keysOfSenders(x: Exchange, asked: number, state: HaState): Choice<TunnelKeys> {
  const current = currentBinding(x, state);
  if (asked !== 0 && x.tunnel === 'l2') {
    // draft §5.1: unique per mobile node; with it gone, frames of the two could not be told apart
    const holder = state.bindings.l2At(x.careOf, asked);
    if (holder && holder.node.id !== x.mobileNode) return refused(replyCodes.administrativelyProhibited);
  }
  // draft §6.2: the extension that reflects the negotiated key is copied, and the keys stay
  if (namesAgreedKey(x, current)) {
    return chosen({ reverse: asked, forward: current?.terms.forwardKey, reply: asked });
  }
  const forward = state.keys.pick(x.at, asked);
  // draft §5.2: 0 asks for one key both ways, anything else is the sender's own key
  const reverse = asked === 0 ? forward : asked;
  return chosen({ reverse, forward, reply: forward }); // draft §5.3
}

/** yegani-02 §4.2: also in replies that grant nothing, when a key is available for the registration. */
export function keyWithoutGrant(x: Exchange, code: number, state: HaState): number | undefined {
  const unproven = code === replyCodes.mnFailedAuthentication || code === replyCodes.faFailedAuthentication;
  const current = currentBinding(x, state);
  if (x.greKey === undefined || unproven || current?.terms.tunnel !== x.tunnel) return undefined;
  return namesAgreedKey(x, current) ? x.greKey.key : current.terms.forwardKey;
}

export function terms(config: HomeAgentConfig) {
  const replyEnds = addressReply(config);
  return (x: Exchange, keys: TunnelKeys): BindingTerms => {
    const revocation = revocationPeer(x, replyEnds(x), config);
    return {
      careOf: x.careOf,
      homeAgent: ipv4Number(replyHomeAgent(x, config)) ?? 0,
      tunnel: x.tunnel,
      reverseKey: keys.reverse,
      forwardKey: keys.forward,
      agreedKey: x.greKey?.key === 0 ? keys.reply : x.greKey?.key,
      broadcast: x.request.broadcast && config.features.broadcast,
      decapsulation: x.request.decapsulation,
      ...(revocation && { revocation }),
    };
  };
}
