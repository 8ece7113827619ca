/** Captures of in-memory runs: every packet as it was sent, as raw IPv4 in a pcapng file. */
import { Ipv4Stream } from '../../src/net/capture-ipv4.js';
import { readCapture } from '../../src/net/capture-file.js';
import { linkTypes } from '../../src/net/capture-link.js';
import { relevantPackets } from '../../src/net/capture-relevant.js';
import { pcapngHeader, pcapngPacket } from '../../src/net/capture-write.js';
import type { MemoryNet } from '../../src/net/memory.js';
import { Audit, type AuditOutcome } from '../../src/replay/audit.js';
import { auditResult } from '../../src/replay/audit-result.js';
import type { AuditOptions } from '../../src/replay/settings.js';
import type { RunResult } from '../../src/report/result.js';

export class Tap {
  readonly #parts: Uint8Array[] = [pcapngHeader([{ linkType: linkTypes.raw }])];

  constructor(net: Pick<MemoryNet, 'tap'>) {
    net.tap(({ at, link, bytes }) => {
      if (link !== undefined) return;
      const seconds = Math.floor(at / 1000);
      const nanoseconds = Math.round((at - seconds * 1000) * 1000) * 1000;
      this.#parts.push(pcapngPacket({ seconds, nanoseconds, interfaceId: 0, bytes }));
    });
  }

  /** The capture so far. */
  file(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export async function auditBytes(file: Uint8Array, options: AuditOptions): Promise<AuditOutcome> {
  const audit = new Audit(options);
  const stream = new Ipv4Stream();
  for await (const packets of readCapture(once(file), relevantPackets({ links: new Map(), cut: 0 }))) {
    for (const packet of packets) {
      const whole = stream.take(packet);
      if (whole) audit.packet(whole);
    }
  }
  return audit.end();
}

export const resultOf = (outcome: AuditOutcome, name = 'test'): RunResult =>
  auditResult([{ name, outcome }], {
    version: 'test',
    startedAt: new Date(0).toISOString(),
    durationMs: 0,
    strict: false,
    complete: true,
    repeat: `grespec audit ${name}`,
  });
