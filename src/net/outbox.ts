import { linux, type Libc } from './libc.js';
import { longestMessage, MessageVector } from './message-vector.js';

/** Messages that leave with one system call at most. */
const most = 64;

export interface OutSocket {
  readonly fd: number;
  /** Told of a message that the system did not take, before any later one is sent; `octets` is only lent. */
  refused(code: string, octets: Uint8Array, address: number, port: number): void;
}

/**
 * What the sockets of this process are about to send, in the order in which it was said. It leaves when the turn of the
 * event loop ends that said it, after all that was received at once has been answered: neighbours of one socket leave
 * with one system call.
 */
export class Outbox {
  readonly #libc: Libc;
  readonly #waiting: MessageVector;
  readonly #single: MessageVector;
  readonly #lengths: number[] = [];
  readonly #owners: OutSocket[] = [];
  #held = 0;
  #scheduled = false;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#waiting = new MessageVector(libc, most);
    this.#single = new MessageVector(libc, 1);
  }

  /** Takes a copy of a message to an address (its number) and port; the port of a raw socket is 0. */
  add(socket: OutSocket, octets: Uint8Array, address: number, port: number): void {
    if (octets.length > longestMessage) {
      this.flush();
      return socket.refused('EMSGSIZE', octets, address, port);
    }
    this.#waiting.put(this.#owners.length, octets, address, port);
    this.#lengths.push(octets.length);
    if (this.#owners.push(socket) === most) this.flush();
    else if (this.#held === 0 && !this.#scheduled) {
      this.#scheduled = true;
      process.nextTick(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
  }

  /** Lets messages gather until released as often as held. */
  hold(): void {
    this.#held++;
  }

  release(): void {
    if (--this.#held === 0) this.flush();
  }

  flush(): void {
    const all = this.#owners.length;
    for (let at = 0; at < all;) {
      const owner = this.#owners[at];
      let end = at + 1;
      while (end < all && this.#owners[end] === owner) end++;
      if (owner) this.#send(owner, at, end);
      at = end;
    }
    this.#owners.length = 0;
    this.#lengths.length = 0;
  }

  #send(owner: OutSocket, from: number, end: number): void {
    const waiting = this.#waiting;
    for (let at = from; at < end;) {
      const sent = this.#libc.sendmmsg(owner.fd, waiting.from(at), end - at, linux.MSG_DONTWAIT);
      if (sent > 0) at += sent;
      else {
        const octets = waiting.octets(at, this.#lengths[at] ?? 0);
        owner.refused(this.#libc.errorName(), octets, waiting.address(at), waiting.port(at));
        at++;
      }
    }
  }

  /** Sends one message at once; gives the name of the error, if any. For what takes the place of a refused one. */
  sendNow(fd: number, octets: Uint8Array, address: number, port: number): string | undefined {
    this.#single.put(0, octets, address, port);
    const sent = this.#libc.sendmmsg(fd, this.#single.from(0), 1, linux.MSG_DONTWAIT);
    return sent > 0 ? undefined : this.#libc.errorName();
  }
}
