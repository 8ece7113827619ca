/** Tunnel packets per second through raw GRE, there and back. */
import process from 'node:process';
import { Contender } from '../lib/contender.mjs';
import { interleaved, ratio } from '../lib/compare.mjs';
import { inBench, loopback } from '../lib/places.mjs';
import { rateText, ratioText, table } from '../lib/text.mjs';
import { key, spi } from '../workers/tester.mjs';

/** Octets of the outer packet. */
const size = '126';
const windows = [1, 32, 128];
const whats = { port: 'sent and received', codec: 'built, sent, received, read', case: 'as a case does it' };

export async function frames({ peer, scapy, settings, against }) {
  if (!peer.program) return `Not measured: ${peer.missing}.`;
  if (process.getuid() !== 0) return 'Not measured: raw sockets need root.';
  const echo = loopback(11);
  const ours = { C: loopback(12), port: loopback(13), codec: loopback(14), case: loopback(15), scapy: loopback(16) };
  const servers = [
    new Contender('C echo', peer.program, ['gre-echo', echo]),
    new Contender('C echo of replies', peer.program, ['ha', echo, '434', String(spi), key]),
  ];
  const node = (what, name) =>
    new Contender(name, process.execPath, [inBench('workers/frames.mjs'), what, ours[what], echo, size]);
  const contenders = [
    ...Object.entries(whats).flatMap(([what, words]) => [
      node(what, `grespec: ${words}`),
      ...against.map((folder) => node(what, `grespec of ${folder}: ${words}`).with({ GRESPEC_DIST: folder })),
    ]),
    new Contender('C program', peer.program, ['gre-ping', ours.C, echo, size]),
    ...(scapy.python
      ? [new Contender('scapy', scapy.python, [inBench('scapy/frames.py'), ours.scapy, echo, size])]
      : []),
  ];
  const all = [...servers, ...contenders];
  try {
    for (const one of all) await one.start();
    const rows = [];
    // what a program under test has long behind it
    await interleaved(contenders, { rounds: 0, warmUp: settings.warmUp, window: 32 });
    for (const window of windows) {
      const measured = await interleaved(contenders, { ...settings, window });
      for (const { name } of contenders) {
        const own = measured.get(name);
        const [c, s] = ['C program', 'scapy'].map((other) => ratioText(ratio(own, measured.get(other))));
        rows.push([window, name, rateText(own), c, s]);
      }
    }
    return table(['window', 'who', 'round trips a second', 'of the C program', 'times scapy'], rows);
  } finally {
    for (const one of all.reverse()) await one.stop();
  }
}
