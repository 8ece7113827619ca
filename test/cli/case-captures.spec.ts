import { expect } from 'chai';
import { caseCapture } from '../../src/cli/case-captures.js';
import { Ipv4Stream } from '../../src/net/capture-ipv4.js';
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
});
