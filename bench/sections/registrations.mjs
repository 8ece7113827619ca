/** Registrations per second: grespec, C, bare Node and scapy in turn, for each window. */
import path from 'node:path';
import process from 'node:process';
import { Contender } from '../lib/contender.mjs';
import { interleaved, ratio } from '../lib/compare.mjs';
import { dist, inBench, loopback } from '../lib/places.mjs';
import { rateText, ratioText, table } from '../lib/text.mjs';
import { key, spi } from '../workers/tester.mjs';

/** Octets of the request that the testers send, with NAI, GRE key and MN-HA. */
const requestSize = 86;
const windows = [1, 32, 128];

const device = (address) =>
  JSON.stringify({
    device: 'ha',
    addresses: [address],
    port: 434,
    mnHa: [{ spi, key, algorithm: 'hmac-md5' }],
    realm: 'example.org',
    homeNetwork: '10.64.0.0/12',
    gateway: { ipv4: '10.64.0.1' },
    seed: 1,
  });

export async function registrations({ peer, scapy, settings, against }) {
  const [reference, cHa, echo, ours, cOurs, theirs] = [1, 2, 3, 4, 5, 6].map(loopback);
  const node = (name, script, ...args) => new Contender(name, process.execPath, [inBench(script), ...args]);
  const servers = [
    new Contender('reference HA', process.execPath, [path.join(dist, 'src/dut/main.js'), device(reference)]),
    ...(peer.program
      ? [
          new Contender('C echo of replies', peer.program, ['ha', cHa, '434', String(spi), key]),
          new Contender('C echo', peer.program, ['udp-echo', echo, '434']),
        ]
      : []),
  ];
  const tester = node('grespec', 'workers/registrations.mjs', ours, cHa, '434');
  const contenders = [
    node('grespec and its reference HA', 'workers/registrations.mjs', ours, reference, '434'),
    ...(peer.program
      ? [
          tester,
          ...against.map((folder) =>
            node(`grespec of ${folder}`, 'workers/registrations.mjs', ours, cHa, '434').with({ GRESPEC_DIST: folder }),
          ),
          new Contender('C ping-pong', peer.program, ['udp-ping', cOurs, echo, '434', String(requestSize)]),
          node('node:dgram ping-pong', 'workers/dgram.mjs', theirs, echo, '434', String(requestSize)),
        ]
      : []),
    ...(peer.program && scapy.python
      ? [new Contender('scapy', scapy.python, [inBench('scapy/registrations.py'), theirs, cHa, '434'])]
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
      const c = measured.get('C ping-pong');
      const s = measured.get('scapy');
      for (const { name } of contenders) {
        const own = measured.get(name);
        rows.push([window, name, rateText(own), ratioText(ratio(own, c)), ratioText(ratio(own, s))]);
        const violations = own.more.violations ?? [];
        if (violations.length > 0) rows.push([window, name, `not valid: ${violations.join()} violated`, '', '']);
      }
    }
    return table(['window', 'who', 'a second', 'of C ping-pong', 'times scapy'], rows);
  } finally {
    for (const one of all.reverse()) await one.stop();
  }
}
