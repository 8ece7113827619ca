import { expect } from 'chai';
import type { TunnelMode } from '../../src/agents/mpa-config.js';
import { ipv4Text } from '../../src/wire/text.js';
import { attach, coa, gateway, gatewayMac, macOf, MpaRig, naiOf, otherCoa, ping } from './mpa-rig.js';

const modes: readonly TunnelMode[] = [
  { l2: true, key: 'zero' },
  { l2: true, key: 'own' },
  { l2: false, key: 'zero' },
  { l2: false, key: 'own' },
  { l2: false, key: 'none' },
];
const mpaMac = '02:00:00:00:98:01';

describe('the reference MPA with the reference HA', () => {
  let rig: MpaRig;
  beforeEach(() => (rig = new MpaRig()));
  afterEach(() => rig.stop());

  for (const mode of modes) {
    const name = `${mode.l2 ? 'L2' : 'normal'} mode, key ${mode.key}`;
    const bidirectional = mode.key === 'zero';

    it(`registers, carries an echo both ways, renews, and leaves: ${name}`, async () => {
      const mpa = await rig.start({ maxLifetime: 20 });
      expect(mpa.command(attach(1, mode))).deep.equal({ ok: true });
      await rig.wait(5);
      expect(rig.replies.map(({ code }) => code)).deep.equal([0]);
      const device = mpa.agent.state.devices.named(naiOf(1));
      const home = mode.l2 ? '10.99.0.77' : ipv4Text(device?.homeAddress ?? 0);
      await rig.frame(ping(macOf(1), home, gateway, mode.l2 ? gatewayMac : mpaMac, 9));
      expect(rig.echoes(macOf(1))).deep.equal([{ source: gateway, destination: home, identifier: 9 }]);
      const [up, down] = rig.tunnel;
      if (mode.key === 'none') expect(up?.gre).equal(undefined);
      else if (bidirectional) expect(up?.gre?.key).equal(down?.gre?.key);
      else expect(up?.gre?.key).not.equal(down?.gre?.key);

      await rig.wait(40_000);
      expect(rig.replies.length).greaterThan(2);
      expect(rig.replies.every(({ code }) => code === 0)).equal(true);
      const keys = rig.requests.map(({ extensions }) => extensions.find((e) => e.name === 'greKey')?.key);
      const agreed = mode.key === 'none' ? undefined : up?.gre?.key;
      expect(new Set(keys.slice(1))).deep.equal(new Set([agreed]));
      rig.frames.length = 0;
      await rig.frame(ping(macOf(1), home, gateway, mode.l2 ? gatewayMac : mpaMac, 10));
      expect(rig.echoes(macOf(1))).length(1);

      mpa.command({ kind: 'detach', nai: naiOf(1), mac: macOf(1) });
      await rig.wait(2000);
      expect(rig.requests.at(-1)?.lifetime).equal(0);
      expect(rig.replies.at(-1)?.code).equal(0);
      rig.tunnel.length = 0;
      await rig.frame(ping(macOf(1), home, gateway, mode.l2 ? gatewayMac : mpaMac, 11));
      expect(rig.tunnel).length(0);
      expect(mpa.agent.state.devices.size).equal(0);
    });

    it(`hands over to another MPA: ${name}`, async () => {
      const mpa = await rig.start();
      mpa.command(attach(1, mode));
      await rig.wait(1500);
      const home = mode.l2 ? '10.99.0.77' : ipv4Text(mpa.agent.state.devices.named(naiOf(1))?.homeAddress ?? 0);
      const other = await rig.agent(otherCoa, { seed: 4, accessLink: 'elsewhere' });
      const link = await rig.net.openLink('elsewhere', ({ bytes }) => rig.frames.push(bytes));
      other.command(attach(1, mode));
      await rig.wait(5);
      expect(rig.replies.at(-1)?.code).equal(0);
      link.send(ping(macOf(1), home, gateway, mode.l2 ? gatewayMac : mpaMac, 12));
      await rig.wait(5);
      expect(rig.echoes(macOf(1))).deep.equal([{ source: gateway, destination: home, identifier: 12 }]);
      expect(rig.tunnel.map(({ source }) => source)).deep.equal([otherCoa, '192.0.2.1']);
      await rig.frame(ping(macOf(1), home, gateway, mode.l2 ? gatewayMac : mpaMac, 13)); // the HA drops it
      expect(rig.tunnel.at(-1)?.source).equal(coa);
      expect(rig.echoes(macOf(1))).length(1);
      await link.close();
    });
  }
});
