import { expect } from 'chai';
import fc from 'fast-check';
import { homeAgent } from '../../src/agents/home-agent.js';
import { homeAgentConfig } from '../../src/dut/ha.js';
import { plansOf } from '../../src/fuzz/plans.js';
import type { Plan } from '../../src/fuzz/plan.js';
import { plansIn } from '../../src/fuzz/repeat.js';
import { renderRequest } from '../../src/fuzz/render.js';
import { Oracle } from '../../src/oracle/oracle.js';
import { CaptureError } from '../../src/net/capture-packet.js';
import { pcapngHeader, pcapngPacket } from '../../src/net/capture-write.js';
import { dissectMessage } from '../../src/wire/mobileip.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { inRange } from './in-memory.js';
import { readAll } from '../net/capture-support.js';

const seed = 20_250_302;
const numRuns = 3000;

const sender = {
  nai: 'mn1@example.org',
  ownKey: 0x1234,
  careOf: '198.51.100.7',
  identification: 0xe6a0000012345678n,
  home: () => '10.99.0.130',
  other: '198.51.100.8',
};

describe(`our own code under the generators of the fuzzer (seed ${seed})`, function () {
  this.timeout(60_000);

  it('decodes, judges, and as a home agent survives whatever they make; and plans are JSON', async () => {
    await inRange({}, async (range) => {
      const { session } = range;
      const config = homeAgentConfig({ addresses: ['192.0.2.1'], seed: 1 });
      const agent = homeAgent(config);
      const oracle = new Oracle(session.oracle.context);
      const local = { address: '192.0.2.1', port: 434 };
      const remote = { address: sender.careOf, port: 5000 };
      fc.assert(
        fc.property(plansOf(range), (plan: Plan) => {
          expect(plansIn(JSON.stringify([plan]))).to.deep.equal([plan]);
          if (plan.kind !== 'request') return;
          const bytes = renderRequest(plan, sender, session);
          dissectMessage(bytes, defaultDialect);
          const at = session.clock.now();
          for (const output of agent.step({ kind: 'udp', local, remote, payload: bytes }, at)) {
            if (output.kind !== 'udp') continue;
            const request = { at, from: remote, to: local, bytes };
            oracle.request(request);
            oracle.exchange({ request, reply: { at, from: local, to: remote, bytes: output.payload } });
          }
        }),
        { seed, numRuns },
      );
    });
  });

  it('reads captures of whatever they make, and says so when such a file is damaged', async () => {
    await inRange({}, async (range) => {
      const { session } = range;
      const plans = fc.sample(plansOf(range), { seed, numRuns: 40 }).flatMap((p) => (p.kind === 'request' ? [p] : []));
      const packets = plans.map((plan) => renderRequest(plan, sender, session));
      const file = Buffer.concat([
        pcapngHeader([{ linkType: 101 }]),
        ...packets.map((bytes) => pcapngPacket({ seconds: 1, nanoseconds: 0, interfaceId: 0, bytes })),
      ]);
      expect((await readAll(file)).packets).to.have.length(packets.length);
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 }), async (at, value) => {
          const bent = Uint8Array.from(file);
          bent[at] = value;
          const { error } = await readAll(bent);
          if (error !== undefined) expect(error).to.be.instanceOf(CaptureError);
        }),
        { seed, numRuns: 300 },
      );
    });
  });
});
