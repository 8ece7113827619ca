import { expect } from 'chai';
import { type Machine, type ResolvedConfig, resolveEmbedded, resolveTarget } from '../../../src/cli/config/resolve.js';
import type { Settings } from '../../../src/cli/config/settings.js';

const loopback = [
  ['127.20.0.1', '127.20.0.2'],
  ['127.20.0.3', '127.20.0.4'],
];

function machine(): Machine {
  let calls = 0;
  return {
    freshLoopback: () => loopback[Math.min(calls++, 1)] ?? [],
    localAddressFor: (target) => Promise.resolve(target === '192.0.2.10' ? '192.0.2.2' : '0.0.0.0'),
    randomSeed: () => 99,
    environment: { KEY: 'cafe' },
  };
}

const nothing: Settings = { pics: {}, pixit: {}, knobs: {} };
const key = { text: 'env:KEY', where: '--key' };
const withKey: Settings = { ...nothing, mnHa: { spi: 300, key } };
const target = { address: '192.0.2.10', port: 434 };

const resolved = (settings: Settings, device = target): Promise<ResolvedConfig> =>
  resolveTarget(settings, device, machine());

/** The message that the promise is rejected with. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'not refused',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );
}

describe('cli resolve', () => {
  it('fills in defaults for a device that the user named', async () => {
    const config = await resolved(withKey);
    expect(config).to.deep.include({
      ...{ as: 'mpa', target, local: ['192.0.2.2'], profile: 'tsirtsis-00', gre: true, timeout: 3000, seed: 99 },
      ...{ strict: false, bail: false },
    });
    expect(config.mnHa).to.deep.equal({
      ...{ spi: 300, key: Uint8Array.of(0xca, 0xfe), algorithm: 'hmac-md5', replay: 'timestamps' },
    });
    expect(config.faHa).to.equal(undefined);
    expect(config.pics.homeLink.dhcpv4).to.equal(true);
    expect(config.knobs['base']).to.equal('rfc3344');
  });

  it('takes two loopback addresses that are not those of the device', async () => {
    expect((await resolved(withKey, { address: '127.0.0.1', port: 434 })).local).to.deep.equal(loopback[0]);
    expect((await resolved(withKey, { address: '127.20.0.2', port: 434 })).local).to.deep.equal(loopback[1]);
  });

  it('keeps what the user said', async () => {
    const settings: Settings = {
      ...withKey,
      ...{ local: ['192.0.2.7'], pics: { l2: false, 'homeLink.slaac': false }, knobs: { base: 'rfc5944' } },
      ...{ gre: false, seed: 0, timeout: 50, rate: 7, strict: true, restartCmd: 'true' },
    };
    const config = await resolved(settings);
    expect(config).to.deep.include({ local: ['192.0.2.7'], gre: false, seed: 0, timeout: 50, rate: 7, strict: true });
    expect(config).to.deep.include({ noGreReason: 'switched off (--no-gre)', restartCommand: 'true' });
    expect(config.pics.l2).to.equal(false);
    expect(config.pics.homeLink).to.deep.include({ arp: true, slaac: false });
    expect(config.knobs['base']).to.equal('rfc5944');
  });

  for (const [settings, part] of [
    [nothing, 'add --spi N --key HEX'],
    [{ ...nothing, mnHa: { spi: 300 } }, 'the MN-HA security association has an SPI only: add --key HEX'],
    [{ ...nothing, mnHa: { key } }, 'the MN-HA security association has a key only: add --spi N'],
    [{ ...withKey, faHa: { spi: 300 } }, 'the FA-HA security association has an SPI only: add --fa-ha-key HEX'],
    [{ ...withKey, local: ['192.0.2.10'] }, '--local 192.0.2.10 is the address of the device'],
  ] as const) {
    it(`asks: ${part}`, async () => {
      expect(await refusal(resolved(settings))).to.include(part);
    });
  }

  it('needs nothing for the embedded device', () => {
    const device = { address: '127.30.0.1', port: 5434 };
    const config = resolveEmbedded(nothing, device, machine());
    expect(config.target).to.deep.equal(device);
    expect(config.local).to.have.length(2);
    expect(config.mnHa.key).to.have.length(16);
    expect(config.pics.homeLink).to.deep.equal({
      arp: true,
      icmpEcho: true,
      dhcpv4: true,
      dhcpv6: true,
      slaac: true,
    });
  });

  it('gives the embedded device the keys of the user', () => {
    const config = resolveEmbedded({ ...nothing, mnHa: { key } }, { address: '127.30.0.1', port: 434 }, machine());
    expect(config.mnHa).to.deep.include({ spi: 256, key: Uint8Array.of(0xca, 0xfe) });
  });
});
