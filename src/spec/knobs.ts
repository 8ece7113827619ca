import { distance } from './distance.js';
import { HarnessError } from './errors.js';
import type { Knob } from './types.js';

/** Every choice that a run may make where the documents are ambiguous or silent, in the order of the ambiguities. */
export const knobs = [
  {
    name: 'base',
    values: ['rfc3344', 'rfc5944'],
    default: 'rfc3344',
    why: 'Which Mobile IPv4 the base rules are read from. The drafts cite RFC 3344.',
  },
  {
    name: 'mns',
    values: { min: 2, max: 70000 },
    default: '300',
    why: 'How many live L2 MNs the unique-key case registers. More than 256 show a key made of one octet, more than 65536 one of two.',
  },
  {
    name: 'key_direction',
    ambiguity: 'A-01',
    values: ['sender', 'receiver', 'auto'],
    default: 'sender',
    why: 'Whether the key of a message is for packets of its sender (tsirtsis) or for packets to it (Yegani section 5). `auto` finds out and reports.',
  },
  {
    name: 'zero_key',
    values: ['asks', 'none'],
    default: 'asks',
    why: 'Whether key 0 in an RRQ asks the HA for one key both ways, as tsirtsis and Yegani -03 have it. Yegani -02 gives it no meaning, so profile yegani-02 starts from `none`.',
  },
  {
    name: 'ext_place',
    ambiguity: 'A-02',
    values: ['both', 'before_mnha', 'after_mnha'],
    default: 'both',
    why: 'Where the extension stands in an RRQ. `both` sends it before MN-HA, or between MN-HA and FA-HA where an FA-HA association exists, and takes either from an MPA.',
  },
  {
    name: 'ext_place_rrp',
    ambiguity: 'A-02',
    values: ['both', 'before_mnha', 'after_mnha'],
    default: 'both',
    why: 'Where the extension stands in a reply, on which Yegani is silent. `both` takes either from an HA and sends it before MN-HA.',
  },
  {
    name: 'rereg_uni_reply',
    ambiguity: 'A-03',
    values: ['copy', 'hakey', 'any'],
    default: 'any',
    why: 'Whether the reply to a renewal with two keys copies the key of the MPA (6.2) or names that of the HA (5.3). Both sentences can be meant.',
  },
  {
    name: 'ha_state_loss_test',
    ambiguity: 'A-04',
    values: ['on', 'off'],
    default: 'on',
    why: 'Whether an HA that forgot its state answers the renewal of an MPA with a new key. The MPA must then follow 5.4.',
  },
  {
    name: 'mpa_d_bit',
    ambiguity: 'A-05',
    values: ['0', '1', 'any'],
    default: '1',
    why: 'The D bit in the RRQ of an MPA: RFC 3344 and Leung -02 have it set for a co-located CoA, -10 has it clear. The tsirtsis draft builds on -02.',
  },
  {
    name: 'dynamic_ha',
    ambiguity: 'A-06',
    values: ['rfc5944', 'rfc4433'],
    default: 'rfc5944',
    why: 'Whether an HA denies an HA field of all zeros or ones with 136, or takes it as RFC 4433 has it. The second is a feature of its own.',
  },
  {
    name: 'g_without_ext',
    ambiguity: 'A-07',
    values: ['134', 'keyless', 'any'],
    default: '134',
    why: 'What an HA does with a G bit without extension: deny (Yegani) or tunnel in GRE without key (RFC 3344). Yegani is the base of the default profile.',
  },
  {
    name: 'reserved_bits',
    ambiguity: 'A-08',
    values: ['134', 'ignore', 'any'],
    default: 'any',
    why: 'What an HA does with reserved RRQ flags. RFC 3344 has it ignore them in 3.3 and deny with 134 in 3.8.2.3.',
  },
  {
    name: 'rekey_on_zero',
    ambiguity: 'A-09',
    values: ['same', 'fresh', 'any'],
    default: 'any',
    why: 'Whether key 0 on a live binding brings the same key or a fresh one. The draft has it treated like a first request, which leaves both open.',
  },
  {
    name: 'old_key_grace_s',
    ambiguity: 'A-09',
    values: { min: 0, max: 3600 },
    default: '2',
    why: 'For how many seconds after a change the old key may still work. Packets under way would be lost without any.',
  },
  {
    name: 'dereg_ext',
    ambiguity: 'A-10',
    values: ['require', 'forbid', 'any'],
    default: 'any',
    why: 'Whether the reply to a deregistration has the extension. Yegani asks for it as long as a key is available, and may mean either.',
  },
  {
    name: 'mpa_bad_ext',
    ambiguity: 'A-12',
    values: ['drop', 'fallback_ipip', 'any'],
    default: 'drop',
    why: 'What an MPA may do with user traffic after an acceptance with a missing or bent extension. No agreed key means no tunnel.',
  },
  {
    name: 'seq_denial_code',
    ambiguity: 'A-13',
    values: { min: 64, max: 192 },
    default: '129',
    why: 'The code for a stale proxy sequence number: Leung -10 says 65, a code of FAs, in one place and 129 in another.',
  },
  {
    name: 'duplicate',
    ambiguity: 'A-14',
    values: ['133', 'accept', 'any'],
    default: 'any',
    why: 'Whether a repeated RRQ is denied with 133 or accepted for the time left. RFC 3344 implies both.',
  },
  {
    name: 'fa_codes_direct',
    ambiguity: 'A-15',
    values: ['ignore', 'obey', 'any'],
    default: 'ignore',
    why: 'Whether an MPA without FA heeds codes 64 to 127 that nobody authenticated. Anybody could stop it if it did.',
  },
  {
    name: 'dereg_coa',
    ambiguity: 'A-16',
    values: ['coa', 'zero', 'hoa'],
    default: 'coa',
    why: 'The CoA of a deregistration where the HoA is 0. The NAI identifies the binding, so the CoA can be named.',
  },
  {
    name: 'hoa_zero_reply',
    ambiguity: 'A-17',
    values: ['l2_only', 'never', 'always'],
    default: 'l2_only',
    why: 'When an accepting reply may have HoA 0: RFC 2794 says never, tsirtsis section 7 allows it with A=1.',
  },
  {
    name: 'hoa_unknown',
    ambiguity: 'A-18',
    values: ['zero', 'ones'],
    default: 'zero',
    why: 'What the tester sends for an unknown HoA; from an MPA it takes both. RFC 3344 and tsirtsis have zeros, Leung also ones.',
  },
  {
    name: 'unknown_ext',
    ambiguity: 'A-19',
    values: ['silent', 'reply', 'any'],
    default: 'silent',
    why: 'What an HA does with an unknown extension below 128; acceptance always fails. RFC 3344 asks for silence, Yegani for a denial whose code does not exist, so with `silent` a denial only warns.',
  },
  {
    name: 'unknown_ext_code',
    ambiguity: 'A-19',
    values: { min: 0, max: 255 },
    default: '0',
    why: 'The code of that denial, 0 for any. No registry has one.',
  },
  {
    name: 'ext_type',
    ambiguity: 'A-20',
    values: { min: 0, max: 127 },
    default: '48',
    why: 'The type of the GRE Key extension, which the drafts leave open. 48 was assigned to its successor in RFC 6245.',
  },
  {
    name: 'l2_ptype',
    ambiguity: 'A-21',
    values: ['0x6558', '0x880b', '0x0800+0x86dd'],
    default: '0x6558',
    why: 'The GRE protocol type of L2 payload, which the draft does not name. 0x6558 is the usual one for Ethernet frames.',
  },
  {
    name: 'l2_fcs',
    ambiguity: 'A-21',
    values: ['no', 'yes'],
    default: 'no',
    why: 'Whether Ethernet frames in the tunnel end with their check sequence. Bridged GRE leaves it out.',
  },
  {
    name: 'refuse_codes',
    ambiguity: 'A-22',
    values: ['139', '129', 'any'],
    default: 'any',
    why: 'The code for refused GRE or L2: Yegani asks for 139, tsirtsis suggests 129. With `any` the other code is noted: 139 is expected with GRE off, 129 with only L2 refused.',
  },
  {
    name: 'a_unsupported',
    ambiguity: 'A-23',
    values: ['ignore', '134', '129', 'any'],
    default: 'any',
    why: 'What an HA that knows only Yegani does with A=1. Accepting with A=0 fails only where it claims L2.',
  },
  {
    name: 'dynha_form',
    ambiguity: 'A-24',
    values: ['short', 'long'],
    default: 'short',
    why: 'The layout of extension 139 that the tester sends; it reads both. RFC 4433 draws the long one, which an ignorant receiver cannot skip.',
  },
  {
    name: 'key_scope',
    ambiguity: 'A-25',
    values: ['ha', 'coa'],
    default: 'ha',
    why: 'Within what the L2 keys of an HA are unique. Keys that MPAs choose are compared within one CoA only, since MPAs do not know of each other.',
  },
  {
    name: 'id_decrease_after_133',
    ambiguity: 'A-26',
    values: ['allow', 'forbid'],
    default: 'allow',
    why: 'Whether an MPA may go back to an earlier Identification after an authenticated 133. RFC 3344 has it adjust, and has it always grow.',
  },
  {
    name: 't_bit',
    ambiguity: 'A-27',
    values: ['0', '1'],
    default: '1',
    why: 'The T bit that the tester sends and expects of an MPA, where its lack only warns. Proxy Mobile IPv4 needs reverse tunnels, yet no text says that T is set.',
  },
  {
    name: 'accept_codes',
    ambiguity: 'A-28',
    values: ['0', '1', 'both'],
    default: 'both',
    why: 'Which codes accept an RRQ without S. RFC 3344 has 1 where simultaneous bindings are not supported, Yegani speaks of 0.',
  },
  {
    name: 'features',
    ambiguity: 'A-29',
    values: ['declared', 'all'],
    default: 'declared',
    why: 'Which refusals fail: only those of features that the PICS declare, or all. The draft demands allocation in 5.2 and allows refusal in 5.3.',
  },
  {
    name: 'rereg_a_change',
    ambiguity: 'A-30',
    values: ['initial', 'copy', 'any'],
    default: 'initial',
    why: 'How an HA takes a renewal that names the agreed key but changes A. The tunnel changes its nature, so it is a first request.',
  },
  {
    name: 'expect_revocation',
    ambiguity: 'A-32',
    values: ['any', 'require', 'forbid'],
    default: 'any',
    why: 'Whether the old MPA is told of a handover: Leung -02 does, -10 may, 3GPP2 never does.',
  },
  {
    name: 'rrq_ttl',
    ambiguity: 'A-33',
    values: ['any', '1', '255'],
    default: 'any',
    why: 'The TTL of an RRQ from an MPA. The texts speak of RRQs to an FA on the same link only.',
  },
  {
    name: 'bad_auth',
    ambiguity: 'A-34',
    values: ['131', 'silent', 'any'],
    default: 'any',
    why: 'Whether a wrong authenticator is answered with 131 or with silence. RFC 5944 allows both.',
  },
  {
    name: 'reverse_check',
    ambiguity: 'A-35',
    values: ['coa+key+hoa', 'coa+key'],
    default: 'coa+key+hoa',
    why: 'What an HA checks of an L3 packet of the reverse tunnel. For L2 it is always CoA and key, as the HoA may be unknown.',
  },
  {
    name: 'fa_sa_index',
    ambiguity: 'A-36',
    values: ['ip', 'coa'],
    default: 'ip',
    why: 'Whether the IP source or the CoA of an RRQ selects the FA-HA association. It matters only where the two differ.',
  },
  {
    name: 'gre_1701',
    ambiguity: 'A-37',
    values: ['no', 'yes'],
    default: 'no',
    why: 'Whether the DUT implements RFC 1701, which excuses it from dropping packets with bits 1, 4 and 5.',
  },
  {
    name: 'gre_sequence',
    values: ['checked', 'ignored'],
    default: 'checked',
    why: 'Whether the DUT looks at GRE sequence numbers. RFC 2890 wants a receiver to, but a device may say that it does not support them.',
  },
  {
    name: 'pmip_unsupported',
    ambiguity: 'A-38',
    values: ['silent', '149', 'any'],
    default: 'any',
    why: 'What an HA without proxy registrations does with extension 47. It may not know the type, and then keeps silent.',
  },
  {
    name: 'key_reuse_quarantine_s',
    ambiguity: 'A-39',
    values: { min: 0, max: 86400 },
    default: '30',
    why: 'Within how many seconds the reuse of a released key is noted. It is allowed, but late packets reach the wrong subscriber.',
  },
] as const satisfies readonly Knob[];

export type KnobName = (typeof knobs)[number]['name'];

/** Values by knob name. */
export type KnobValues = Readonly<Record<string, string>>;

export type KnobResult =
  | { readonly ok: true; readonly name: string; readonly value: string }
  | { readonly ok: false; readonly message: string };

const rows: readonly Knob[] = knobs;
const byName: ReadonlyMap<string, Knob> = new Map(rows.map((knob) => [knob.name, knob]));

export function defaultKnobs(): KnobValues {
  return Object.fromEntries(rows.map((knob) => [knob.name, knob.default]));
}

/** The value in force of one knob; one that is not set has its default, an unknown name is a bug of ours and throws. */
export function knobValue(values: KnobValues, name: KnobName): string {
  const knob = byName.get(name);
  if (knob === undefined) throw new HarnessError('unknown-knob', `no knob is called ${quoted(name)}`);
  return (Object.hasOwn(values, name) ? values[name] : undefined) ?? knob.default;
}

/** Reads one `NAME=VALUE` from the command line or a configuration file. */
export function parseKnob(text: string): KnobResult {
  const equals = text.indexOf('=');
  if (equals < 0) return refuse(`a knob is set as NAME=VALUE, but ${quoted(text)} has no '='`);
  const name = text.slice(0, equals).trim();
  const value = text.slice(equals + 1).trim();
  const knob = byName.get(name);
  if (knob === undefined) return refuse(unknownName(name));
  if (!allows(knob, value)) return refuse(`knob ${knob.name} cannot be ${quoted(value)}; allowed: ${allowed(knob)}`);
  return { ok: true, name: knob.name, value };
}

function refuse(message: string): KnobResult {
  return { ok: false, message };
}

/** Whether the knob can have this value. Numbers are plain decimal, so that equal settings are equal strings. */
function allows(knob: Knob, value: string): boolean {
  const { values } = knob;
  if (!('min' in values)) return values.includes(value);
  return /^(0|[1-9]\d{0,8})$/.test(value) && Number(value) >= values.min && Number(value) <= values.max;
}

function allowed({ values }: Knob): string {
  return 'min' in values ? `a whole number from ${values.min} to ${values.max}` : values.join(', ');
}

function unknownName(name: string): string {
  const near = nearest(name);
  const hint = near === undefined ? `the knobs are: ${[...byName.keys()].join(', ')}` : `did you mean ${near}?`;
  return `no knob is called ${quoted(name)}; ${hint}`;
}

/** What the user typed, safe to print: control characters escaped, never a page long. */
function quoted(text: string): string {
  const longest = 60;
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}...` : text);
}

/** The known name that takes the fewest typing errors, if they are few enough to be errors of typing. */
function nearest(name: string): string | undefined {
  // No known name is half as long as this, and the distance costs the product of the lengths.
  if (name.length > 60) return undefined;
  const wanted = name.toLowerCase().replaceAll('-', '_');
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const known of byName.keys()) {
    const errors = distance(wanted, known);
    if (errors < fewest) [best, fewest] = [known, errors];
  }
  return best;
}
