/** Replies that nobody can have sent who has the key. */
import type { Dialect } from '../wire/extensions.js';
import { decodeRrp, type RrpInput } from '../wire/mobileip.js';
import { type Bend, replace } from './bend.js';
import type { MpaSession } from './mpa-session.js';

/** RFC 3344 §3.5.2: type, length and SPI stand before the authenticator. */
const beforeAuthenticator = 6;

/** An MN-HA without an authenticator: nothing is compared by who compares as many octets as there are. */
export const emptyMnHa = ({ config }: Pick<MpaSession, 'config'>): Bend<RrpInput> => ({
  ...replace<RrpInput>('mnHa', { name: 'mnHa', spi: config.mnHa.spi, authenticator: new Uint8Array(0) }),
  field: 'authenticator cut to 0 octets',
});

/** One bit of the MN-HA authenticator turned over: a comparison may leave out either end of it. */
export const forgedMnHa = (dialect: Dialect, octet: 'first' | 'last' = 'last'): Bend<RrpInput> => ({
  field: 'mnHa authenticator, one bit',
  octets: (octets) => {
    const reply = decodeRrp(octets, dialect);
    const mnHa = reply.ok ? reply.value.extensions.find((e) => e.name === 'mnHa') : undefined;
    const { at = 0, size = octets.length } = mnHa ?? {};
    const turned = octet === 'first' ? at + beforeAuthenticator : at + size - 1;
    return octets.map((value, i) => (i === turned ? value ^ 1 : value));
  },
});
