import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CaptureError } from '../../src/net/capture-packet.js';
import { pcapngHeader, pcapngPacket } from '../../src/net/capture-write.js';
import { udpPacket } from '../../src/net/udp-packet.js';
import { seededRandom } from '../../src/tester/random.js';
import { gre } from '../../src/wire/gre.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { haConfig } from '../tester/in-memory.js';
import { pcap } from '../net/capture-support.js';
import { auditBytes, resultOf } from './taps.js';

const sample = (name: string): Uint8Array => readFileSync(new URL(`../../../pcaps/${name}`, import.meta.url));
const options = { knobs: {}, mnHa: haConfig.mnHa };

/** Audits what may be damaged; gives undefined when the file was refused as it has to be. */
async function survived(file: Uint8Array): Promise<number | undefined> {
  try {
    return resultOf(await auditBytes(file, options)).cases.length;
  } catch (error) {
    if (error instanceof CaptureError) return undefined;
    throw error;
  }
}

describe('audit of hostile captures', () => {
  for (const name of ['l2-own-key.pcapng', 'normal-key-zero.pcapng', 'proxymip4-pma-dualhomed.pcap', 'ovs-gre.pcap']) {
    it(`survives ${name} with octets changed at random`, async () => {
      const random = seededRandom(4);
      for (let round = 0; round < 150; round++) {
        const file = sample(name).slice();
        for (let i = 0; i < 1 + (round % 40); i++) file[random.uint32() % file.length] = random.uint32() & 0xff;
        await survived(file);
      }
    });
  }

  it('survives messages changed at random in a sound file', async () => {
    const random = seededRandom(5);
    const file = sample('l2-own-key.pcapng');
    const records = Array.from({ length: 400 }, (_, i) => {
      const at = 28 + (random.uint32() % (file.length - 200));
      const payload = file.slice(at, at + (random.uint32() % 150));
      payload[0] = i % 2 === 0 ? 1 : 3;
      const [from, to] = i % 2 === 0 ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1'];
      return { data: udpPacket({ address: from ?? '', port: 434 }, { address: to ?? '', port: 434 }, payload, i) };
    });
    expect(await survived(pcap(records))).to.be.a('number');
  });

  it('looks no deeper than one tunnel within another', async () => {
    let bytes: Uint8Array = new Uint8Array(8);
    for (let depth = 0; depth < 2000; depth++) {
      const payload = encode(gre, { protocol: 0x0800, key: 7, payload: bytes });
      bytes = encode(ipv4, { source: '192.0.2.1', destination: '198.51.100.7', protocol: 47, payload });
      if (bytes.length > 60_000) break;
    }
    const packet = pcapngPacket({ seconds: 1_800_000_000, nanoseconds: 0, interfaceId: 0, bytes });
    const registrations = sample('normal-key-zero.pcapng');
    const file = Buffer.concat([registrations, pcapngHeader([{ linkType: 101 }]), packet]);
    expect(await survived(file)).to.be.greaterThan(10);
  });
});
