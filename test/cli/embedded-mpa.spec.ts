import { expect } from 'chai';
import { resolveEmbedded } from '../../src/cli/config/resolve.js';
import { EmbeddedMpa, mpaOptions } from '../../src/cli/embedded-mpa.js';
import { machine } from '../../src/cli/machine.js';
import { freshLoopback } from '../../src/net/local-address.js';
import { DeviceLost } from '../../src/tester/outcome.js';

describe('cli embedded mobility proxy agent', () => {
  const node = { nai: 'mn@example.org', mac: '02:67:00:00:00:01' };
  const wish = { l2: false, key: 'zero' } as const;

  function embedded(): EmbeddedMpa {
    const [address = '', ...local] = freshLoopback(2);
    const config = resolveEmbedded(
      { as: 'ha', local, pics: {}, pixit: {}, knobs: {} },
      { address, port: 4340 },
      machine,
    );
    return new EmbeddedMpa(mpaOptions({ ...config, listenPort: 4340 }, address, undefined), true);
  }

  const attempt = (mpa: EmbeddedMpa): Promise<unknown> =>
    mpa.control.attach(node, wish).catch((error: unknown) => error);

  it('says that the device is lost when its process has ended, and lives again after a restart', async () => {
    const mpa = embedded();
    try {
      expect(await attempt(mpa)).to.be.instanceOf(DeviceLost);
      await mpa.restart();
      expect(await attempt(mpa)).to.equal('begun');
    } finally {
      await mpa.stop();
    }
    expect(await attempt(mpa)).to.be.instanceOf(DeviceLost);
  });
});
