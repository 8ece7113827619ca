/** From a plan to octets, for a mobile node of now: its NAI, its keys, a fresh Identification. */
import type { Binding } from '../oracle/bindings.js';
import { validRequest } from '../tester/request.js';
import type { Session } from '../tester/session.js';
import { registry } from '../wire/extension-registry.js';
import type { Extension, KeyLookup } from '../wire/extensions.js';
import { gre, type GreInput } from '../wire/gre.js';
import { encode } from '../wire/layout.js';
import { encodeRrq, type RrqInput, rrqLayout } from '../wire/mobileip.js';
import { concat, fromHex } from '../wire/text.js';
import { inputOf } from './from-layout.js';
import type { Damage, ExtensionPlan, FramePlan, PlainValues, RequestPlan } from './plan.js';

/** Who sends: chosen anew for every message. */
export interface Sender {
  readonly nai: string;
  readonly ownKey: number;
  readonly careOf: string;
  /** An address of the home network that no other MN in flight has. */
  readonly home: string;
  /** Another address of the tester, or the same where it has only one. */
  readonly other: string;
}

/** Seconds by which a stale Identification is off. */
const staleBy = 3600n;
const longestNai = 255;
/** Of the right length; no key is known that makes it. */
const wrongAuthenticator = new Uint8Array(16).fill(0x5a);

export function renderRequest(plan: RequestPlan, sender: Sender, session: Session): Uint8Array {
  const { nai, careOf, ownKey } = sender;
  const hasKey = plan.extensions.some((e) => e.name === 'greKey');
  // lifetimes are short unless the plan says otherwise: a run makes many bindings
  const base = validRequest(session, nai, careOf, ownKey, { gre: hasKey, lifetime: 60 });
  const shift = plan.identification === 'fresh' ? 0n : plan.identification === 'past' ? -staleBy : staleBy;
  const identification = BigInt.asUintN(64, (base.identification ?? 0n) + (shift << 32n));
  const fixed = inputOf(rrqLayout, addressed(plan.fixed, sender, session.target.address));
  const lists = plan.extensions.map((e) => extensionOf(e, sender, session));
  const message: RrqInput = { ...base, identification, ...fixed, extensions: lists };
  const octets = encodeRrq(message, { dialect: session.dialect, keys: anyKey(session) });
  return damaged(octets, plan.damage);
}

function addressed(values: PlainValues, sender: Sender, target: string): PlainValues {
  const names: Readonly<Record<string, string>> = { '@home': sender.home, '@other': sender.other, '@target': target };
  return Object.fromEntries(
    Object.entries(values).map(([name, v]) => [name, typeof v === 'string' ? (names[v] ?? v) : v]),
  );
}

/** Whatever its type and SPI say, an authenticator that is to be right is made with the key of the pair. */
function anyKey({ config }: Session): KeyLookup {
  return (type) => (type === 34 ? (config.faHa ?? config.mnHa) : config.mnHa);
}

function extensionOf(plan: ExtensionPlan, sender: Sender, session: Session): Extension {
  const length = 'length' in plan && plan.length !== undefined ? { length: plan.length } : {};
  switch (plan.name) {
    case 'pad':
      return plan;
    case 'nai':
      return { name: 'nai', nai: naiText(plan.nai, sender.nai), ...length };
    case 'greKey': {
      const key = plan.key === 'own' ? sender.ownKey : plan.key;
      return {
        name: 'greKey',
        a: plan.a,
        key,
        ...(plan.reserved !== undefined && { reserved: plan.reserved }),
        ...length,
      };
    }
    case 'mnHa':
    case 'mnFa':
    case 'faHa':
    case 'generalizedAuth': {
      const { mnHa, faHa } = session.config;
      const agreed = plan.name === 'faHa' ? (faHa ?? mnHa).spi : mnHa.spi;
      return {
        name: plan.name,
        spi: plan.spi === 'agreed' ? agreed : plan.spi,
        ...(plan.authenticator !== 'right' && { authenticator: given(plan.authenticator) }),
        ...length,
      };
    }
    case 'raw':
      return { name: 'raw', type: plan.type, data: fromHex(plan.data) ?? new Uint8Array(0), ...length };
    default: {
      const body = registry(session.dialect).byName.get(plan.name)?.body;
      const subType = plan.subType === undefined ? {} : { subType: plan.subType };
      // name and body belong together in the registry, which the type system cannot follow
      const values: object = body ? inputOf(body, plan.values) : {};
      return {
        name: plan.name,
        ...values,
        ...subType,
        ...length,
      } as Extension;
    }
  }
}

function given(authenticator: string): Uint8Array {
  return authenticator === 'wrong' ? wrongAuthenticator : (fromHex(authenticator) ?? new Uint8Array(0));
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
  return damage.append === undefined ? bent : concat(bent, fromHex(damage.append) ?? new Uint8Array(0));
}

/** The GRE packet; `inner` is what an echo is for this tunnel. */
export function renderFrame(plan: FramePlan, binding: Binding, protocol: number, inner: Uint8Array): Uint8Array {
  const payload = plan.payload === 'echo' ? inner : (fromHex(plan.payload) ?? new Uint8Array(0));
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
