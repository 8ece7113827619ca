/**
 * Whose packets the key of a message is for: an MN that announces a key of its own sends under each of the two
 * keys, and both what passes and what comes back tell.
 */
import { likelyGateways } from '../home.js';
import type { MobileNode } from '../mobile-node.js';
import { draftModes } from '../request.js';
import { Recorder } from '../recorder.js';
import type { Arrival } from '../probe.js';
import { type Asking, heardText } from './asking.js';
import type { Observation } from './observation.js';

const setting = 'knobs.key_direction';
const attempts = 2;

interface Keys {
  readonly own: number;
  readonly granted: number;
}

interface Keyed {
  readonly mn: MobileNode;
  readonly keys: Keys;
}

export async function surveyDirection(asking: Asking): Promise<Observation> {
  const nodes: Keyed[] = [];
  for (let i = 0; i < 2; i++) {
    const heard = await asking.ask(draftModes.unidirectional);
    const granted = heard.kind === 'accepted' ? heard.exchange.granted?.key : undefined;
    const ip = heard.mn.binding?.homeAddress;
    if (granted === undefined || ip === undefined) return { setting, evidence: `key not 0: ${heardText(heard)}` };
    if (granted === heard.mn.ownKey) return { setting, evidence: 'the device returns the key that was announced' };
    heard.mn.ip = ip;
    asking.session.hosts.set(heard.mn.nai, heard.mn);
    nodes.push({ mn: heard.mn, keys: { own: heard.mn.ownKey, granted } });
  }
  const [from, peer] = nodes;
  if (!from || !peer) return { setting, evidence: 'no tunnel was had' };
  const { pixit } = asking.session.config;
  const declared = pixit.gateway?.ipv4;
  const gateways = declared ? [declared] : likelyGateways(from.mn.ip ?? '', asking.session.target.address);
  for (const to of [peer.mn.ip ?? '', ...gateways]) {
    const up = {
      own: await passes(asking, from, 'own', to, peer),
      granted: await passes(asking, from, 'granted', to, peer),
    };
    const seen = judge(up);
    if (seen) return seen;
  }
  return { setting, evidence: 'no packet sent under either key came out anywhere' };
}

/** The key under which something of an echo request came down, by whose it is; undefined: nothing did. */
async function passes(
  { session }: Asking,
  from: Keyed,
  key: keyof Keys,
  to: string,
  peer: Keyed,
): Promise<keyof Keys | 'another' | undefined> {
  const { binding } = from.mn;
  if (!binding) return undefined;
  const probe = session.newProbe('survey', new Recorder());
  let arrival: Arrival | undefined;
  for (let attempt = 0; attempt < attempts && !arrival; attempt++) {
    from.mn.tunnel(from.mn.echo(to, probe.payload()), '', { binding: { ...binding, reverseKey: from.keys[key] } });
    arrival = await probe.arrivals.first(session.patience);
  }
  session.forgetProbe(probe);
  if (!arrival) return undefined;
  const down = arrival.frame.gre?.key;
  const { keys } = arrival.frame.inner?.destination === peer.mn.ip ? peer : from;
  return down === keys.own ? 'own' : down === keys.granted ? 'granted' : 'another';
}

type Passed = Readonly<Record<keyof Keys, keyof Keys | 'another' | undefined>>;

function judge({ own, granted }: Passed): Observation | undefined {
  if (own === undefined && granted === undefined) return undefined;
  const up =
    own !== undefined && granted !== undefined ? 'either key' : own ? 'the key of the request' : 'the key of the reply';
  const downs = new Set([own, granted].filter((d) => d !== undefined));
  const down = downs.size === 1 ? [...downs][0] : 'another';
  const words = { own: 'the key of the request', granted: 'the key of the reply', another: 'various keys' } as const;
  const evidence = `packets pass upwards under ${up}, and come down under ${words[down ?? 'another']}`;
  if (own && down === 'granted') return { setting, value: 'sender', evidence };
  if (granted && down === 'own') return { setting, value: 'receiver', evidence };
  return { setting, evidence: `${evidence}: neither reading of the documents has that` };
}
