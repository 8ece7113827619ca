/** Finds out what a mobility proxy agent supports, from the requests that it sends when nodes attach. All are denied. */
import type { Net } from '../../net/port.js';
import { HarnessError } from '../../spec/errors.js';
import type { RunConfig } from '../../spec/config.js';
import { verifies } from '../../wire/auth.js';
import type { AuthenticationExtension, GreKeyExtension, GreKeyForm } from '../../wire/extensions.js';
import { coveredBy, decodeRrq, replyCodes } from '../../wire/mobileip.js';
import { dialectOf } from '../dialect.js';
import type { MpaControl, OpenAccess } from '../mpa-control.js';
import { MpaContext } from '../mpa-context.js';
import { MpaSession } from '../mpa-session.js';
import { adviceOf, nothingCame } from '../no-registration.js';
import { Skipped } from '../outcome.js';
import type { SeenRequest } from '../proxied-node.js';
import { draftModes, type Mode, modeName } from '../request.js';
import { hex, type Observation, type Survey, SurveyEnd } from './observation.js';

/** What came of one wish: a request, or why there is none. */
interface Wished {
  readonly mode: Mode;
  readonly request: SeenRequest | undefined;
  readonly why: string;
}

/** @throws SurveyEnd when no node makes the agent register */
export async function surveyProxyAgent(
  config: RunConfig,
  net: Net,
  access: { readonly control?: MpaControl | undefined; readonly access?: OpenAccess | undefined },
  signal: AbortSignal,
  tell: (what: string) => void = () => {},
): Promise<Survey> {
  const session = new MpaSession({ ...config, profile: 'tsirtsis-00', gre: false }, net, dialectOf(config), access);
  if (!session.control && !access.access) {
    throw new SurveyEnd('nothing makes the agent attach a node: give --trigger CMD or --access-link IFACE');
  }
  await session.open(net);
  try {
    const wished: Wished[] = [];
    for (const mode of Object.values(draftModes)) {
      if (signal.aborted) throw new SurveyEnd('interrupted');
      tell(`attaching a node: ${modeName(mode)}`);
      wished.push(await attach(session, mode));
      if (session.onlyMode) break; // the access link alone shows no more than that one
    }
    const requests = wished.flatMap(({ request }) => request ?? []);
    const [first] = requests;
    if (!first) throw new SurveyEnd(nothingCame(session, [...new Set(wished.map(({ why }) => why))].join('; ')));
    const observations = [...fixed(session, first), ...authentication(config, first), ...keys(session, wished)];
    return { observations, requests: requests.length, left: [] };
  } finally {
    await session.close();
  }
}

/** Attaches a node, denies what comes, and detaches it again. */
async function attach(session: MpaSession, mode: Mode): Promise<Wished> {
  const t = new MpaContext(session, { id: 'survey', covers: [] });
  const node = t.node(mode, { policy: () => ({ code: replyCodes.administrativelyProhibited }) });
  let why = adviceOf(session);
  try {
    await t.attach(node);
    await t.maybeRequest(node, 0, t.attachPatience);
  } catch (error) {
    if (!(error instanceof Skipped) && !(error instanceof HarnessError)) throw error;
    why = error.message;
  }
  const [request] = node.requests.all;
  if (request) await t.detach(node).catch(() => undefined); // an agent without a trigger is not told
  return { mode, request, why };
}

function fixed({ config }: MpaSession, { rrq, message }: SeenRequest): Observation[] {
  const bit = (name: string, on: boolean): string => `its requests have ${name}=${on ? 1 : 0}`;
  const offers = rrq.extensions.some((e) => e.name === 'revocationSupport');
  const isUnknown = ['0.0.0.0', '255.255.255.255'].includes(rrq.homeAddress);
  const nai = rrq.extensions.find((e) => e.name === 'nai');
  const dBit = rrq.decapsulation ? '1' : '0';
  return [
    ...(config.target?.address === '0.0.0.0'
      ? [{ setting: 'target', value: message.from.address, evidence: 'its requests come from there' }]
      : []),
    { setting: 'pics.reverseTunneling', value: rrq.reverseTunneling, evidence: bit('T', rrq.reverseTunneling) },
    {
      setting: 'pics.dynamicHomeAddress',
      evidence: isUnknown ? `it asks with home address ${rrq.homeAddress}` : `it asks for ${rrq.homeAddress}`,
      ...(isUnknown && { value: true }),
    },
    {
      ...{ setting: 'pics.revocation', value: offers },
      evidence: `its requests ${offers ? 'offer revocation' : 'offer no revocation'} (extension 137)`,
    },
    ...(nai ? [] : [{ setting: 'pixit.realm', evidence: 'its requests name no NAI' }]),
    ...(dBit === '1'
      ? []
      : [{ setting: 'knobs.mpa_d_bit', value: dBit, evidence: `${bit('D', false)} (A-05)`, excuses: true as const }]),
  ];
}

function authentication({ mnHa, faHa }: RunConfig, { rrq, message }: SeenRequest): Observation[] {
  const found: Observation[] = [];
  for (const e of rrq.extensions) {
    if (e.name === 'mnHa') found.push(...mnHaOf(mnHa, e, message.bytes));
    if (e.name !== 'faHa') continue;
    const setting = 'securityAssociations.faHa';
    const given =
      faHa?.spi === e.spi ? 'as given' : 'which no configured association has: add --fa-ha-spi, --fa-ha-key';
    found.push({ setting, evidence: `its requests have FA-HA authentication with SPI ${e.spi}, ${given}` });
  }
  return found;
}

function mnHaOf(mnHa: RunConfig['mnHa'], extension: AuthenticationExtension, bytes: Uint8Array): Observation[] {
  const setting = 'securityAssociations.mnHa.algorithm';
  const octets = extension.authenticator ?? new Uint8Array(0);
  if (extension.spi !== mnHa.spi) {
    return [{ setting, evidence: `its requests name SPI ${extension.spi}, not ${mnHa.spi}: check --spi` }];
  }
  for (const algorithm of ['hmac-md5', 'prefix-suffix-md5'] as const) {
    if (!verifies({ ...mnHa, algorithm }, coveredBy(bytes, extension), octets)) continue;
    return [{ setting, value: algorithm, evidence: 'its MN-HA authenticators verify so' }];
  }
  return [
    { setting, evidence: 'its MN-HA authenticators verify neither by HMAC-MD5 nor by prefix+suffix MD5: check --key' },
  ];
}

interface Keyed {
  readonly mode: Mode;
  readonly form: GreKeyForm | undefined;
  readonly greKey: GreKeyExtension | undefined;
  readonly why: string;
}

/** The extension of a request, in whichever layout it reads well. */
function keyed({ dialect }: MpaSession, { mode, request, why }: Wished): Keyed {
  for (const form of ['tsirtsis-00', 'rfc6245'] as const) {
    const rrq = request && decodeRrq(request.message.bytes, { ...dialect, greKeyForm: form });
    const greKey = rrq?.ok ? rrq.value.extensions.find((e) => e.name === 'greKey') : undefined;
    if (greKey) return { mode, form, greKey, why };
  }
  return { mode, form: undefined, greKey: undefined, why };
}

const text = ({ mode, greKey, why }: Keyed): string => {
  const got = greKey ? `key ${greKey.key === 0 ? '0' : hex(greKey.key)}, A=${greKey.a ? 1 : 0}` : why;
  return `asked for ${modeName(mode)}: ${got}`;
};

function keys(session: MpaSession, wished: readonly Wished[]): Observation[] {
  const came = wished
    .filter(({ request }) => request)
    .map((w) => keyed(session, { ...w, why: 'no GRE Key extension' }));
  const all = wished.map((w) =>
    w.request ? keyed(session, { ...w, why: 'no GRE Key extension' }) : keyed(session, w),
  );
  const with_ = came.filter(({ form }) => form);
  const evidence = all.map(text).join('; ');
  const [first] = with_;
  if (!first) {
    return [
      { setting: 'pics.greKeys', value: false, evidence: 'none of its requests has the GRE Key extension' },
      { setting: 'pics.l2', value: false, evidence: 'L2 tunnels need the GRE Key extension' },
    ];
  }
  const l2 = all.filter(({ mode }) => mode.a);
  const asksL2 = l2.some(({ greKey }) => greKey?.a);
  const cannot = l2.length > 0 && l2.every(({ greKey, why }) => !greKey && why.includes('does not support'));
  return [
    first.form === 'rfc6245'
      ? { setting: 'profile', value: 'rfc6245', evidence: 'its extension has the layout of RFC 6245' }
      : asksL2
        ? { setting: 'profile', value: 'tsirtsis-00', evidence: 'Length 6, with the A flag' }
        : { setting: 'profile', evidence: 'Length 6 without the A flag is that of tsirtsis-00 and of yegani-02' },
    { setting: 'pics.greKeys', value: true, evidence },
    asksL2
      ? { setting: 'pics.l2', value: true, evidence: 'it sent A=1' }
      : cannot
        ? { setting: 'pics.l2', value: false, evidence: 'the trigger supports no L2 tunnels' }
        : { setting: 'pics.l2', evidence: 'it was never seen to send A=1' },
    { setting: 'knobs.key_direction', evidence: 'tunnels show it, and none was granted' },
  ];
}
