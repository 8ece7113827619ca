/** RFC 3344 §1.8 and §1.9: extensions of a reply that the proxy agent does not know, and pads. */
import { type Bend, insert } from '../../src/tester/bend.js';
import { mpaSection } from '../../src/tester/case.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import { draftModes as modes } from '../../src/tester/request.js';
import type { RequirementId } from '../../src/spec/catalogue.js';
import type { Extension } from '../../src/wire/extensions.js';
import type { RrpInput } from '../../src/wire/mobileip.js';

/** Types that no document assigns, as far as we know. */
const unknown = { name: 'raw', type: 120, data: Uint8Array.of(1, 2, 3, 4) } as const;
const skippable = { name: 'raw', type: 200, data: Uint8Array.of(1, 2, 3, 4, 5) } as const;
const empty = { name: 'raw', type: 201, data: new Uint8Array(0) } as const;
const pad: Extension = { name: 'pad' };

const early = (extension: Extension): Bend<RrpInput> => insert('before', 'mnHa', extension);

/** An acceptance with these extensions sets the tunnel up. */
async function accepts(t: MpaContext, id: RequirementId, what: string, bend: Bend<RrpInput>): Promise<void> {
  const node = t.node(modes.bidirectional);
  const key = node.nextKey();
  let isBent = false;
  node.policy = () => {
    if (isBent) return { key };
    isBent = true;
    return { key, bend, counts: true };
  };
  await t.attach(node);
  await t.request(node);
  const { frame } = await t.up(node, id, { what: `after a reply with ${what}, a packet` });
  t.demand(id, frame.gre?.key === key, 'the key of the reply', 'another one');
}
