/** Lets an agent live on a network: opens its ports, feeds it, sends what it says, and keeps its one timer. */
import type { Agent, AgentInput, AgentOutput } from '../agents/agent.js';
import { NetError } from '../net/net-error.js';
import type { LinkPort, Net, NetIssue, RawPort, Timer, UdpPort } from '../net/port.js';
import { ipProtocols } from '../wire/ipv4.js';
import { ipv4Text } from '../wire/text.js';
import { isRight, isWrong, readDatagram } from './raw-udp.js';

export interface HostOptions {
  readonly addresses: readonly string[];
  /** Further addresses to take datagrams on, such as a subnet's broadcast address; one that cannot be opened is left out. */
  readonly listenOnly?: readonly string[];
  /** UDP port; 0 lets the system choose one for all addresses. */
  readonly port: number;
  /** A further UDP port to take datagrams on, at each address; one that cannot be opened is left out. */
  readonly alsoPort?: number | undefined;
  /** How UDP checksums are treated, where that is not as the kernel does; needs raw sockets. */
  readonly udpChecksums?: 'ignored' | 'demanded' | undefined;
  /** Ethernet link to open, by name. */
  readonly link?: string | undefined;
}

/** `C` are inputs that only this agent knows, such as commands. */
export interface Host<C = never> {
  /** The UDP port that is open. */
  readonly port: number;
  /** Whether tunnels work; without the privilege for raw sockets there is only a control plane. */
  readonly raw: boolean;
  /** Addresses that datagrams are taken on. */
  readonly listening: readonly string[];
  /** Hands the agent an input from outside the network. */
  tell(input: C): void;
  close(): Promise<void>;
}

/** Hosts the agent. Rejects with the net's own error when an address or the UDP port cannot be had. */
export async function hostAgent<C = never>(
  net: Net,
  agent: Agent<AgentInput | C>,
  options: HostOptions,
): Promise<Host<C>> {
  const { clock } = net;
  const udp = new Map<string, UdpPort>();
  /** By address, those of `alsoPort`. */
  const further = new Map<string, UdpPort>();
  /** One sending socket for each address: which protocol a raw socket receives does not matter for sending. */
  const raw = new Map<string, RawPort>();
  const tunnels: RawPort[] = [];
  const links = new Map<string, LinkPort>();
  let timer: Timer | undefined;
  let due: number | undefined;
  let closed = false;

  const close = async (): Promise<void> => {
    closed = true;
    timer?.cancel();
    await Promise.all(
      [...udp.values(), ...further.values(), ...tunnels, ...links.values()].map((port) => port.close()),
    );
  };

  const send = (output: AgentOutput): void => {
    switch (output.kind) {
      case 'udp': {
        const { address } = output.local;
        const isFurther = output.local.port === options.alsoPort && further.has(address);
        return (isFurther ? further : udp).get(address)?.send(output.remote, output.payload);
      }
      case 'packet':
        return (raw.get(sourceOf(output.bytes)) ?? [...raw.values()][0])?.send(output.bytes);
      case 'frame':
        return links.get(output.link)?.send(output.bytes);
    }
  };

  const feed = (input: AgentInput | C): void => {
    if (closed) return;
    for (const output of agent.step(input, clock.now())) send(output);
    arm();
  };

  const arm = (): void => {
    const next = agent.deadline();
    if (next === due) return;
    timer?.cancel();
    due = next;
    timer = next === undefined ? undefined : clock.setTimer(Math.max(0, next - clock.now()), fire);
  };

  const fire = (): void => {
    due = undefined;
    timer = undefined;
    feed({ kind: 'timer' });
  };

  const openUdp = async (address: string, port: number, ports = udp): Promise<UdpPort> => {
    const opened = await net.openUdp({ address, port }, (datagram) => {
      if (options.udpChecksums !== 'demanded') feed({ kind: 'udp', ...datagram });
    });
    ports.set(address, opened);
    return opened;
  };

  try {
    let port = options.port;
    for (const address of options.addresses) port = (await openUdp(address, port)).local.port;
    for (const address of options.listenOnly ?? []) await openUdp(address, port).catch(() => undefined);
    const { alsoPort = port } = options;
    for (const address of alsoPort === port ? [] : options.addresses) {
      await openUdp(address, alsoPort, further).catch(() => undefined);
    }
    if (options.udpChecksums !== undefined) {
      const wanted = options.udpChecksums === 'ignored' ? isWrong : isRight;
      for (const address of options.addresses) {
        const hear = ({ bytes }: { readonly bytes: Uint8Array }): void => {
          const datagram = readDatagram(bytes, port);
          if (datagram && wanted(datagram.checksum)) feed({ kind: 'udp', ...datagram });
        };
        tunnels.push(await net.openRaw(address, ipProtocols.udp, hear));
      }
    }
    const opened = await openRawPorts(net, options.addresses, (bytes) => feed({ kind: 'packet', bytes }));
    for (const { address, ports } of opened) {
      tunnels.push(...ports);
      const [sender] = ports;
      if (sender) raw.set(address, sender);
    }
    if (options.link !== undefined) {
      const name = options.link;
      links.set(name, await net.openLink(name, ({ bytes }) => feed({ kind: 'frame', link: name, bytes })));
    }
    return { port, raw: raw.size > 0, listening: [...udp.keys()], tell: feed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const tunnelProtocols = [ipProtocols.gre, ipProtocols.ipInIp];

interface AddressPorts {
  readonly address: string;
  readonly ports: readonly RawPort[];
}

/** All raw ports, or none where there is no privilege for them. */
async function openRawPorts(
  net: Net,
  addresses: readonly string[],
  receive: (bytes: Uint8Array) => void,
): Promise<readonly AddressPorts[]> {
  const opened: AddressPorts[] = [];
  const all: RawPort[] = [];
  try {
    for (const address of addresses) {
      const ports: RawPort[] = [];
      opened.push({ address, ports });
      for (const protocol of tunnelProtocols) {
        const port = await net.openRaw(address, protocol, ({ bytes }) => receive(bytes));
        ports.push(port);
        all.push(port);
      }
    }
    return opened;
  } catch (error) {
    await Promise.all(all.map((port) => port.close()));
    if (error instanceof NetError && controlPlaneOnly.has(error.issue)) return [];
    throw error;
  }
}

/** With these, registration still works. */
const controlPlaneOnly: ReadonlySet<NetIssue> = new Set<NetIssue>(['no-privilege', 'unsupported']);

/** Dotted source address of an IPv4 packet. */
function sourceOf(packet: Uint8Array): string {
  const [a = 0, b = 0, c = 0, d = 0] = packet.subarray(12, 16);
  return ipv4Text(((a * 256 + b) * 256 + c) * 256 + d);
}
