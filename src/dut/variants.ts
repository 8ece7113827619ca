/** Home agents that do something else than the reference, and are right all the same: no case may fail on them. */
import type { Agent } from '../agents/agent.js';
import { chosen, type Exchange } from '../agents/ha-rules.js';
import { headerLength, ip, putU16, putU32, sealHeader, u16At } from '../agents/octets.js';
import type { Extension } from '../wire/extensions.js';
import { messageTypes, replyCodes } from '../wire/mobileip.js';
import { greFlags, withGreChecksum, withGreField } from './gre-field.js';
import { delayedReplies } from './faults/delay.js';
import { applying, mapTunnelPackets, onReply, without } from './faults/make.js';
import type { Variant } from './faults/types.js';
import { l2Variants } from './l2-variants.js';

export const haVariants: readonly Variant[] = [
  {
    id: 'keys-by-realm',
    allowedBy: 'TS-07',
    sentence: 'Gives all mobile nodes of a realm the same bidirectional key in normal mode.',
    apply: applying((rules, config) => {
      const keys = new Map<string, number>();
      return {
        chooseKeys: (x, state) => {
          if (x.tunnel !== 'gre' || x.greKey?.key !== 0) return rules.chooseKeys(x, state);
          const realm = x.nai?.split('@')[1] ?? '';
          const key = keys.get(realm) ?? (config.random() | 1) >>> 0;
          if (realm === config.realm) keys.set(realm, key);
          return chosen({ reverse: key, forward: key, reply: key });
        },
      };
    }),
  },
  {
    id: 'keys-in-sequence',
    allowedBy: 'TS-12',
    sentence: 'Counts keys up from 1.',
    apply: applying((rules, { keyDirection }) => {
      if (keyDirection === 'receiver') return {};
      let next = 1;
      return {
        chooseKeys: (x, state) => {
          const keys = rules.chooseKeys(x, state);
          if (!keys.ok || !x.greKey || keys.value.reply === x.greKey.key) return keys;
          if (next === x.greKey.key) next++;
          const key = next++;
          return chosen({ reverse: x.greKey.key === 0 ? key : x.greKey.key, forward: key, reply: key });
        },
      };
    }),
  },
  {
    id: 'same-key-again',
    allowedBy: 'A-09',
    sentence: 'Answers a repeated request for a key with the key that is in use.',
    apply: applying((rules) => ({
      chooseKeys: (x, state) => {
        const bindings = state.bindings.find(x.mobileNode)?.bindings;
        const key = bindings?.find((b) => b.terms.tunnel === x.tunnel && b.terms.reverseKey === b.terms.forwardKey)
          ?.terms.forwardKey;
        if (x.greKey?.key !== 0 || key === undefined) return rules.chooseKeys(x, state);
        return chosen({ reverse: key, forward: key, reply: key });
      },
    })),
  },
  {
    id: 'old-key-grace',
    allowedBy: 'A-09',
    sentence: 'Takes the old reverse key for two more seconds after new keys are agreed.',
    apply: applying((rules) => {
      const old = new Map<string, { readonly key: number | undefined; readonly until: number }>();
      return {
        enter: (x, homeAddress, terms, due, state) => {
          for (const { terms: was } of state.bindings.find(x.mobileNode)?.bindings ?? []) {
            if (was.reverseKey === undefined) continue;
            if (was.careOf === terms.careOf && was.reverseKey !== terms.reverseKey) {
              old.set(`${was.careOf} ${was.reverseKey}`, { key: terms.reverseKey, until: x.at + 2000 });
            }
          }
          rules.enter(x, homeAddress, terms, due, state);
        },
        acceptReverse: (frame, state) => {
          const found = rules.acceptReverse(frame, state);
          const grace = old.get(`${frame.source} ${frame.key}`);
          return (
            found ??
            (grace && state.now < grace.until ? rules.acceptReverse({ ...frame, key: grace.key }, state) : undefined)
          );
        },
      };
    }),
  },
  {
    id: 'renewal-names-forward-key',
    allowedBy: 'A-03',
    sentence: 'Answers a renewal that names the agreed reverse key with the forward key.',
    apply: applying((rules, { keyDirection }) => ({
      chooseKeys: (x, state) => {
        const keys = rules.chooseKeys(x, state);
        return keys.ok && keyDirection === 'sender' ? chosen({ ...keys.value, reply: keys.value.forward }) : keys;
      },
    })),
  },
  {
    id: 'l2-home-address-assigned',
    allowedBy: 'TS-35',
    sentence: 'Assigns a home address in L2 mode although none is needed.',
    apply: applying((rules) => ({
      chooseHomeAddress: (x, state) => rules.chooseHomeAddress(x.tunnel === 'l2' ? { ...x, tunnel: 'gre' } : x, state),
    })),
  },
  {
    id: 'key-before-nai',
    allowedBy: 'HA-56',
    sentence: 'Puts the GRE Key extension before the NAI.',
    apply: applying(
      onReply((reply) => {
        const key = reply.extensions.filter((e) => e.name === 'greKey');
        return { ...reply, extensions: [...key, ...without(reply, 'greKey').extensions] };
      }),
    ),
  },
  {
    id: 'key-behind-mn-ha',
    allowedBy: 'A-02',
    sentence: 'Puts the GRE Key extension behind MN-HA in replies.',
    apply: applying(
      onReply((reply) => {
        const key = reply.extensions.filter((e) => e.name === 'greKey');
        const rest = without(reply, 'greKey').extensions;
        const place = rest.findIndex((e) => e.name === 'mnHa') + 1;
        return { ...reply, extensions: [...rest.slice(0, place), ...key, ...rest.slice(place)] };
      }),
    ),
  },
  {
    id: 'no-key-in-deregistration',
    allowedBy: 'A-10',
    sentence: 'Leaves the GRE Key extension out of replies that grant no tunnel.',
    apply: applying(() => ({ keyWithoutGrant: () => undefined })),
  },
  {
    id: 'skippable-extensions',
    allowedBy: 'HA-29',
    sentence: 'Adds skippable extensions of types that nobody knows, and pads.',
    apply: applying(
      onReply((reply) => ({
        ...reply,
        extensions: [
          { name: 'raw', type: 200, data: Uint8Array.of(1, 2, 3) },
          { name: 'pad' },
          ...reply.extensions.slice(0, -1),
          { name: 'raw', type: 254, data: new Uint8Array(0) },
          ...reply.extensions.slice(-1),
        ],
      })),
    ),
  },
  {
    id: 'one-binding-only',
    allowedBy: 'A-28',
    sentence: 'Does not support simultaneous bindings and says so with code 1.',
    apply: applying((rules) => ({
      acceptedCode: () => replyCodes.acceptedNoSimultaneous,
      superseded: (x, homeAddress, state) =>
        rules.superseded({ ...x, request: { ...x.request, simultaneous: false } }, homeAddress, state),
    })),
  },
  {
    id: 'short-lifetime',
    allowedBy: 'HA-48',
    sentence: 'Grants no more than two minutes.',
    apply: applying((rules) => ({ grantLifetime: (x) => Math.min(120, rules.grantLifetime(x)) })),
  },
  {
    id: 'reserved-bits-ignored',
    allowedBy: 'A-08',
    sentence: 'Ignores the reserved bits of requests.',
    apply: applying((rules) => ({
      checkForm: (x, state) =>
        rules.checkForm({ ...x, request: { ...x.request, reservedR: false, reservedX: false } }, state),
    })),
  },
  {
    id: 'silent-on-bad-authentication',
    allowedBy: 'A-34',
    sentence: 'Is silent where the mobile node cannot be authenticated.',
    apply: applying((rules, config) => ({
      checkAuthentication: (x, state) => {
        const refusal = rules.checkAuthentication(x, state);
        // RFC 5944 §3.8.2.1 a: beside a valid FA-HA the answer is a must
        const mustAnswer = config.base === 'rfc5944' && config.faHa.length > 0;
        return refusal === undefined || mustAnswer ? refusal : 'discard';
      },
    })),
  },
  {
    id: 'authenticated-per-node',
    allowedBy: 'LG-30',
    sentence: 'Takes FA-HA in the place of MN-HA beside the PMIPv4 extension, and answers in the same way.',
    apply: applying((rules) => {
      const perNode = (x: Exchange): Extension | undefined =>
        x.request.extensions.find((e) => e.name === 'pmipNonSkippable' && e.subType === 1);
      const isAlone = (x: Exchange): boolean => perNode(x) !== undefined && x.mnHa.length === 0 && x.faHa.length > 0;
      return {
        checkExtensions: (x, state) => {
          const extensions = x.request.extensions.filter((e) => e !== perNode(x));
          return rules.checkExtensions({ ...x, request: { ...x.request, extensions } }, state);
        },
        // the check of FA-HA follows
        checkAuthentication: (x, state) => (isAlone(x) ? undefined : rules.checkAuthentication(x, state)),
        buildReply: (x, outcome, identification) => {
          const reply = rules.buildReply(x, outcome, identification);
          const extension = perNode(x);
          if (!extension) return reply;
          const { extensions } = isAlone(x) ? without(reply, 'mnHa') : reply;
          return { ...reply, extensions: [extension, ...extensions] };
        },
      };
    }),
  },
  {
    id: 'slow-replies',
    allowedBy: 'HA-54',
    sentence: 'Takes 200 ms for every reply.',
    wrap: (agent) => delayedReplies(agent, 200),
  },
  {
    id: 'denials-late',
    allowedBy: 'HA-54',
    sentence: 'Takes 120 ms for every denial, and none for other replies.',
    wrap: (agent) =>
      delayedReplies(agent, 120, ({ payload }) => payload[0] === messageTypes.rrp && (payload[1] ?? 0) > 1),
  },
  {
    id: 'checksums-sent',
    allowedBy: 'GR-04',
    sentence: 'Sends GRE checksums.',
    wrap: mapTunnelPackets((packet) => withGreChecksum(packet)),
  },
  {
    id: 'sequence-numbers-sent',
    allowedBy: 'GR-13',
    sentence: 'Numbers the GRE packets of each tunnel.',
    wrap: (agent: Agent): Agent => {
      let next = 0;
      // one counter for all tunnels rises in each of them, with gaps
      return mapTunnelPackets((packet) => {
        const offset = u16At(packet, headerLength(packet)) & greFlags.key ? 8 : 4;
        return withGreField(packet, offset, greFlags.sequence, (longer, at) => putU32(longer, at, next++));
      })(agent);
    },
  },
  {
    id: 'outer-header-otherwise',
    allowedBy: 'TN-01',
    sentence: 'Sends outer headers with TTL 255, "don\'t fragment" and type of service 0.',
    wrap: mapTunnelPackets((packet) => {
      packet[1] = 0;
      packet[ip.ttl] = 255;
      putU16(packet, ip.fragment, 0x4000);
      sealHeader(packet);
      return packet;
    }),
  },
  ...l2Variants,
];
