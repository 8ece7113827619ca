import { networkInterfaces } from 'node:os';
import type { NetIssue } from './port.js';

/** A port could not be opened. The message says what to do next. */
export class NetError extends Error {
  readonly issue: NetIssue;

  constructor(issue: NetIssue, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NetError';
    this.issue = issue;
  }
}

export const rawPrivilegeAdvice = 'run as root, or: sudo setcap cap_net_raw+ep $(readlink -f $(which node))';

/** Turns a system error code from opening `what` (for example `UDP 192.0.2.1:434`) into a NetError. */
export function netErrorFromCode(code: string, what: string, address: string, cause?: unknown): NetError {
  const options = cause === undefined ? {} : { cause };
  const fail = (issue: NetIssue, message: string): NetError => new NetError(issue, `${what}: ${message}`, options);
  switch (code) {
    case 'EACCES':
      return fail('no-privilege', `no privilege for this port; ${portPrivilegeAdvice}`);
    case 'EPERM':
      return fail('no-privilege', `no privilege (CAP_NET_RAW is missing); ${rawPrivilegeAdvice}`);
    case 'EADDRINUSE':
      return fail(
        'address-in-use',
        'another program has it open (ss -lunp shows which); stop it or choose another address',
      );
    case 'EADDRNOTAVAIL':
      return fail(
        'address-not-local',
        `${address} is not an address of this machine (it has ${localAddresses()}); choose one of those, ` +
          `or add it: sudo ip address add ${address}/32 dev IFACE`,
      );
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return fail('no-route', `no route to ${address}; see: ip route get ${address}`);
    case 'EMFILE':
    case 'ENFILE':
      return fail('unsupported', `too many open files (${code}); raise the limit: ulimit -n 4096`);
    default:
      return fail('unsupported', `the system answered ${code}`);
  }
}

const portPrivilegeAdvice =
  'run as root, or: sudo setcap cap_net_bind_service,cap_net_raw+ep $(readlink -f $(which node)), ' +
  'or choose a port above 1023';

function localAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.flatMap((entry) => (entry.family === 'IPv4' ? [entry.address] : [])).join(', ') || 'no IPv4 address';
}
