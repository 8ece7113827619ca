/** The codec alone, against scapy. */
import process from 'node:process';
import { Contender } from '../lib/contender.mjs';
import { interleaved, ratio } from '../lib/compare.mjs';
import { inBench } from '../lib/places.mjs';
import { bytes, rateText, ratioText, table } from '../lib/text.mjs';

const tasks = {
  'encode-request': 'request: encode and sign',
  'decode-request': 'request: decode and verify',
  'encode-reply': 'reply: encode and sign',
  'decode-reply': 'reply: decode and verify',
};

export async function codec({ scapy, settings, against }) {
  const rows = [];
  for (const [task, words] of Object.entries(tasks)) {
    const node = (name) =>
      // memory is measured between two collections, so there must be room for what is made meanwhile
      new Contender(name, process.execPath, [
        ...['--expose-gc', '--max-semi-space-size=128'],
        ...[inBench('workers/codec.mjs'), task],
      ]);
    const contenders = [
      node('grespec'),
      ...against.map((folder) => node(`grespec of ${folder}`).with({ GRESPEC_DIST: folder })),
      ...(scapy.python ? [new Contender('scapy', scapy.python, [inBench('scapy/codec.py'), task])] : []),
    ];
    try {
      for (const one of contenders) await one.start();
      const measured = await interleaved(contenders, settings);
      for (const { name } of contenders) {
        const own = measured.get(name);
        const memory = own.more.allocated === undefined ? '' : bytes(own.more.allocated);
        rows.push([words, name, rateText(own), ratioText(ratio(own, measured.get('scapy'))), memory]);
      }
    } finally {
      for (const one of contenders) await one.stop();
    }
  }
  return table(['what', 'who', 'a second', 'times scapy', 'allocated each'], rows);
}
