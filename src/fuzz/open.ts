/** Opens a range against a device: sockets, and a look at whether it can be tested at all. */
import type { Net } from '../net/port.js';
import type { RunConfig } from '../spec/config.js';
import type { Endpoint } from '../net/port.js';
import { dialectOf } from '../tester/dialect.js';
import { preflight } from '../tester/preflight.js';
import { Session } from '../tester/session.js';
import { FuzzRange } from './range.js';

export type Opened =
  | { readonly ok: true; readonly range: FuzzRange; close(): Promise<void> }
  | { readonly ok: false; readonly why: string };

export async function openRange(net: Net, config: RunConfig & { readonly target: Endpoint }): Promise<Opened> {
  const session = new Session(config, net, config.target, dialectOf(config));
  await session.open(net);
  const found = await preflight(session);
  if (!found.ok) {
    await session.close();
    return found;
  }
  return { ok: true, range: new FuzzRange(session, found.home), close: () => session.close() };
}
