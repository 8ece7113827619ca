/** What the workers share that test a device as `grespec run` does: a session with the usual settings. */
import { load } from '../lib/places.mjs';

export const key = '00112233445566778899aabbccddeeff';
export const spi = 256;

/** A session from `local` to the device at `address`:`port`; `gre` opens raw sockets too. */
export async function openSession({ local, address, port, gre }) {
  const [{ Session }, { systemNet }, { defaultKnobs }, { defaultPics }, { fromHex }, { defaultDialect }] =
    await Promise.all([
      load('src/tester/session.js'),
      load('src/net/system.js'),
      load('src/spec/knobs.js'),
      load('src/spec/config.js'),
      load('src/wire/text.js'),
      load('src/wire/extensions.js'),
    ]);
  const target = { address, port };
  const config = {
    as: 'mpa',
    target,
    local: [local],
    profile: 'tsirtsis-00',
    mnHa: { spi, key: fromHex(key), algorithm: 'hmac-md5', replay: 'timestamps' },
    pics: defaultPics,
    pixit: { realm: 'example.org', maxLifetime: 1800 },
    knobs: defaultKnobs(),
    gre,
    timeout: 3000,
    seed: 1,
    strict: false,
    bail: false,
  };
  const net = systemNet();
  const session = new Session(config, net, target, defaultDialect);
  await session.open(net);
  return session;
}
