/** From a datagram to a request that the rules can judge. */
import type { AuthenticationExtension, Extension, ExtensionName, GreKeyExtension } from '../wire/extensions.js';
import { decodeRrq } from '../wire/mobileip.js';
import { ipv4Number } from '../wire/text.js';
import type { HomeAgentConfig } from './ha-config.js';
import type { Exchange, Refusal, RequestDatagram } from './ha-rules.js';
import type { HaState } from './ha-state.js';

const allOnes = 0xffffffff;

/** Extensions that this home agent knows: MN-FA is known and ignored, it is not for us. */
const knownNames: ReadonlySet<ExtensionName> = new Set<ExtensionName>(['pad', 'mnHa', 'mnFa', 'faHa', 'nai', 'greKey']);
const knownTypes = [0, 32, 33, 34, 131];

export function understand(config: HomeAgentConfig) {
  return (datagram: RequestDatagram, state: HaState): Exchange | undefined => {
    const decoded = decodeRrq(datagram.payload, config.dialect);
    if (!decoded.ok) return undefined;
    const request = decoded.value;
    const named = <E extends Extension>(name: ExtensionName): readonly E[] =>
      request.extensions.filter((e): e is E => e.name === name);
    const keys = named<GreKeyExtension>('greKey');
    const nais = request.extensions.filter((e) => e.name === 'nai');
    const greKey = keys[0];
    const nai = nais[0]?.nai;
    const homeAddress = knownHomeAddress(request.homeAddress);
    return {
      at: state.now,
      request,
      homeAddress,
      careOf: ipv4Number(request.careOfAddress) ?? 0,
      nai,
      mobileNode: identify(nai, homeAddress, state),
      greKey,
      // yegani-02 §4.2: the extension without G is taken as if G were set
      tunnel: greKey?.a ? 'l2' : greKey || request.gre ? 'gre' : 'ip-in-ip',
      mnHa: named<AuthenticationExtension>('mnHa'),
      faHa: named<AuthenticationExtension>('faHa'),
      malformed:
        keys.length > 1 || nais.length > 1 || nai === ''
          ? 'two extensions of a kind that belongs there once, or an empty NAI'
          : request.extensions.map((e) => fault(e, config)).find((f) => f !== undefined),
      ...datagram, // last: an object that begins as a copy of another is slow to add to
    };
  };
}

/** draft-leung-mip4-proxy-mode-02 §4.1.1: all zeros or all ones where the address is not known. */
function knownHomeAddress(text: string): number {
  const address = ipv4Number(text) ?? 0;
  return address === allOnes ? 0 : address;
}

/** RFC 2794 §3: by NAI; without one by home address, which may be that of a node registered with an NAI. */
function identify(nai: string | undefined, homeAddress: number, state: HaState): string {
  return nai ?? state.bindings.atHome(homeAddress)?.id ?? `ip:${homeAddress}`;
}

function fault(extension: Extension, config: HomeAgentConfig): string | undefined {
  if (extension.name === 'tail') return 'an extension that ends behind the datagram';
  if (extension.name === 'raw' && isKnownType(extension.type, config)) return extension.issue;
  return undefined;
}

const isKnownType = (type: number, config: HomeAgentConfig): boolean =>
  knownTypes.includes(type) || type === config.dialect.greKeyType;

/** RFC 3344 §1.8: an unknown extension of type 0 to 127 means that the whole message is silently discarded. */
export function checkExtensions(config: HomeAgentConfig) {
  return (x: Exchange): Refusal | undefined => {
    const unknown = x.request.extensions.some((extension) => {
      if (knownNames.has(extension.name)) return false;
      const type =
        extension.name === 'tail' ? (extension.data[0] ?? 0) : 'type' in extension ? (extension.type ?? 0) : 0;
      return type < 128 && !isKnownType(type, config);
    });
    return unknown ? 'discard' : undefined;
  };
}
