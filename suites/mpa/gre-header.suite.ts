/** The GRE header as the proxy agent takes and sends it: RFC 2784 §2 and 3, RFC 2890 §2. */
import type { RequirementId } from '../../src/spec/catalogue.js';
import { mpaSection } from '../../src/tester/case.js';
import type { DownOptions, MpaContext } from '../../src/tester/mpa-context.js';
import type { Mode } from '../../src/tester/request.js';
import { hexKey } from '../../src/oracle/exchange.js';
import type { GreInput } from '../../src/wire/gre.js';

const gre = { needs: ['greKeys'], tunnel: true } as const;

/** One L2 mode and one normal mode: the header is the same in all of them. */
const oneOfEach = ({ key, a }: Mode): boolean => (a ? key === 0 : key === 'own');
const hex = (bits: number): string => `0x${bits.toString(16).padStart(4, '0')}`;

/** A packet with such a header does not reach the node. */
const dropped = (t: MpaContext, id: RequirementId, what: string, options: DownOptions): Promise<void> =>
  t.eachMode(async (mode) => {
    t.needAccess();
    const node = await t.attached(mode);
    await t.carriesDown(node);
    await t.nothingDown(id, what, (probe) => t.sendDown(node, probe, options), node);
  }, oneOfEach);

/** A packet with such a header reaches the node. */
const delivered = (t: MpaContext, id: RequirementId, all: readonly DownOptions[]): Promise<void> =>
  t.eachMode(async (mode) => {
    t.needAccess();
    const node = await t.attached(mode);
    await t.carriesDown(node);
    for (const options of all) await t.down(node, id, options);
  }, oneOfEach);

/** RFC 2784 §2.3 counts the bits of the first 16 from the left; the field of 9 bits begins at bit 4. */
const reserved0 = (bits: number): GreInput => ({ reserved0: bits >>> 3 });

export const proxyGreHeader = mpaSection('mpa/gre', { document: 'rfc2784', section: '2' }, (test) => {
  for (const [number, version] of [
    ['01', 1],
    ['02', 7],
  ] as const) {
    test(number, `MUST drop packets of GRE version ${version}`, { ...gre, covers: ['GR-01'] }, (t) =>
      dropped(t, 'GR-01', `a packet of version ${version}`, { gre: { version } }),
    );
  }

  for (const [number, bits, name, header] of [
    ['03', 0x4000, 'bit 1', { hasRouting: true }],
    ['04', 0x0800, 'bit 4', reserved0(0x0800)],
    ['05', 0x0400, 'bit 5', reserved0(0x0400)],
  ] as const) {
    test(
      number,
      `MUST drop packets with ${name} of the header set (${hex(bits)})`,
      { ...gre, covers: ['GR-02'], knobs: { gre_1701: 'no' } },
      (t) => dropped(t, 'GR-02', `a packet with ${hex(bits)} set`, { gre: header }),
    );
  }

  for (let bit = 6; bit <= 12; bit++) {
    const bits = 0x8000 >>> bit;
    test(
      String(bit).padStart(2, '0'),
      `MUST ignore bit ${bit} of the header (${hex(bits)})`,
      { ...gre, covers: ['GR-03'] },
      (t) => delivered(t, 'GR-03', [{ gre: reserved0(bits) }]),
    );
  }

  test('13', 'SHOULD drop packets of an unknown protocol type', { ...gre, covers: ['GR-07'] }, (t) =>
    dropped(t, 'GR-07', 'a packet of protocol type 0x1234', { gre: { protocol: 0x1234 } }),
  );

  test.wholeRun('14', 'MUST have sent version 0 and zero in all reserved bits in every packet of the run', {
    ...gre,
    covers: ['GR-01', 'GR-06', 'GR-15'],
  });

  test.wholeRun('15', 'MUST have sent IPv4 as protocol type 0x0800 in every packet of the run', {
    ...gre,
    covers: ['GR-08'],
  });
});

export const proxyGreChecksum = mpaSection('mpa/gre', { document: 'rfc2784', section: '2.5' }, (test) => {
  test('16', 'MUST accept packets with a checksum', { ...gre, covers: ['GR-04'] }, (t) =>
    // an odd number of octets too: the sum is padded with a zero octet, RFC 1071
    delivered(t, 'GR-04', [{ gre: { hasChecksum: true } }, { gre: { hasChecksum: true }, padding: 1 }]),
  );

  test('17', 'MUST NOT deliver packets whose checksum is wrong', { ...gre, covers: ['GR-05'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      // where checksums are not taken at all (GR-04), nothing shows that they are looked at
      await t.carriesDown(node, { gre: { hasChecksum: true } });
      await t.nothingDown(
        'GR-05',
        'a packet with one bit of its checksum flipped',
        (probe) => t.sendDown(node, probe, { gre: { hasChecksum: true }, octets: flipped(5) }),
        node,
      );
    }, oneOfEach),
  );

  test('18', 'MUST look for the key behind the checksum when there is one', { ...gre, covers: ['GR-12'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      await t.carriesDown(node);
      await t.nothingDown(
        'GR-12',
        'a packet with the key in the place of the checksum',
        (probe) => t.sendDown(node, probe, { gre: { hasChecksum: true }, octets: keyFirst }),
        node,
      );
      await t.carriesDown(node, { gre: { hasChecksum: true } });
    }, oneOfEach),
  );

  test.wholeRun('19', 'MUST have sent right checksums in every packet of the run that has one', {
    ...gre,
    covers: ['GR-04'],
    unseen: 'no packet of the run has a checksum',
  });
});

export const proxyGreKey = mpaSection('mpa/gre', { document: 'rfc2890', section: '2.1' }, (test) => {
  test(
    '30',
    'MUST NOT deliver packets whose key is the right one plus 1 or in reverse octet order',
    { ...gre, covers: ['GR-11'] },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const node = await t.attached(mode);
        await t.carriesDown(node);
        const right = t.granted(node).forwardKey ?? 0;
        for (const [what, key] of [
          ['its octets in reverse order', reversed(right)],
          ['another key', (right + 1) >>> 0],
        ] as const) {
          if (key === right) continue;
          await t.nothingDown(
            'GR-11',
            `a packet with ${what} (${hexKey(key)})`,
            (probe) => t.sendDown(node, probe, { key }),
            node,
          );
        }
      }, oneOfEach),
  );
});

/** One bit of an octet turned over. */
const flipped =
  (at: number) =>
  (octets: Uint8Array): Uint8Array =>
    octets.map((octet, i) => (i === at ? octet ^ 1 : octet));

/** Key and checksum words exchanged: the sum over all, and so the checksum, stays right. */
const keyFirst = (octets: Uint8Array): Uint8Array => {
  const bent = octets.slice();
  bent.set(octets.subarray(8, 12), 4);
  bent.set(octets.subarray(4, 8), 8);
  return bent;
};

const reversed = (key: number): number =>
  (((key & 0xff) << 24) | ((key & 0xff00) << 8) | ((key >>> 8) & 0xff00) | (key >>> 24)) >>> 0;
