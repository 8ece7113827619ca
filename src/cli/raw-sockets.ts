/** Whether raw sockets, and with them tunnels, can be had on this machine. */
import { rawPrivilegeAdvice } from '../net/net-error.js';
import type { Net, NetIssue } from '../net/port.js';
import { selfTestRaw } from '../net/self-test.js';

/** Why not, and what to do about it; undefined where they can. */
export async function rawAbsence(net: Net): Promise<{ readonly issue: NetIssue; readonly reason: string } | undefined> {
  const tested = await selfTestRaw(net);
  if (tested.ok) return undefined;
  const { issue, message } = tested;
  const reason =
    issue === 'no-privilege' ? `no privilege for raw sockets (CAP_NET_RAW); ${rawPrivilegeAdvice}` : message;
  return { issue, reason };
}
