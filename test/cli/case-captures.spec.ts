import { expect } from 'chai';
import { caseCapture } from '../../src/cli/case-captures.js';
import { WireRecord } from '../../src/cli/wire-record.js';
import { Ipv4Stream } from '../../src/net/capture-ipv4.js';
import { linkTypes } from '../../src/net/capture-link.js';
import { memoryNet } from '../../src/net/memory.js';
import { udpPacket } from '../../src/net/udp-packet.js';
import type { FrameRecord } from '../../src/report/result.js';
import { fragmentPacket } from '../../src/wire/fragment.js';
import { readMessage } from '../../src/replay/packet.js';
import { toHex } from '../../src/wire/text.js';
import { runInMemory } from '../tester/in-memory.js';
import { readAll } from '../net/capture-support.js';

describe('capture of a case', () => {
  it('holds its frames, with headers around datagrams', async () => {
    const { cases } = await runInMemory({ select: ['ha/5.2/01'] });
    const [result] = cases;
    const { packets, error } = await readAll(result ? caseCapture(result, 1_700_000_000_000) : new Uint8Array(0));
    expect(error).to.equal(undefined);
    expect(packets).to.have.length(result?.frames.length ?? 0);
    for (const [i, packet] of packets.entries()) {
      const frame = result?.frames[i];
      const whole = new Ipv4Stream().take(packet);
      expect(packet.seconds).to.equal(Math.floor(1_700_000_000 + (frame?.at ?? 0) / 1000));
      if (frame?.layer !== 'udp') {
        expect(toHex(packet.bytes)).to.equal(frame?.hex);
        continue;
      }
      const message = whole && readMessage(whole);
      expect(toHex(message?.bytes ?? new Uint8Array(0))).to.equal(frame.hex);
      expect(message?.checksum).to.equal('right');
      expect(`${message?.from.address}:${message?.from.port}`).to.equal(frame.source);
    }
  });

  it('keeps the length of a frame that is not kept whole', async () => {
    const { cases } = await runInMemory({ select: ['ha/5.2/01'] });
    const [result] = cases;
    const [first] = result?.frames ?? [];
    if (!result || !first) throw new Error('the case has no frames');
    const file = caseCapture({ ...result, frames: [{ ...first, layer: 'udp', hex: '0102', omitted: 1000 }] }, 0);
    const { packets } = await readAll(file);
    expect(packets[0]?.bytes.length).to.equal(30);
    expect(packets[0]?.originalLength).to.equal(1030);
  });

  it('has the packets of the wire where it was watched, with all their headers', async () => {
    const net = memoryNet();
    const record = new WireRecord();
    const wire = new Set<string>();
    net.tap(({ at, link, bytes }) => {
      if (link !== undefined) return;
      const marked = bytes.slice();
      marked[1] = 0xb8; // type of service: the tester knows nothing of it
      wire.add(toHex(marked));
      record.add({ at, interfaceName: 'veth', linkType: linkTypes.raw, bytes: marked });
    });
    const { cases } = await runInMemory({ select: ['ha/5.2', 'ha/gre'], net });
    const seen = cases.filter(({ frames }) => frames.length > 0);
    expect(seen.length).to.be.greaterThan(30);
    for (const result of seen) {
      const { packets } = await readAll(caseCapture(result, 0, { record, absence: undefined }));
      expect(packets.length).to.be.at.least(result.frames.length);
      for (const packet of packets) {
        expect(packet.bytes[1]).to.equal(0xb8);
        expect(wire.has(toHex(packet.bytes))).to.equal(true);
      }
    }
  });

  it('finds the fragments of a datagram, and takes each packet once', () => {
    const from = { address: '192.0.2.1', port: 434 };
    const to = { address: '192.0.2.2', port: 9 };
    const payload = new Uint8Array(3000).fill(7);
    const whole = udpPacket(from, to, payload, 5);
    const parts = fragmentPacket(whole, 1500, 5) ?? [];
    const record = new WireRecord();
    for (const bytes of parts) record.add({ at: 1, interfaceName: 'veth', linkType: linkTypes.raw, bytes });
    const frame: FrameRecord = {
      ...{ at: 0, direction: 'sent', source: '192.0.2.1:434', destination: '192.0.2.2:9', layer: 'udp', summary: '' },
      hex: toHex(payload.subarray(0, 2048)),
      omitted: payload.length - 2048,
    };
    expect(record.take(frame)).to.have.length(parts.length);
    expect(record.take(frame)).to.equal(undefined);
  });

  it('says in the file what is from the wire and what is not', async () => {
    const { cases } = await runInMemory({ select: ['ha/5.2/01'] });
    const [result] = cases;
    if (!result) throw new Error('the case is gone');
    const absence = 'link lo: no privilege to capture';
    const text = Buffer.from(caseCapture(result, 0, { record: new WireRecord(), absence })).toString('latin1');
    expect(text).to.contain('ha/5.2/01 pass\n0 frames from the wire, 2 made from what the tester sent and received');
    expect(text).to.contain(absence);
    expect(text).to.not.contain('with libpcap');
  });
});
