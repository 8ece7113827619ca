/** Which layout of the GRE Key extension a home agent accepts, and whether the A flag means anything to it. */
import { knobValue } from '../../spec/knobs.js';
import type { GreKeyExtension, GreKeyForm } from '../../wire/extensions.js';
import { decodeRrp, replyCodes } from '../../wire/mobileip.js';
import { type Bend, replace } from '../bend.js';
import { draftModes, type Mode, modes, type RequestOptions } from '../request.js';
import { type Asking, type Heard, heardText } from './asking.js';
import { hex, type Observation } from './observation.js';

export interface Layouts {
  /** A mode with GRE keys that the device accepts in the layout of the drafts. */
  readonly mode: Mode | undefined;
  /** The same with an L2 tunnel. */
  readonly l2Mode: Mode | undefined;
  readonly observations: readonly Observation[];
}

/** How a device says that it does not do this: draft §5.3, yegani-02 §4.2; silence is proven before it is believed. */
const refusals: ReadonlySet<number> = new Set([
  replyCodes.administrativelyProhibited,
  replyCodes.poorlyFormedRequest,
  replyCodes.encapsulationUnavailable,
]);

const isRefusal = (heard: Heard): boolean =>
  heard.kind === 'silence' || (heard.kind === 'denied' && refusals.has(heard.code));

/** `30 00 00 04 KEY`: the extension of RFC 6245 in a session that writes that of the drafts. */
function asRfc6245(type: number, key: number): Bend {
  const data = new Uint8Array([0, 4, 0, 0, 0, 0]);
  new DataView(data.buffer).setUint32(2, key);
  return replace('greKey', { name: 'raw', type, length: 0, data });
}

/** The extension of an accepting reply, read in one layout. */
function returned(asking: Asking, heard: Heard, greKeyForm: GreKeyForm): GreKeyExtension | undefined {
  if (heard.kind !== 'accepted') return undefined;
  const rrp = decodeRrp(heard.exchange.reply.bytes, { ...asking.session.dialect, greKeyForm });
  return rrp.ok ? rrp.value.extensions.find((e) => e.name === 'greKey') : undefined;
}

interface Wish {
  readonly mode: Mode;
  readonly heard: Heard;
  readonly back: GreKeyExtension | undefined;
}

/**
 * Asks with a key of the MN's own, and where that brings no extension back, with key 0; in L2 mode the other way round, for
 * key 0 works whatever the direction of keys.
 */
async function wish(asking: Asking, form: GreKeyForm, a: boolean): Promise<readonly Wish[]> {
  const type = Number(knobValue(asking.session.config.knobs, 'ext_type'));
  const tried: Wish[] = [];
  const { bidirectional, unidirectional, l2Bidirectional, l2Unidirectional } = draftModes;
  for (const mode of a ? [l2Bidirectional, l2Unidirectional] : [unidirectional, bidirectional]) {
    const mn = asking.newMn();
    const bend = form === 'rfc6245' ? asRfc6245(type, mode.key === 0 ? 0 : mn.ownKey) : undefined;
    const heard = await asking.ask(mode, bend, mn);
    const back = returned(asking, heard, form);
    tried.push({ mode, heard, back });
    if (back && (!a || back.a)) break;
  }
  return tried;
}

const text = (tried: readonly Wish[]): string =>
  tried
    .map(({ mode, heard, back }) => {
      const granted = back ? `, the reply has ${back.a ? 'A=1, ' : ''}key ${hex(back.key)}` : '';
      return `${mode.key === 0 ? 'key 0' : 'a key of its own'}${mode.a ? ' with A=1' : ''}: ${heardText(heard)}${granted}`;
    })
    .join('; ');

/** `asking` writes the layout of tsirtsis-00, which without the A flag is that of yegani-02 octet by octet. */
export async function surveyLayouts(asking: Asking): Promise<Layouts> {
  const drafts = await wish(asking, 'tsirtsis-00', false);
  const known = drafts.find(({ back }) => back);
  if (known) return surveyDrafts(asking, known, `Length 6, ${text(drafts)}`);
  const later = await wish(asking, 'rfc6245', false);
  const none = { mode: undefined, l2Mode: undefined } as const;
  const evidence = `with Length 6, ${text(drafts)}; in the layout of RFC 6245, ${text(later)}`;
  if (later.some(({ back }) => back)) {
    return {
      ...none,
      observations: [
        { setting: 'profile', value: 'rfc6245', evidence },
        { setting: 'pics.greKeys', value: true, evidence: `in the layout of RFC 6245, ${text(later)}` },
        { setting: 'pics.l2', value: false, evidence: 'the layout of RFC 6245 has no A flag' },
      ],
    };
  }
  if (![...drafts, ...later].every(({ heard }) => isRefusal(heard))) {
    return { ...none, observations: [{ setting: 'pics.greKeys', evidence }] };
  }
  const without = await withoutExtension(asking);
  if (without.every(({ kind }) => kind !== 'accepted'))
    return { ...none, observations: nothingAccepted(asking, evidence) };
  return {
    ...none,
    observations: [
      { setting: 'pics.greKeys', value: false, evidence },
      { setting: 'pics.l2', value: false, evidence: 'L2 tunnels need the GRE Key extension' },
    ],
  };
}

/** A refusal speaks of the extension only where the same request without it is accepted, in one tunnel or the other. */
async function withoutExtension(asking: Asking): Promise<readonly Heard[]> {
  const tried: Heard[] = [];
  for (const options of [modes.ipInIp, { gre: true }] satisfies readonly RequestOptions[]) {
    const heard = await asking.ask(options);
    tried.push(heard);
    if (heard.kind === 'accepted') break;
  }
  return tried;
}

/** The usual reason is a device that gives no home addresses, which only a request for an address of its network shows. */
function nothingAccepted({ homeAddresses }: Asking, evidence: string): readonly Observation[] {
  const alike = 'requests without the extension were not accepted either';
  const greKeys = { setting: 'pics.greKeys', evidence: `${evidence}; ${alike}` };
  const l2 = { setting: 'pics.l2', evidence: alike };
  if (homeAddresses) return [greKeys, l2];
  const advice =
    'no request with home address 0 was accepted; say --pixit homeNetwork=ADDRESS/LENGTH to ask for addresses of it';
  return [{ setting: 'pics.dynamicHomeAddress', evidence: advice }, greKeys, l2];
}

async function surveyDrafts(asking: Asking, { mode, heard }: Wish, evidence: string): Promise<Layouts> {
  const greKeys: Observation = { setting: 'pics.greKeys', value: true, evidence };
  const tried = [...(await wish(asking, 'tsirtsis-00', true))];
  if (tried.every((one) => one.heard.kind === 'denied')) tried.push(await withHomeAddress(asking, heard));
  const l2 = tried.find(({ back }) => back?.a);
  if (l2) {
    return {
      ...{ mode, l2Mode: l2.mode },
      observations: [
        { setting: 'profile', value: 'tsirtsis-00', evidence: 'Length 6, and the A flag is understood' },
        greKeys,
        { setting: 'pics.l2', value: true, evidence: text(tried) },
      ],
    };
  }
  const ignored = 'a device of yegani-02 ignores the A flag, one that claims L2 tunnels must not';
  return {
    ...{ mode, l2Mode: undefined },
    observations: [
      { setting: 'profile', evidence: 'Length 6 without the A flag is that of tsirtsis-00 and of yegani-02' },
      greKeys,
      tried.every(({ heard }) => isRefusal(heard))
        ? { setting: 'pics.l2', value: false, evidence: text(tried) }
        : { setting: 'pics.l2', evidence: `${text(tried)}: ${ignored}` },
    ],
  };
}

/** The home address may be what is missing, though draft §7 does without: the MN that has one asks for an L2 tunnel. */
async function withHomeAddress(asking: Asking, { mn }: Heard): Promise<Wish> {
  const mode = draftModes.l2Bidirectional;
  const homeAddress = mn.binding?.homeAddress ?? '0.0.0.0';
  const heard = await asking.ask({ ...mode, homeAddress }, undefined, mn);
  return { mode, heard, back: returned(asking, heard, 'tsirtsis-00') };
}
