/** From a plan to octets, for a mobile node of now: its NAI, its keys, a fresh Identification. */
import type { Binding } from '../oracle/bindings.js';
import { knobValue } from '../spec/knobs.js';
import type { Session } from '../tester/session.js';
import { registry } from '../wire/extension-registry.js';
import type { Extension, KeyLookup, WireContext } from '../wire/extensions.js';
import { gre, type GreInput } from '../wire/gre.js';
import { encode } from '../wire/layout.js';
import { encodeRrq, type RrqInput, rrqLayout } from '../wire/mobileip.js';
import { concat, fromHex } from '../wire/text.js';
import { fill, inputOf } from './from-layout.js';
import type { Damage, ExtensionPlan, FramePlan, RequestPlan } from './plan.js';

/** Who sends: chosen anew for every message. */
export interface Sender {
  readonly nai: string;
  readonly ownKey: number;
  readonly careOf: string;
  readonly identification: bigint;
  /** An address of the home network that no other MN in flight has. */
  readonly home: () => string;
  /** Another address of the tester, or the same where it has only one. */
  readonly other: string;
}

/** Seconds: short unless the plan says otherwise, for a run makes many bindings. */
const usualLifetime = 60;
/** Seconds by which a stale Identification is off. */
const staleBy = 3600n;
const longestNai = 255;
const addresses = ['homeAddress', 'homeAgent', 'careOfAddress'] as const;
/** Of the right length; no key is known that makes it. */
const wrongAuthenticator = new Uint8Array(16).fill(0x5a);

/** `wire` is that of the session, with `anyKey`. */
export function renderRequest(
  plan: RequestPlan,
  sender: Sender,
  session: Session,
  wire: WireContext = fuzzWire(session),
): Uint8Array {
  const { careOf, identification } = sender;
  const { config, target } = session;
  const shift = plan.identification === 'fresh' ? 0n : plan.identification === 'past' ? -staleBy : staleBy;
  const message = rrqLayout.blank() as { -readonly [K in keyof RrqInput]: RrqInput[K] };
  message.gre = plan.extensions.some((e) => e.name === 'greKey');
  message.reverseTunneling = knobValue(config.knobs, 't_bit') !== '0' && config.pics.reverseTunneling;
  message.lifetime = usualLifetime;
  if (!config.pics.dynamicHomeAddress) message.homeAddress = sender.home();
  message.homeAgent = target.address;
  message.careOfAddress = careOf;
  message.identification = shift === 0n ? identification : BigInt.asUintN(64, identification + (shift << 32n));
  message.extensions = plan.extensions.map((e) => extensionOf(e, sender, session));
  fill(rrqLayout, message, plan.fixed);
  address(message, sender, target.address);
  return damaged(encodeRrq(message, wire), plan.damage);
}

export const fuzzWire = (session: Session): WireContext => ({ dialect: session.dialect, keys: anyKey(session) });

/** Puts the addresses in that only the sender knows. */
function address(message: { -readonly [K in keyof RrqInput]: RrqInput[K] }, sender: Sender, target: string): void {
  for (const name of addresses) {
    const value = message[name];
    if (value === '@home') message[name] = sender.home();
    else if (value === '@other') message[name] = sender.other;
    else if (value === '@target') message[name] = target;
  }
}

/** Whatever its type and SPI say, an authenticator that is to be right is made with the key of the pair. */
export function anyKey({ config }: Session): KeyLookup {
  return (type) => (type === 34 ? (config.faHa ?? config.mnHa) : config.mnHa);
}

/** `sender` is whom a request is from, or a reply is for. */
export function extensionOf(plan: ExtensionPlan, sender: Sender, session: Session): Extension {
  if (plan.name === 'pad') return plan;
  const extension = bodyOf(plan, sender, session);
  if (plan.length !== undefined) extension.length = plan.length;
  return extension;
}

type WithLength = Extension & { length?: number };

function bodyOf(plan: Exclude<ExtensionPlan, { name: 'pad' }>, sender: Sender, session: Session): WithLength {
  switch (plan.name) {
    case 'nai':
      return { name: 'nai', nai: naiText(plan.nai, sender.nai) };
    case 'greKey': {
      const key = plan.key === 'own' ? sender.ownKey : plan.key;
      return { name: 'greKey', a: plan.a, key, reserved: plan.reserved ?? 0 };
    }
    case 'mnHa':
    case 'mnFa':
    case 'faHa':
    case 'generalizedAuth': {
      const { mnHa, faHa } = session.config;
      const agreed = plan.name === 'faHa' ? (faHa ?? mnHa).spi : mnHa.spi;
      const spi = plan.spi === 'agreed' ? agreed : plan.spi;
      if (plan.authenticator === 'right') return { name: plan.name, spi };
      return { name: plan.name, spi, authenticator: given(plan.authenticator) };
    }
    case 'raw':
      return { name: 'raw', type: plan.type, data: octetsOf(plan.data) };
    default: {
      const body = registry(session.dialect).byName.get(plan.name)?.body;
      const subType = plan.subType === undefined ? {} : { subType: plan.subType };
      // name and body belong together in the registry, which the type system cannot follow
      const values: object = body ? inputOf(body, plan.values) : {};
      return { name: plan.name, ...values, ...subType } as WithLength;
    }
  }
}

/** Plans have their octets as hex; what a file has in its place counts as none. */
const octetsOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array(0);

function given(authenticator: string): Uint8Array {
  return authenticator === 'wrong' ? wrongAuthenticator : octetsOf(authenticator);
}

function naiText(text: string, own: string): string {
  if (text === 'own') return own;
  return text === 'long' ? own.padStart(longestNai, 'n') : text;
}

export function damaged(octets: Uint8Array, damage: Damage | undefined): Uint8Array {
  if (!damage) return octets;
  const bent = damage.keep === undefined ? octets.slice() : octets.slice(0, damage.keep);
  for (const bit of damage.flips ?? []) {
    const at = Math.floor(bit / 8) % Math.max(1, bent.length);
    if (at < bent.length) bent[at] = (bent[at] ?? 0) ^ (1 << (bit % 8));
  }
  return damage.append === undefined ? bent : concat(bent, octetsOf(damage.append));
}

/** The GRE packet; `inner` is what an echo is for this tunnel. */
export function renderFrame(plan: FramePlan, binding: Binding, protocol: number, inner: Uint8Array): Uint8Array {
  const payload = plan.payload === 'echo' ? inner : octetsOf(plan.payload);
  const key = keyOf(plan, binding);
  const header: GreInput = {
    protocol,
    payload,
    ...(key !== undefined && { key }),
    ...inputOf(gre, plan.header),
    ...(plan.checksum !== 'none' && { hasChecksum: true }),
  };
  const octets = encode(gre, header);
  if (plan.checksum === 'wrong') octets[4] = (octets[4] ?? 0) ^ 1;
  return damaged(octets, plan.damage);
}

function keyOf(plan: FramePlan, { reverseKey = 0, forwardKey = 0 }: Binding): number | undefined {
  switch (plan.key) {
    case 'right':
      return reverseKey;
    case 'none':
      return undefined;
    case 'forward':
      return forwardKey;
    case 'zero':
      return 0;
    case 'ones':
      return 0xffffffff;
    case 'lowBit':
      return (reverseKey ^ 1) >>> 0;
    case 'highBit':
      return (reverseKey ^ 0x80000000) >>> 0;
    case 'swapped':
      return ((reverseKey << 16) | (reverseKey >>> 16)) >>> 0;
  }
}
