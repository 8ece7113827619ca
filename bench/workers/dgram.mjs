/** Datagrams to an echo and back with nothing but node:dgram, for what Node itself costs. LOCAL ADDRESS PORT SIZE. */
import { createSocket } from 'node:dgram';
import process from 'node:process';
import { serveRounds } from '../lib/rounds.mjs';

const [, , local, address, port, size] = process.argv;
const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, lookup: (host, _, done) => done(null, host, 4) });
await new Promise((resolve) => socket.bind({ address: local, port: 0 }, resolve));
const payload = new Uint8Array(Number(size));
const sent = () => undefined;
const send = () => socket.send(payload, Number(port), address, sent);

await serveRounds(
  (window, milliseconds) =>
    new Promise((resolve) => {
      const end = performance.now() + milliseconds;
      let count = 0;
      let underWay = window;
      let before = -1;
      const finish = () => {
        clearInterval(watch);
        socket.off('message', onMessage);
        resolve({ count });
      };
      // a datagram may be lost: a second without any ends the round
      const watch = setInterval(() => (count === before ? finish() : (before = count)), 1000);
      const onMessage = () => {
        count++;
        if (performance.now() < end) return send();
        if (--underWay === 0) finish();
      };
      socket.on('message', onMessage);
      for (let i = 0; i < window; i++) send();
    }),
  async () => socket.close(),
);
