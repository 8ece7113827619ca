/** draft-yegani-gre-key-extension-02 §4.1 and §4.3: how the extension is sent. */
import { mpaSection } from '../../src/tester/case.js';
import { greKeyOf } from '../../src/tester/grant.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { ipProtocols } from '../../src/wire/ipv4.js';

const gre = { needs: ['greKeys'] } as const;

export const yeganiProxyAgent = mpaSection('mpa/yegani-4.1', { document: 'yegani', section: '4.1' }, (test) => {
  test(
    '01',
    'MUST support IP-in-IP',
    { refuses: ['greKeys'], needs: ['ipInIp'], covers: ['YG-01', 'LG-18'], tunnel: true },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.bidirectional);
      const { frame } = await t.up(node, 'YG-01');
      const { protocol } = frame.outer;
      t.demand('YG-01', protocol === ipProtocols.ipInIp, 'IP protocol 4', String(protocol));
      const source = frame.inner?.source ?? 'no IPv4 packet';
      t.demand('LG-18', source === node.homeAddress, `a packet from ${node.homeAddress} inside`, source);
      await t.down(node, 'YG-01');
    },
  );

  test(
    '02',
    'MUST send the extension in the initial request of a GRE session',
    { ...gre, covers: ['YG-07', 'YG-24'] },
    (t) =>
      t.eachMode(async (mode) => {
        const node = t.node(mode);
        await t.attach(node);
        const { rrq } = await t.request(node);
        t.demand('YG-07', greKeyOf(rrq) !== undefined, 'the extension', 'none');
      }),
  );

  test(
    '03',
    'MUST send the extension in every renewal of a GRE session',
    { ...gre, covers: ['YG-07'], waits: true },
    async (t) => {
      const node = t.node(modes.bidirectional, { policy: () => ({ lifetime: 6 }) });
      await t.attach(node);
      await t.request(node);
      const { rrq } = await t.renewed(node, 6000);
      t.demand('YG-07', greKeyOf(rrq) !== undefined, 'the extension in a renewal', 'none');
    },
  );

  test(
    '04',
    'MUST send the extension in the deregistration of a GRE session',
    { ...gre, covers: ['YG-07'], waits: true },
    (t) =>
      t.eachMode(async (mode) => {
        const node = await t.attached(mode);
        await t.detach(node);
        const { rrq } = await t.departed(node);
        t.demand('YG-07', greKeyOf(rrq) !== undefined, 'the extension in a deregistration', 'none');
      }),
  );

  test('05', 'MUST encode the extension as a non-skippable TLV', { ...gre, covers: ['YG-08'] }, async (t) => {
    const node = t.node(modes.bidirectional);
    await t.attach(node);
    const asked = greKeyOf((await t.request(node)).rrq);
    t.demand('YG-08', asked !== undefined, `an extension of type ${t.session.dialect.greKeyType} and length 6`, 'none');
  });

  test(
    '06',
    'MUST place the extension where it is protected, and never behind FA-HA',
    { ...gre, covers: ['YG-09', 'MN-26'] },
    async (t) => {
      const node = t.node(modes.bidirectional);
      await t.attach(node);
      const { rrq, message } = await t.request(node);
      const names = rrq.extensions.map((e) => e.name);
      const [key, mnHa, faHa] = (['greKey', 'mnHa', 'faHa'] as const).map((name) => names.lastIndexOf(name)) as [
        number,
        number,
        number,
      ];
      if (faHa >= 0 && key > faHa) t.recorder.blame(message.bytes);
      t.demand('YG-09', faHa < 0 || key < faHa, 'the extension before FA-HA', names.join(', '));
      // yegani-02 puts it behind MN-HA, RFC 3344 before it; behind MN-HA and without FA-HA nothing protects it
      if (mnHa >= 0 && key > mnHa && faHa < 0) t.note(`the key is not authenticated: ${names.join(', ')}`);
    },
  );

  test('07', 'SHOULD set the G bit in GRE mode', { ...gre, covers: ['YG-18', 'YG-21'] }, async (t) => {
    const node = t.node(modes.unidirectional);
    await t.attach(node);
    const { rrq } = await t.request(node);
    t.demand('YG-18', rrq.gre, 'G=1', 'G=0');
  });

  test(
    '09',
    'MUST place the extension in front of FA-HA where it sends both',
    { ...gre, covers: ['YG-09', 'MN-26'], faHa: true },
    (t) =>
      t.eachMode(async (mode) => {
        const node = t.node(mode);
        await t.attach(node);
        const { rrq, message } = await t.request(node);
        const names = rrq.extensions.map((e) => e.name);
        const [key, faHa] = [names.lastIndexOf('greKey'), names.indexOf('faHa')];
        if (key < 0 || faHa < 0) return t.note('does not send both the extension and FA-HA');
        if (key > faHa) t.recorder.blame(message.bytes);
        t.demand('YG-09', key < faHa, 'the extension before FA-HA', names.join(', '));
      }),
  );

  test.wholeRun('10', 'SHOULD have set the G bit in every request of the run that asks for keys', {
    ...gre,
    covers: ['YG-18'],
  });

  test.wholeRun('08', 'MUST have sent the extension in every request of the run, as a TLV in its place', {
    ...gre,
    covers: ['YG-07', 'YG-08', 'YG-09'],
  });
});
