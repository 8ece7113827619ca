import { expect } from 'chai';
import fc from 'fast-check';
import { homeAgent } from '../../src/agents/home-agent.js';
import { mobilityProxyAgent } from '../../src/agents/mobility-proxy-agent.js';
import { homeAgentConfig } from '../../src/dut/ha.js';
import { mpaConfig } from '../../src/dut/mpa.js';
import { Dice } from '../../src/fuzz/dice.js';
import { frame } from '../../src/fuzz/frames.js';
import { plansOf } from '../../src/fuzz/plans.js';
import type { ExtensionPlan, Plan } from '../../src/fuzz/plan.js';
import { plansIn } from '../../src/fuzz/repeat.js';
import { anyKey, damaged, extensionOf, renderFrame, renderRequest, type Sender } from '../../src/fuzz/render.js';
import { anything, damage, ownNai, rightMnHa } from '../../src/fuzz/requests.js';
import { Standing } from '../../src/oracle/doubts.js';
import { readTunnelFrame } from '../../src/oracle/frame.js';
import { Oracle } from '../../src/oracle/oracle.js';
import { CaptureError } from '../../src/net/capture-packet.js';
import { pcapngHeader, pcapngPacket } from '../../src/net/capture-write.js';
import type { Session } from '../../src/tester/session.js';
import { verifies } from '../../src/wire/auth.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { macText } from '../../src/wire/text.js';
import { coveredBy, decodeRrp, decodeRrq, dissectMessage, encodeRrp, type Rrq } from '../../src/wire/mobileip.js';
import { type AuthenticationExtension, defaultDialect } from '../../src/wire/extensions.js';
import { inRange } from './in-memory.js';
import { readAll } from '../net/capture-support.js';

const seed = 20_250_302;
const numRuns = 3000;

const broadcast = { destination: 'ff:ff:ff:ff:ff:ff', payload: new Uint8Array(46) } as const;
const tunnelEnds = { source: '192.0.2.1', destination: '198.51.100.7', protocol: 47 } as const;

/** A reply to a request, more or less; `isGood` when it may put a binding in force. */
function generatedReply(
  dice: Dice,
  rrq: Rrq,
  to: Sender,
  session: Session,
): { readonly bytes: Uint8Array; readonly isGood: boolean } {
  const any = anything(session.dialect);
  const key: ExtensionPlan = {
    name: 'greKey',
    key: 1 + dice.below(1000),
    a: rrq.extensions.some((e) => 'a' in e && e.a),
  };
  const isHonest = dice.oneIn(3);
  const plans: readonly ExtensionPlan[] = isHonest
    ? [ownNai, key, rightMnHa]
    : [...dice.list(2, any), ownNai, ...dice.list(2, any), key, ...(dice.oneIn(3) ? [rightMnHa] : dice.list(3, any))];
  const extensions = plans.map((plan) => extensionOf(plan, to, session));
  const { homeAgent, identification, lifetime } = rrq;
  const code = dice.of([0, 0, 1, 129, 133, dice.below(256)]);
  const fixed = { code, lifetime, homeAddress: '10.99.0.130', homeAgent, identification };
  const bytes = encodeRrp({ ...fixed, extensions }, { dialect: session.dialect, keys: anyKey(session) });
  const octets = dice.oneIn(4) ? damaged(bytes, damage(dice)) : bytes;
  const reply = decodeRrp(octets, session.dialect);
  const mnHa = reply.ok ? reply.value.extensions.filter((e): e is AuthenticationExtension => e.name === 'mnHa') : [];
  const [only] = mnHa;
  const isAuthentic =
    only?.authenticator !== undefined &&
    mnHa.length === 1 &&
    verifies(session.config.mnHa, coveredBy(octets, only), only.authenticator);
  return { bytes: octets, isGood: isAuthentic && reply.ok && reply.value.code <= 1 };
}

const sender = {
  nai: 'mn1@example.org',
  ownKey: 0x1234,
  careOf: '198.51.100.7',
  identification: 0xe6a0000012345678n,
  home: () => '10.99.0.130',
  other: '198.51.100.8',
};

const binding = {
  ...{ mn: sender.nai, homeAgent: '192.0.2.1', careOf: sender.careOf, homeAddress: '0.0.0.0', l2: true, gre: true },
  ...{ reverseKey: 1, forwardKey: 1, bidirectional: true, since: 0, until: Infinity, lifetime: 600 },
  standing: new Standing(Infinity),
};

describe(`our own code under the generators of the fuzzer (seed ${seed})`, () => {
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
          if (plan.kind === 'frame') {
            const payload = renderFrame(plan, binding, 0x6558, new Uint8Array(20));
            const bytes = encode(ipv4, { source: sender.careOf, destination: local.address, protocol: 47, payload });
            readTunnelFrame(bytes, session.clock.now());
            for (const output of agent.step({ kind: 'packet', bytes }, session.clock.now())) {
              const frame = output.kind === 'packet' ? readTunnelFrame(output.bytes, 0) : undefined;
              if (frame) oracle.frame(frame);
            }
            return;
          }
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

  it('takes no binding, as a proxy agent, from replies that it has to reject, and survives the others', async () => {
    await inRange({}, async (range) => {
      const { session } = range;
      const config = mpaConfig({ address: sender.careOf, homeAgent: { address: '192.0.2.1' }, seed: 1 });
      const agent = mobilityProxyAgent(config);
      const [local, remote] = [
        { address: sender.careOf, port: 434 },
        { address: '192.0.2.1', port: 434 },
      ];
      let [now, count] = [session.clock.now(), 0];
      let registered = 0;
      fc.assert(
        fc.property(fc.nat(), (number) => {
          const dice = new Dice(number);
          now += 10_000;
          if ((agent.deadline() ?? now) < now) agent.step({ kind: 'timer' }, now);
          const [nai, mac] = [`mn${++count}@example.org`, macText(0x02_00_00_00_00_00 + count)];
          const uplink = encode(ethernet, { ...broadcast, source: mac });
          const attach = { kind: 'attach', nai, mac, l2: dice.oneIn(2), key: 'zero' } as const;
          const asked = agent.step(attach, now).find((output) => output.kind === 'udp');
          const rrq = asked && decodeRrq(asked.payload, config.dialect);
          if (!rrq?.ok) throw new Error('the agent does not register a node');
          const { bytes, isGood } = generatedReply(dice, rrq.value, { ...sender, nai }, session);
          dissectMessage(bytes, config.dialect);
          agent.step({ kind: 'udp', local, remote, payload: bytes }, now);
          const payload = frame(dice).payload === 'echo' ? uplink : bytes;
          agent.step({ kind: 'packet', bytes: encode(ipv4, { ...tunnelEnds, payload }) }, now);
          const sent = agent.step({ kind: 'frame', link: config.accessLink, bytes: uplink }, now);
          if (sent.some((output) => output.kind === 'packet')) registered++;
          if (!isGood) expect(sent.filter((output) => output.kind === 'packet')).to.deep.equal([]);
          agent.step({ kind: 'detach', nai, mac }, now);
        }),
        { seed, numRuns: numRuns / 2 },
      );
      expect(registered).to.be.greaterThan(20);
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
