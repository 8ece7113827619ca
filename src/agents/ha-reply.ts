/** The Registration Reply, RFC 3344 §3.8.3 and draft §5.3. */
import type { Endpoint } from '../net/port.js';
import type { Extension, WireContext } from '../wire/extensions.js';
import { encodeRrp } from '../wire/mobileip.js';
import { ipv4Text } from '../wire/text.js';
import { foreignAssociation, mobileAssociation } from './ha-authentication.js';
import type { HomeAgentConfig } from './ha-config.js';
import { replyHomeAgent } from './ha-request-checks.js';
import { offerRevocation } from './ha-revocation.js';
import type { Exchange, Outcome, Reply } from './ha-rules.js';

/** Extension type of FA-HA authentication. */
const faHaType = 34;

export function buildReply(config: HomeAgentConfig) {
  return (x: Exchange, outcome: Outcome, identification: bigint): Reply => ({
    code: outcome.code,
    lifetime: outcome.lifetime,
    homeAddress: ipv4Text(outcome.homeAddress),
    homeAgent: replyHomeAgent(x, config),
    identification,
    extensions: replyExtensions(x, outcome, config),
  });
}

/** RFC 3344 §3.8.3.3: for the mobile node, MN-HA, for the foreign agent, FA-HA. */
function replyExtensions(x: Exchange, { code, key }: Outcome, config: HomeAgentConfig): Extension[] {
  const foreign = foreignAssociation(x, config);
  const greKey: readonly Extension[] =
    key === undefined ? [] : [{ name: 'greKey', a: x.greKey?.a ?? false, reserved: 0, key }]; // draft §5.3: A as asked
  const revocation = offerRevocation(x, code, config); // by the authenticator of who is to heed it
  return [
    ...(x.nai === undefined ? [] : [{ name: 'nai' as const, nai: x.nai }]), // RFC 2794 §3
    // protected by MN-HA, unless there is a foreign agent to read it and an authenticator for it (yegani-02 §4.1)
    ...(foreign ? [] : [...greKey, ...revocation]),
    { name: 'mnHa', spi: mobileAssociation(x, config)?.spi ?? 0 },
    ...(foreign ? [...greKey, ...revocation] : []),
    ...(foreign ? [{ name: 'faHa' as const, spi: foreign.spi }] : []),
  ];
}

export function encodeReply(config: HomeAgentConfig) {
  return (x: Exchange, reply: Reply): Uint8Array => {
    const context: WireContext = {
      dialect: config.dialect,
      keys: (type) => (type === faHaType ? foreignAssociation(x, config) : mobileAssociation(x, config)),
    };
    return encodeRrp(reply, context);
  };
}

/** RFC 3344 §3.8.3.1: back to where the request came from, from where it went to, but never from a broadcast address. */
export function addressReply(config: HomeAgentConfig) {
  return (x: Exchange): { readonly local: Endpoint; readonly remote: Endpoint } => {
    const address = config.addresses.includes(x.local.address)
      ? x.local.address
      : (config.addresses[0] ?? x.local.address);
    return { local: { address, port: x.local.port }, remote: x.remote };
  };
}
