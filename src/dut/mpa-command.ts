/** Commands to the reference mobility proxy agent as lines of JSON, and the answers to them. */
import type { MobilityProxyAgent } from '../agents/mobility-proxy-agent.js';
import type { MpaCommand, TunnelMode } from '../agents/mpa-config.js';
import type { Device } from '../agents/mpa-devices.js';
import { fromHex, ipv4Text, macNumber, macText } from '../wire/text.js';

/** A command as it is written down. */
export type MpaCommandLine =
  | ({ readonly cmd: 'attach'; readonly nai: string; readonly mac: string } & Partial<TunnelMode>)
  | { readonly cmd: 'detach'; readonly nai: string; readonly mac: string }
  /** `hex` is an Ethernet frame; `mac` takes the place of its source address. */
  | { readonly cmd: 'send'; readonly mac: string; readonly hex: string }
  | { readonly cmd: 'status' };

/** What the agent says of one device. */
export interface DeviceStatus {
  readonly nai: string;
  readonly mac: string;
  readonly phase: string;
  readonly registered: boolean;
  /** 0.0.0.0 while none is known. */
  readonly homeAddress: string;
}

export type MpaAnswer =
  | { readonly ok: true; readonly devices?: readonly DeviceStatus[] }
  | {
      readonly ok: false;
      /** The wish is sound, but this device cannot do it. */
      readonly unsupported: boolean;
      readonly reason: string;
    };

const refused = (reason: string): MpaAnswer => ({ ok: false, unsupported: false, reason });

/** Carries out a line; a line that makes no sense is answered, too. */
export function onLine(
  line: string,
  mode: TunnelMode,
  carry: (command: MpaCommand) => MpaAnswer,
  status: () => readonly DeviceStatus[],
): MpaAnswer {
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    return refused('a command is one line of JSON');
  }
  if (typeof given !== 'object' || given === null) return refused('a command is an object');
  const fields = given as Readonly<Record<string, unknown>>;
  if (fields['cmd'] === 'status') return { ok: true, devices: status() };
  const command = commandOf(fields, mode);
  return typeof command === 'string' ? refused(command) : carry(command);
}

/** The command, or what is wrong with it. */
function commandOf(fields: Readonly<Record<string, unknown>>, mode: TunnelMode): MpaCommand | string {
  const { cmd, nai, mac, hex, l2 = mode.l2, key = mode.key } = fields;
  if (typeof mac !== 'string' || macNumber(mac) === undefined) return 'mac: a MAC address such as 02:00:00:00:00:01';
  if (cmd === 'send') {
    const frame = typeof hex === 'string' ? fromHex(hex) : undefined;
    return frame ? { kind: 'send', mac, frame } : 'hex: the octets of an Ethernet frame';
  }
  if (cmd !== 'attach' && cmd !== 'detach') return 'cmd: attach, detach, send or status';
  if (typeof nai !== 'string') return 'nai: a name such as mn1@example.org';
  if (cmd === 'detach') return { kind: 'detach', nai, mac };
  if (typeof l2 !== 'boolean') return 'l2: true or false';
  if (key !== 'zero' && key !== 'own' && key !== 'none') return 'key: zero, own or none';
  return { kind: 'attach', nai, mac, l2, key };
}

/** Hands the command to the agent unless there is something against it. */
export function carryOut(
  command: MpaCommand,
  agent: MobilityProxyAgent,
  tell: (command: MpaCommand) => void,
): MpaAnswer {
  const objection = agent.objection(command);
  if (objection) return { ok: false, ...objection };
  tell(command);
  return { ok: true };
}

export const statusOf = (agent: MobilityProxyAgent): readonly DeviceStatus[] =>
  [...agent.state.devices.all()].map((device: Device) => ({
    nai: device.nai,
    mac: macText(device.mac),
    phase: device.phase,
    registered: device.binding !== undefined,
    homeAddress: ipv4Text(device.homeAddress),
  }));
