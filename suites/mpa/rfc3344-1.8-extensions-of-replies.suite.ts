/** RFC 3344 §1.8 and §1.9: extensions of a reply that the proxy agent does not know, and pads. */
import { insert } from '../../src/tester/bend.js';
import { mpaSection } from '../../src/tester/case.js';
import type { Extension } from '../../src/wire/extensions.js';

/** Types that no document assigns, as far as we know. */
const unknown = { name: 'raw', type: 120, data: Uint8Array.of(1, 2, 3, 4) } as const;
const skippable: Extension = { name: 'raw', type: 200, data: Uint8Array.of(1, 2, 3, 4, 5) };
const empty: Extension = { name: 'raw', type: 201, data: new Uint8Array(0) };
const longest: Extension = { name: 'raw', type: 202, data: new Uint8Array(255).fill(7) };
const pad: Extension = { name: 'pad' };

const gre = { needs: ['greKeys'], tunnel: true } as const;

export const extensionsOfReplies = mpaSection('mpa/rfc3344-1.8', { document: 'rfc3344', section: '1.8' }, (test) => {
  test(
    '01',
    'MUST silently discard a reply with an unknown extension of type 0 to 127',
    { ...gre, covers: ['MN-32'] },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const witness = await t.attached(mode);
        await t.carriesUp(witness);
        const node = t.node(mode, { policy: () => ({ bend: insert('before', 'mnHa', unknown) }) });
        await t.attach(node);
        await t.request(node);
        const actual = 'a packet of a node that was accepted with an unknown extension of type 120';
        await t.nothingUp('MN-32', actual, node, witness);
      }),
  );

  for (const [number, what, id, extra] of [
    ['02', 'skip an unknown extension of type 128 to 255 in a reply and go on', 'MN-33', [skippable]],
    ['03', 'skip one of length 0 and one of length 255', 'MN-33', [empty, longest]],
    ['04', 'read an extension of type 0 in a reply as a single octet', 'MN-34', [pad, pad, pad]],
  ] as const) {
    test(number, `MUST ${what}`, { ...gre, covers: [id] }, (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const node = await t.attached(mode, { policy: () => ({ extra }) });
        await t.up(node, id, { what: 'after such a reply, a packet' });
        await t.down(node, id, { what: 'after such a reply, a packet' });
      }),
    );
  }
});
