import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { systemClock } from './clock.js';
import { netErrorFromCode } from './net-error.js';
import type { Datagram, Endpoint, UdpPort } from './port.js';
import { errorCode, FaultCount } from './send-faults.js';

const options: SocketOptions = {
  type: 'udp4',
  // The default buffer holds 256 small datagrams; a burst of a fuzz run is larger.
  recvBufferSize: 4 * 1024 * 1024,
  // Addresses are always numeric; the default lookup costs a thread pool round trip for each send.
  lookup: (host, _options, done) => done(null, host, 4),
};

/** A UDP socket of Node itself, for systems whose own system calls we cannot make. */
export async function openDgram(
  local: Endpoint,
  what: string,
  receive: (datagram: Datagram) => void,
): Promise<UdpPort> {
  const socket = createSocket(options);
  try {
    await bound(socket, local);
  } catch (error) {
    socket.close();
    throw netErrorFromCode(errorCode(error), what, local.address, error);
  }
  const actual: Endpoint = { address: local.address, port: socket.address().port };
  const faults = new FaultCount();
  socket.on('error', (error) => faults.add(errorCode(error), 'us'));
  socket.on('message', (message, remote) => {
    receive({
      at: systemClock.now(),
      local: actual,
      remote: { address: remote.address, port: remote.port },
      // Not a Buffer: its slice() shares memory, and the receiver owns what it gets.
      payload: new Uint8Array(message.buffer, message.byteOffset, message.length),
    });
  });
  let closed: Promise<void> | undefined;
  return {
    local: actual,
    faults,
    send(to, payload) {
      const destination = `${to.address}:${to.port}`;
      if (closed !== undefined) return faults.add('closed', destination);
      try {
        socket.send(payload, to.port, to.address, (error) => {
          if (error) faults.add(errorCode(error), destination);
        });
      } catch (error) {
        // Port 0 is legal on the wire (hand-made datagrams come from it), but node refuses to send to it.
        faults.add(errorCode(error), destination);
      }
    },
    close() {
      closed ??= new Promise((resolve) => socket.close(() => resolve()));
      return closed;
    },
  };
}

function bound(socket: Socket, local: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: local.address, port: local.port }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
