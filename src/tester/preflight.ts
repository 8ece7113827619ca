/** Before the first case: does the device answer at all, do the keys agree, and what can be reached behind it? */
import { verifies } from '../wire/auth.js';
import { coveredBy, replyCodes } from '../wire/mobileip.js';
import { type Correspondent, type Home, type HostAddresses, likelyGateways } from './home.js';
import { isEchoReply } from './inner.js';
import { findDirection, findLayout } from './find-mismatch.js';
import type { Mismatch } from './mismatch.js';
import { MobileNode } from './mobile-node.js';
import type { Pending, Reply } from './pending.js';
import { Recorder } from './recorder.js';
import { type Mode, modeName, modes } from './request.js';
import { addressesOf, type Session } from './session.js';
import { codeText } from './signalling.js';

/** Either a home to test with, or why nothing can be decided. */
export type Preflight =
  | {
      readonly ok: true;
      readonly home: Home;
      readonly mismatch?: Mismatch | undefined;
      /** Why little will come of the run, though the device is tested all the same. */
      readonly doubt?: string | undefined;
    }
  | { readonly ok: false; readonly why: string; readonly mismatch?: Mismatch | undefined };

interface Try {
  readonly mode: Mode;
  readonly mn: MobileNode;
  readonly pending: Pending;
}

const during = 'preflight';

/** By policy, or for want of GRE: draft §5.3, yegani-02 §4.2. */
const refusals: ReadonlySet<number> = new Set([
  replyCodes.administrativelyProhibited,
  replyCodes.encapsulationUnavailable,
]);

/** Attempts at each correspondent, and how long each is waited for in milliseconds at least. */
const attempts = 2;
const leastPatience = 150;

export async function preflight(session: Session): Promise<Preflight> {
  const { pics, timeout } = session.config;
  if (!pics.dynamicHomeAddress && !session.addresses) return { ok: false, why: noAddresses };
  const wanted: Mode[] = [
    ...(pics.greKeys ? [modes.unidirectional, modes.bidirectional] : []),
    ...(pics.greKeys && pics.l2 ? [modes.l2Bidirectional, modes.l2Unidirectional] : []),
    ...(pics.ipInIp ? [modes.ipInIp] : []),
  ];
  const begun = wanted.map((mode) => ({ mode, mn: new MobileNode(session, { during }) }));
  await Promise.all(begun.map(({ mode, mn }) => mn.synchronise(mode)));
  const tries = begun.map(({ mode, mn }): Try => ({ mode, mn, pending: mn.send(mn.request(mode)) }));
  const first = await Promise.race(tries.map((t) => t.pending.replies.first(timeout)));
  if (!first && !tries.some((t) => t.pending.replies.all.length > 0)) {
    const mismatch = pics.greKeys ? await findLayout(session, timeout) : undefined;
    const home = mismatch && (await withoutKeys(session, mismatch));
    if (home) return { ok: true, home, mismatch };
    return { ok: false, why: mismatch?.text ?? silentDevice(session, tries.length), mismatch };
  }
  const patience = Math.max(leastPatience, 8 * session.roundTrip);
  await Promise.all(tries.map((t) => t.pending.replies.first(patience)));
  const replies = tries.flatMap((t) => t.pending.replies.all.slice(0, 1));
  if (!replies.some((r) => r.exchange)) {
    return { ok: false, why: 'the device answers, but not with Registration Replies: nothing can be decided' };
  }
  for (const { mode, pending } of tries) {
    const code = pending.replies.all[0]?.exchange?.rrp.code;
    if (mode.key !== undefined && code !== undefined && refusals.has(code)) session.refusedModes.add(modeName(mode));
  }
  const disagreement = keysDisagree(session, replies);
  if (disagreement !== undefined) return { ok: false, why: disagreement };
  const hasKeys = tries.some(({ mn }) => mn.binding?.forwardKey !== undefined);
  const layout = pics.greKeys && !hasKeys ? await findLayout(session, Math.min(timeout, patience)) : undefined;
  const { home, gateways } = await explore(session, tries);
  const twoKeys = tries.find(({ mode }) => mode === modes.unidirectional)?.mn;
  return {
    ok: true,
    home,
    mismatch: layout ?? (await findDirection(session, twoKeys, gateways)),
    doubt: allDenied(replies),
  };
}

/**
 * What can be tested of a device that claims keys and nothing else, and cannot read requests for them: it has to answer
 * those without, if only by a denial. Undefined when it does not, so that nothing tells silence from death.
 */
async function withoutKeys(session: Session, { text }: Mismatch): Promise<Home | undefined> {
  const mn = new MobileNode(session, { during });
  await mn.synchronise(modes.ipInIp);
  const answer = await mn.send(mn.request(modes.ipInIp)).replies.first(session.config.timeout);
  if (!answer) return undefined;
  const addresses = session.addresses ?? addressesOf(session, '192.0.2.0', []);
  return { fence: modes.ipInIp, l3: undefined, l2: undefined, missing: text, addresses };
}

const noAddresses =
  'the device assigns no home addresses (PICS dynamicHomeAddress is false): say which may be asked for with --pixit homeNetwork=NETWORK';

function silentDevice(session: Session, requests: number): string {
  const { address, port } = session.target;
  const others = session.unsolicited.length;
  const garbage = others > 0 ? `; ${others} datagrams came that answer none of them` : '';
  return `${address}:${port} answered none of ${requests} valid registrations within ${session.config.timeout} ms${garbage}: check ${address.startsWith('127.') ? '' : loopbackAdvice(session)}address, port, SPI, key, and the realm of the nodes (--pixit realm=NAME)`;
}

/** From 127.0.0.0/8 nothing leaves this machine. */
function loopbackAdvice({ config: { local } }: Session): string {
  const inside = local.find((one) => one.startsWith('127.'));
  return inside === undefined ? '' : `--local (from ${inside} nothing leaves this machine), `;
}

/** Where no valid request is accepted, a device that is at fault looks like one that was told something else. */
function allDenied(replies: readonly Reply[]): string | undefined {
  const exchanges = replies.flatMap(({ exchange }) => (exchange ? [exchange] : []));
  const codes = [...new Set(exchanges.map(({ rrp }) => rrp.code))];
  if (exchanges.length === 0 || exchanges.some(({ accepted }) => accepted)) return undefined;
  const hints = codes.every((code) => code === replyCodes.faFailedAuthentication)
    ? '--fa-ha-spi and --fa-ha-key'
    : codes.some((code) => authentication.includes(code))
      ? '--spi, --key, and the realm of the nodes (--pixit realm=NAME)'
      : 'the realm of the nodes (--pixit realm=NAME), whether it gives home addresses (--pics dynamicHomeAddress=false ' +
        '--pixit homeNetwork=ADDRESS/LENGTH), and what else it claims (--pics)';
  return `the device denies every valid registration with ${codes.map(codeText).join(' or ')}: check ${hints}`;
}

const authentication: readonly number[] = [replyCodes.mnFailedAuthentication, replyCodes.faFailedAuthentication];

/** When every valid request is refused for its authenticator, either side may have the wrong key. */
function keysDisagree(session: Session, replies: readonly Reply[]): string | undefined {
  const registrations = replies.flatMap((r) => (r.exchange ? [r.exchange] : []));
  const codes = registrations.map((x) => x.rrp.code);
  if (!codes.every((code) => authentication.includes(code))) return undefined;
  const agreed = registrations.some((x) =>
    x.rrp.extensions.some(
      (e) =>
        e.name === 'mnHa' &&
        e.spi === session.config.mnHa.spi &&
        verifies(session.config.mnHa, coveredBy(x.reply.bytes, e), e.authenticator ?? new Uint8Array(0)),
    ),
  );
  if (agreed) return undefined; // the device signs with our key, so it has it: its verification is at fault
  return `the device refuses every valid registration with code ${codes[0] ?? ''} (authentication): check --spi and --key, and the realm and addresses it knows`;
}

async function explore(
  session: Session,
  tries: readonly Try[],
): Promise<{ readonly home: Home; readonly gateways: readonly string[] }> {
  const accepted = tries.filter((t) => t.mn.binding);
  const fence = (accepted[0] ?? tries.find((t) => t.pending.replies.all.length > 0))?.mode ?? modes.unidirectional;
  const { pixit } = session.config;
  const assigned = accepted.map((t) => t.mn.binding?.homeAddress).find((a) => a !== undefined && a !== '0.0.0.0');
  const network = pixit.homeNetwork ?? assigned;
  const declared = pixit.gateway?.ipv4;
  const gateways = declared ? [declared] : network ? likelyGateways(network, session.target.address) : [];
  const addresses = session.addresses ?? addressesOf(session, network ?? '192.0.2.0', gateways);
  const missing = declared
    ? `${declared} behind the device cannot be used`
    : 'nothing behind the device answered an echo request: name what does with --pixit gateway.ipv4=ADDRESS';
  if (!session.config.gre) {
    const home = { fence, l3: undefined, l2: undefined, missing: 'no raw sockets', addresses };
    return { home, gateways: [] };
  }
  const settled = (l2: boolean): MobileNode[] =>
    accepted.flatMap(({ mn }) => {
      const { binding } = mn;
      if (!binding || binding.l2 !== l2) return [];
      if (binding.homeAddress !== '0.0.0.0') mn.ip = binding.homeAddress;
      else if (l2) mn.takeAddressFrom(addresses);
      session.hosts.set(mn.nai, mn);
      return mn.ip === undefined ? [] : [mn];
    });
  const [l3, l2] = await Promise.all([
    findL3(session, settled(false), gateways, declared),
    findL2(session, settled(true), gateways, declared, addresses),
  ]);
  return { home: { fence, l3, l2, missing, addresses }, gateways };
}

async function findL3(
  session: Session,
  mns: readonly MobileNode[],
  gateways: readonly string[],
  declared: string | undefined,
): Promise<Correspondent | undefined> {
  for (const ip of gateways) {
    if (await anyAnswers(session, mns, ip)) return { ip, kind: 'gateway' };
  }
  if (declared) return { ip: declared, kind: 'declared' };
  const peer = await makePeer(session, mns, undefined);
  if (peer?.ip && (await anyAnswers(session, mns, peer.ip))) return { ip: peer.ip, kind: 'peer' };
  return undefined;
}

/** Whether an echo reply from `ip` reaches any of the MNs. */
async function anyAnswers(session: Session, mns: readonly MobileNode[], ip: string): Promise<boolean> {
  for (let attempt = 0; attempt < attempts && mns.length > 0; attempt++) {
    const probe = session.newProbe(during, new Recorder());
    for (const mn of mns) mn.tunnel(mn.echo(ip, probe.payload()), '');
    const patience = Math.max(leastPatience, 4 * session.roundTrip);
    const answer = await probe.arrivals.first(patience, ({ frame }) =>
      mns.some((mn) => isEchoReply(frame, mn.ip ?? '')),
    );
    session.forgetProbe(probe);
    if (answer) return true;
  }
  return false;
}

async function findL2(
  session: Session,
  mns: readonly MobileNode[],
  gateways: readonly string[],
  declared: string | undefined,
  addresses: HostAddresses,
): Promise<Correspondent | undefined> {
  const found = await resolve(session, mns, gateways);
  if (found) return { ...found, kind: 'gateway' };
  if (declared) return { ip: declared, kind: 'declared' };
  const peer = await makePeer(session, mns, addresses);
  const reached = peer?.ip && (await resolve(session, mns, [peer.ip]));
  return reached ? { ...reached, kind: 'peer' } : undefined;
}

/** The first of the addresses that answers ARP in any of the tunnels, with its MAC address. */
async function resolve(
  session: Session,
  mns: readonly MobileNode[],
  ips: readonly string[],
): Promise<{ ip: string; mac: string } | undefined> {
  if (mns.length === 0) return undefined;
  const heard = new Promise<{ ip: string; mac: string }>((tell) => {
    for (const mn of mns) mn.onArpReply((ip, mac) => void (ips.includes(ip) && tell({ ip, mac })));
  });
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (const mn of mns) for (const ip of ips) mn.tunnelFrame(mn.whoHas(ip));
    const patience = Math.max(leastPatience, 4 * session.roundTrip);
    const answer = await Promise.race([
      heard,
      new Promise<undefined>((give) => void session.clock.setTimer(patience, () => give(undefined))),
    ]);
    if (answer) return answer;
  }
  return undefined;
}

/** Another MN of the same mode, which answers as a host. */
async function makePeer(
  session: Session,
  like: readonly MobileNode[],
  addresses: HostAddresses | undefined,
): Promise<MobileNode | undefined> {
  const [model] = like;
  if (!model?.binding) return undefined;
  const peer = new MobileNode(session, { during });
  const mode = { key: model.binding.bidirectional ? 0 : 'own', a: model.binding.l2 } as const;
  await peer.synchronise(model.binding.gre ? mode : {});
  await peer.send(peer.request(model.binding.gre ? mode : {})).replies.first(session.config.timeout);
  const { binding } = peer;
  if (!binding) return undefined;
  if (binding.homeAddress !== '0.0.0.0') peer.ip = binding.homeAddress;
  else if (addresses) peer.takeAddressFrom(addresses);
  session.hosts.set(peer.nai, peer);
  return peer;
}
