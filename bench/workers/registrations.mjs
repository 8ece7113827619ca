/**
 * Complete registrations as the cases do them: request made, signed and sent, reply received, matched, its authenticator
 * verified, judged by the oracle, its binding kept. Arguments: LOCAL ADDRESS PORT.
 */
import process from 'node:process';
import { load } from '../lib/places.mjs';
import { serveRounds, windowFor } from '../lib/rounds.mjs';
import { openSession } from './tester.mjs';

/** Mobile nodes that take turns, so that memory stays as it is however long a round is. */
const nodes = 20_000;

const [, , local, address, port] = process.argv;
const session = await openSession({ local, address, port: Number(port), gre: false });
const [{ MobileNode }, { draftModes }] = await Promise.all([
  load('src/tester/mobile-node.js'),
  load('src/tester/request.js'),
]);
const modes = Object.values(draftModes);
const mns = [];

async function register(n) {
  const mn = (mns[n % nodes] ??= new MobileNode(session, { during: 'bench' }));
  const pending = mn.send(mn.request(modes[(n % nodes) % modes.length]));
  const reply = await pending.replies.first(3000);
  if (!reply?.exchange?.granted) throw new Error(reply ? `denied with ${reply.exchange?.rrp.code}` : 'no reply');
}

let next = 0;
await serveRounds(
  async (window, milliseconds) => {
    const cpu = process.cpuUsage();
    const count = await windowFor(window, milliseconds, () => register(next++));
    const { user, system } = process.cpuUsage(cpu);
    const violations = session.judge.during('bench').map((s) => s.requirement);
    return { count, more: { user: user / count, system: system / count, violations } };
  },
  () => session.close(),
);
