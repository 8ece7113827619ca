/** Mobility proxy agents that do something else than the reference, and are right all the same. */
import { packetOf } from '../agents/mpa-frame.js';
import type { MpaRequest } from '../agents/mpa-rules.js';
import { ip, putU16, sealHeader } from '../agents/octets.js';
import { replyCodes } from '../wire/mobileip.js';
import { withGreChecksum } from './gre-field.js';
import { delayedReplies } from './faults/delay.js';
import { applyingToMpa, mapMpaPackets, onRequest, onRequestExtension } from './faults/mpa-make.js';
import type { MpaVariant } from './faults/mpa-types.js';
import { patientVariants } from './variants-mpa-patient.js';

/** Moves the GRE Key extension behind, or in front of, another one. */
function keyBeside(request: MpaRequest, name: 'nai' | 'mnHa', behind: 0 | 1): MpaRequest {
  const key = request.extensions.filter((e) => e.name === 'greKey');
  const rest = request.extensions.filter((e) => e.name !== 'greKey');
  const place = rest.findIndex((e) => e.name === name) + behind;
  return { ...request, extensions: [...rest.slice(0, place), ...key, ...rest.slice(place)] };
}

export const mpaVariants: readonly MpaVariant[] = [
  {
    id: 'key-behind-mn-ha',
    allowedBy: 'YG-09',
    sentence: 'Puts the GRE Key extension behind MN-HA.',
    apply: applyingToMpa(onRequest((request) => keyBeside(request, 'mnHa', 1))),
  },
  {
    id: 'key-before-mn-ha',
    allowedBy: 'A-02',
    sentence: 'Puts the GRE Key extension in front of MN-HA even where FA-HA follows.',
    apply: applyingToMpa(onRequest((request) => keyBeside(request, 'mnHa', 0))),
  },
  {
    id: 'key-before-nai',
    allowedBy: 'MN-26',
    sentence: 'Puts the GRE Key extension in front of the NAI.',
    apply: applyingToMpa(onRequest((request) => keyBeside(request, 'nai', 0))),
  },
  {
    id: 'home-address-all-ones',
    allowedBy: 'A-18',
    sentence: 'Writes an unknown home address as 255.255.255.255.',
    apply: applyingToMpa(
      onRequest((request) =>
        request.homeAddress === '0.0.0.0' ? { ...request, homeAddress: '255.255.255.255' } : request,
      ),
    ),
  },
  {
    id: 'short-lifetime',
    allowedBy: 'MN-13',
    sentence: 'Asks for two minutes.',
    configure: (config) => ({ ...config, lifetime: 120 }),
  },
  {
    id: 'longest-lifetime',
    allowedBy: 'MN-13',
    sentence: 'Asks for the longest lifetime that ends.',
    configure: (config) => ({ ...config, lifetime: 0xfffe }),
  },
  {
    id: 'slow-first-repetition',
    allowedBy: 'MN-04',
    sentence: 'Waits two seconds before it repeats a request, and three times as long each time.',
    apply: applyingToMpa((_rules, { lifetime, longestWait }) => ({
      wait: (attempt) => Math.min(2000 * 3 ** Math.min(attempt - 1, 20), longestWait, lifetime * 1000),
    })),
  },
  {
    id: 'slow-start',
    allowedBy: 'LG-01',
    sentence: 'Takes 300 ms for every request.',
    wrap: (agent) => ({ ...agent, ...delayedReplies(agent, 300) }),
  },
  {
    id: 'skippable-extensions',
    allowedBy: 'LG-25',
    sentence: 'Adds skippable extensions, some of types that nobody knows, and pads.',
    apply: applyingToMpa(
      onRequest((request) => ({
        ...request,
        extensions: [
          { name: 'raw', type: 200, data: Uint8Array.of(1, 2, 3) },
          { name: 'pad' },
          { name: 'pmipSkippable', subType: 4, data: Uint8Array.of(0, 1) },
          ...request.extensions,
          { name: 'raw', type: 254, data: new Uint8Array(0) },
        ],
      })),
    ),
  },
  {
    id: 'deregisters-all',
    allowedBy: 'MN-29',
    sentence: 'Deregisters with the home address as care-of address, where it has one.',
    apply: applyingToMpa(
      onRequest((request, purpose) =>
        purpose === 'deregistration' && request.homeAddress !== '0.0.0.0'
          ? { ...request, careOfAddress: request.homeAddress }
          : request,
      ),
    ),
  },
  {
    id: 'source-port-free',
    allowedBy: 'MN-21',
    sentence: 'Sends requests from whatever port the system gives it.',
    configure: (config) => ({ ...config, port: 0 }),
  },
  {
    id: 'renews-early',
    allowedBy: 'MN-14',
    sentence: 'Renews after a third of the lifetime.',
    apply: applyingToMpa(() => ({ renewal: (sentAt, expires) => sentAt + (expires - sentAt) / 3 })),
  },
  {
    id: 'deregisters-twice',
    allowedBy: 'MN-02',
    sentence: 'Gives up after two unanswered deregistrations.',
    configure: (config) => ({ ...config, leaveAttempts: 2 }),
  },
  {
    id: 'stops-when-unknown',
    allowedBy: 'MN-19',
    sentence: 'Gives up after code 136 instead of turning to another home agent.',
    apply: applyingToMpa((rules) => ({
      denied: (answer, device, state) =>
        answer.reply.code === replyCodes.unknownHomeAgent ? 'never' : rules.denied(answer, device, state),
    })),
  },
  {
    id: 'stops-without-extension',
    allowedBy: 'A-12',
    sentence: 'Never asks again after an acceptance that gives no usable tunnel.',
    apply: applyingToMpa((rules) => ({
      end: (device, cause, state) => {
        rules.end(device, cause, state);
        if (cause === 'unusable') device.next = Infinity;
      },
    })),
  },
  {
    id: 'registers-again-when-revoked',
    allowedBy: 'RV-05',
    sentence: 'Asks for a new registration when its home agent has revoked one.',
    apply: applyingToMpa((rules) => ({
      end: (device, cause, state) => {
        if (cause !== 'revoked') return rules.end(device, cause, state);
        rules.end(device, 'unusable', state);
        device.next = Math.max(state.now, rules.earliest(device));
        state.devices.schedule(device);
      },
    })),
  },
  {
    id: 'informing-offered',
    allowedBy: 'RV-10',
    sentence: 'Offers to tell mobile nodes of a revocation.',
    apply: applyingToMpa(
      onRequest((request) =>
        onRequestExtension(request, (e) => (e.name === 'revocationSupport' ? { ...e, inform: true } : e)),
      ),
    ),
  },
  {
    id: 'traffic-while-leaving',
    allowedBy: 'TN-14',
    sentence: 'Takes packets from the tunnel until the deregistration is answered.',
    apply: applyingToMpa(() => ({ tunnelOf: ({ binding }) => binding })),
  },
  {
    id: 'no-dhcp',
    allowedBy: 'LG-07',
    sentence: 'Does not answer DHCP, for its nodes get their addresses in another way.',
    apply: applyingToMpa((rules) => ({
      answerAccess: (frame, device, state) => (packetOf(frame) ? [] : rules.answerAccess(frame, device, state)),
    })),
  },
  {
    id: 'checksums-sent',
    allowedBy: 'GR-04',
    sentence: 'Sends GRE checksums.',
    wrap: mapMpaPackets((packet) => withGreChecksum(packet)),
  },
  {
    id: 'outer-header-otherwise',
    allowedBy: 'LG-18',
    sentence: 'Sends outer headers with TTL 255, "don\'t fragment" and type of service 0.',
    wrap: mapMpaPackets((packet) => {
      packet[1] = 0;
      packet[ip.ttl] = 255;
      putU16(packet, ip.fragment, 0x4000);
      sealHeader(packet);
      return packet;
    }),
  },
  ...patientVariants,
];
