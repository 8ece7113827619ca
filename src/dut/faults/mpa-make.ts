/** Short ways to write a deviation of a mobility proxy agent down. */
import type { AgentOutput } from '../../agents/agent.js';
import type { TunnelFrame } from '../../agents/ha-rules.js';
import type { MobilityProxyAgent } from '../../agents/mobility-proxy-agent.js';
import type { MpaConfig } from '../../agents/mpa-config.js';
import type { Device, MpaTerms } from '../../agents/mpa-devices.js';
import type { MpaRequest, MpaRules, Purpose } from '../../agents/mpa-rules.js';
import type { Extension } from '../../wire/extensions.js';
import { etherTypes } from '../../wire/gre.js';
import { ipv4Number } from '../../wire/text.js';
import type { MpaFault } from './mpa-types.js';

/** The rules that a deviation replaces; the others stay. */
export type MpaChange = (rules: MpaRules, config: MpaConfig) => Partial<MpaRules>;

export const applyingToMpa =
  (change: MpaChange) =>
  (rules: MpaRules, config: MpaConfig): MpaRules => ({ ...rules, ...change(rules, config) });

/** A fault that replaces rules. */
export const mpaFault = (id: string, breaks: string, sentence: string, change: MpaChange): MpaFault => ({
  id,
  breaks,
  sentence,
  apply: applyingToMpa(change),
});

/** Changes requests before they are authenticated. */
export const onRequest =
  (change: (request: MpaRequest, purpose: Purpose, device: Device, config: MpaConfig) => MpaRequest): MpaChange =>
  (rules, config) => ({
    buildRequest: (device, purpose, ...rest) =>
      change(rules.buildRequest(device, purpose, ...rest), purpose, device, config),
  });

/** Changes one extension of a request wherever it is; undefined leaves it out. */
export const onRequestExtension = (
  request: MpaRequest,
  change: (extension: Extension) => Extension | undefined,
): MpaRequest => ({
  ...request,
  extensions: request.extensions.flatMap((extension) => {
    const changed = change(extension);
    return changed ? [changed] : [];
  }),
});

/** The same request without the extensions of that name. */
export const withoutExtension = (request: MpaRequest, name: Extension['name']): MpaRequest =>
  onRequestExtension(request, (extension) => (extension.name === name ? undefined : extension));

/** Moves the extensions of that name behind all others. */
export const nameLast = (request: MpaRequest, name: Extension['name']): MpaRequest => ({
  ...request,
  extensions: [
    ...request.extensions.filter((e) => e.name !== name),
    ...request.extensions.filter((e) => e.name === name),
  ],
});

/** Changes the tunnel packets that leave the agent. The change gets a copy of its own; undefined drops it. */
export const mapMpaPackets =
  (change: (packet: Uint8Array) => Uint8Array | undefined) =>
  (agent: MobilityProxyAgent): MobilityProxyAgent => ({
    ...agent,
    step: (input, now) =>
      agent.step(input, now).flatMap((output): AgentOutput[] => {
        if (output.kind !== 'packet') return [output];
        const bytes = change(output.bytes.slice());
        return bytes ? [{ kind: 'packet', bytes }] : [];
      }),
  });

/** Whether the tunnel packet carries an Ethernet frame. */
export const isL2Frame = ({ protocol }: TunnelFrame): boolean => protocol === etherTypes.transparentEthernetBridging;

/** A tunnel out of thin air, for those who need no acceptance. */
export const unearned = (device: Device, homeAgent: string): MpaTerms => {
  const key = device.mode.key === 'none' ? undefined : (device.ownKey ?? 1);
  return {
    tunnel: device.mode.l2 ? 'l2' : key === undefined ? 'ip-in-ip' : 'gre',
    homeAgent: ipv4Number(homeAgent) ?? 0,
    homeAddress: device.homeAddress,
    reverseKey: key,
    forwardKey: key,
  };
};
