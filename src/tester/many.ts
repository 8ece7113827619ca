/** Registers many live L2 MNs at once, from all care-of addresses, and looks for a key that occurs twice. */
import type { Endpoint } from '../net/port.js';
import { type Exchange, hexKey } from '../oracle/exchange.js';
import type { RequirementId } from '../spec/catalogue.js';
import { knobValue } from '../spec/knobs.js';
import type { CaseContext } from './context.js';
import { Inconclusive } from './outcome.js';
import type { Mode } from './request.js';

/** Registrations under way at once: enough to hide the round trip, few enough for any receive buffer. */
const window = 32;

interface Owner {
  readonly nai: string;
  readonly exchange: Exchange;
}

const named = ({ address, port }: Endpoint): string => `${address}:${port}`;

/** These MNs are too many to keep all that they say. */
function record({ recorder }: CaseContext, { request, reply }: Exchange): void {
  recorder.add('sent', 'udp', named(request.from), named(request.to), request.bytes, request.at);
  recorder.add('received', 'udp', named(reply.from), named(reply.to), reply.bytes, reply.at);
}

/** `count` MNs, by the knob `mns` when left out; the modes take turns. Long enough lifetimes keep all of them alive. */
export async function registerMany(
  t: CaseContext,
  modes: readonly Mode[],
  id: RequirementId,
  count = Number(knobValue(t.session.config.knobs, 'mns')),
): Promise<void> {
  const lifetime = Math.min(t.session.config.pixit.maxLifetime ?? 1800, 1800);
  const taken = t.taken(modes);
  const owners = new Map<number, Owner>();
  let next = 0;
  let denied = 0;
  const worker = async (): Promise<void> => {
    while (next < count && denied === 0) {
      const n = next++;
      const mn = t.quietMn(n % t.session.stations.addresses.length);
      const mode = taken[n % taken.length] ?? {};
      const answer = await t.ask(mn, mn.request({ ...mode, lifetime }));
      const exchange = answer.kind === 'reply' && answer.exchange.accepted ? answer.exchange : undefined;
      const key = exchange?.granted?.key;
      if (!exchange || key === undefined) {
        denied++;
        return;
      }
      const owner = owners.get(key);
      // only both together show the clash
      for (const one of owner ? [owner.exchange, exchange] : []) record(t, one);
      if (owner) t.recorder.blame(exchange.reply.bytes);
      t.demand(
        id,
        owner === undefined,
        'a key that no other live L2 MN has',
        `${hexKey(key)} for ${mn.nai} and for ${owner?.nai ?? ''}; live MNs: ${owners.size}`,
      );
      owners.set(key, { nai: mn.nai, exchange });
    }
  };
  await Promise.all(Array.from({ length: window }, worker));
  if (denied > 0 && owners.size < 2) throw new Inconclusive('fewer than two L2 MNs could be registered');
  if (owners.size < count) t.note(`the device took ${owners.size} of ${count} MNs`);
  else t.note(`${owners.size} live MNs, ${owners.size} keys`);
}
