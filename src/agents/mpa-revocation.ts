/** Registration revocation at a mobility proxy agent, RFC 3543: it offers it, and obeys a home agent that revokes. */
import type { Extension } from '../wire/extensions.js';
import { messageTypes } from '../wire/mobileip.js';
import { ipv4Number } from '../wire/text.js';
import type { AgentOutput } from './agent.js';
import type { MpaConfig } from './mpa-config.js';
import type { Device } from './mpa-devices.js';
import type { Answer, Datagram, MpaRules, Purpose } from './mpa-rules.js';
import type { MpaState } from './mpa-state.js';
import { heed, offerIn, type RevocationPeer, seconds } from './revocation.js';

/** RFC 3543 §3.2: the extension of a request that registers, with the time of sending even where that is repeated. */
export function offerRevocation(purpose: Purpose, now: number, { revocation }: MpaConfig): readonly Extension[] {
  return revocation && purpose !== 'deregistration' ? [{ name: 'revocationSupport', timestamp: seconds(now) }] : [];
}

/** Who may revoke the registration that an accepting reply grants; undefined where that is not agreed. */
export function revocationPeer(
  { local, remote, reply }: Answer,
  { pending }: Device,
  { mnHa, faHa }: MpaConfig,
): RevocationPeer | undefined {
  const [ours, theirs] = [pending?.request.extensions ?? [], reply.extensions].map(offerIn);
  const [extension, association] = faHa ? (['faHa', faHa] as const) : (['mnHa', mnHa] as const);
  const names = reply.extensions.map(({ name }) => name);
  // RFC 3543 §3.2: only an offer that the authenticator covers counts
  const isProtected = names.indexOf('revocationSupport') < names.indexOf(extension);
  if (!ours || !theirs || !isProtected) return undefined;
  return { local, remote, association, extension, timestamp: theirs.timestamp };
}

/** Heeds a revocation; undefined: the datagram is none. A home address that devices share is that of the latest. */
export function onRevocation(
  datagram: Datagram,
  { dialect }: MpaConfig,
  rules: MpaRules,
  state: MpaState,
): readonly AgentOutput[] | undefined {
  if (datagram.payload[0] !== messageTypes.revocation) return undefined;
  return heed(datagram, dialect, rules.revocation, ({ homeAddress }) => {
    const device = state.devices.atHome(ipv4Number(homeAddress) ?? 0);
    const peer = device?.binding?.revocation;
    if (!device || peer?.remote.address !== datagram.remote.address) return undefined;
    return { peer, remove: () => rules.end(device, 'revoked', state) };
  });
}
