/** The packets of a capture by home agent: each may have a layout, keys and a replay protection of its own. */
import { ipProtocols } from '../wire/ipv4.js';
import { isReply, isRequest, Matcher } from './matcher.js';
import { destinationOf, type Message, type Packet, protocolOf, readMessage, sourceOf } from './packet.js';

/** By the address at which each was asked first; what belongs to none is left out. */
export function byHomeAgent(packets: readonly Packet[]): ReadonlyMap<string, readonly Packet[]> {
  const names = new Map<string, string>();
  const matcher = new Matcher<Message>();
  const found = new Map<string, Packet[]>();
  const add = (name: string, packet: Packet): void => {
    const own = found.get(name);
    if (own) own.push(packet);
    else found.set(name, [packet]);
  };
  const tunnelled: Packet[] = [];
  for (const packet of packets) {
    if (protocolOf(packet) !== ipProtocols.udp) {
      tunnelled.push(packet);
      continue;
    }
    const message = readMessage(packet);
    if (!message) continue;
    if (isRequest(message)) {
      const { address } = message.to;
      const name = names.get(address) ?? address;
      names.set(address, name);
      matcher.request(message);
      add(name, packet);
    } else if (isReply(message)) {
      const request = matcher.reply(message);
      const name = request && names.get(request.to.address);
      if (name === undefined) continue;
      if (!names.has(message.from.address)) names.set(message.from.address, name);
      add(name, packet);
    }
  }
  for (const packet of tunnelled) {
    const name = names.get(sourceOf(packet)) ?? names.get(destinationOf(packet));
    if (name !== undefined) add(name, packet);
  }
  return found;
}
