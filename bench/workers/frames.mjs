/**
 * Tunnel packets to an echo and back. Arguments: WHAT LOCAL ADDRESS SIZE, where WHAT is
 *   port   a ready packet is sent and received, nothing looks inside: the raw port alone
 *   codec  Ethernet, GRE and IPv4 headers are built for every packet, and read from what comes back
 *   case   as a case does it: a probe with a cookie through the tunnel of a registered MN, found again and judged
 */
import process from 'node:process';
import { load } from '../lib/places.mjs';
import { serveRounds, windowFor } from '../lib/rounds.mjs';
import { openSession } from './tester.mjs';

const [, , what, local, address, size] = process.argv;

/** Sends what `make` gives, tells `look` of what comes back, and keeps `window` under way. */
async function pings(make, look) {
  const [{ systemNet }, { ipProtocols }] = await Promise.all([load('src/net/system.js'), load('src/wire/ipv4.js')]);
  let receive = () => undefined;
  const raw = await systemNet().openRaw(local, ipProtocols.gre, (packet) => receive(packet));
  const round = (window, milliseconds) =>
    new Promise((resolve) => {
      const end = performance.now() + milliseconds;
      let [count, before, underWay] = [0, -1, window];
      const finish = () => {
        clearInterval(watch);
        receive = () => undefined;
        resolve({ count });
      };
      // a packet may be lost: a second without any ends the round
      const watch = setInterval(() => (count === before ? finish() : (before = count)), 1000);
      receive = (packet) => {
        look(packet);
        count++;
        if (performance.now() < end) raw.send(make());
        else if (--underWay === 0) finish();
      };
      for (let i = 0; i < window; i++) raw.send(make());
    });
  await serveRounds(round, () => raw.close());
}

/** An outer packet with an Ethernet frame that makes it `size` octets long. */
async function builder() {
  const [{ encode }, { ipv4, ipProtocols }, { gre, etherTypes }, { ethernet }] = await Promise.all([
    load('src/wire/layout.js'),
    load('src/wire/ipv4.js'),
    load('src/wire/gre.js'),
    load('src/wire/ethernet.js'),
  ]);
  const data = new Uint8Array(Number(size) - 20 - 8 - 14);
  let key = 0;
  return () => {
    const frame = {
      destination: '02:00:00:00:00:01',
      source: '02:00:00:00:00:02',
      etherType: etherTypes.ipv4,
      payload: data,
    };
    key = (key + 1) >>> 0;
    const packet = { protocol: etherTypes.transparentEthernetBridging, key, payload: encode(ethernet, frame) };
    return encode(ipv4, {
      source: local,
      destination: address,
      protocol: ipProtocols.gre,
      payload: encode(gre, packet),
    });
  };
}

async function probes() {
  const [{ MobileNode }, { draftModes }, { Recorder }, { ipv4 }, { encode }] = await Promise.all([
    load('src/tester/mobile-node.js'),
    load('src/tester/request.js'),
    load('src/tester/recorder.js'),
    load('src/wire/ipv4.js'),
    load('src/wire/layout.js'),
  ]);
  const session = await openSession({ local, address, port: 434, gre: true });
  const mn = new MobileNode(session, { during: 'bench' });
  const reply = await mn.send(mn.request(draftModes.l2Bidirectional)).replies.first(3000);
  if (!reply?.exchange?.granted) throw new Error('the MN could not be registered');
  mn.ip = '10.99.0.9';
  const recorder = new Recorder();
  const padding = Number(size) - encode(ipv4, {}).length - 8 - 14 - 20 - 8 - 8;
  const once = async () => {
    const probe = session.newProbe('bench', recorder);
    mn.tunnel(mn.echo('10.99.0.1', probe.payload(Math.max(0, padding))), '02:00:00:00:00:01');
    const arrival = await probe.arrivals.first(1000);
    session.forgetProbe(probe);
    if (!arrival) throw new Error('a tunnel packet was lost');
  };
  await serveRounds(
    async (window, milliseconds) => ({ count: await windowFor(window, milliseconds, once) }),
    () => session.close(),
  );
}

if (what === 'case') await probes();
else {
  const build = await builder();
  const ready = build();
  const { readTunnelFrame } = await load('src/oracle/frame.js');
  if (what === 'port')
    await pings(
      () => ready,
      () => undefined,
    );
  else await pings(build, ({ bytes, at }) => readTunnelFrame(bytes, at));
}
