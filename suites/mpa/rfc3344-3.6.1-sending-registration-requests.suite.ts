/** RFC 3344 §3.3 and §3.6.1, RFC 2794 §2: the fields and extensions of a request. */
import { mpaSection } from '../../src/tester/case.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import type { ProxiedNode, SeenRequest } from '../../src/tester/proxied-node.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { knobValue } from '../../src/spec/knobs.js';

const unset: ReadonlySet<string> = new Set(['0.0.0.0', '255.255.255.255']);

async function firstRequest(t: MpaContext): Promise<SeenRequest> {
  const node = t.node(modes.bidirectional);
  await t.attach(node);
  const request = await t.request(node);
  t.recorder.blame(request.message.bytes);
  return request;
}

/** Demands that a node that leaves is deregistered. */
async function leaves(t: MpaContext, node: ProxiedNode): Promise<void> {
  const { careOf, homeAddress } = t.granted(node);
  await t.detach(node);
  const request = await t.departure(node);
  const actual = `none within ${t.departurePatience / 1000} s`;
  if (!request) return t.demand('LG-28', false, 'a request with Lifetime 0 on detachment', actual);
  const { rrq } = request;
  const right = rrq.careOfAddress === careOf || rrq.careOfAddress === homeAddress;
  t.demand('LG-28', right, `care-of address ${careOf} or ${homeAddress}`, rrq.careOfAddress);
}

export const proxyRequests = mpaSection('mpa/rfc3344-3.6.1', { document: 'rfc3344', section: '3.6.1' }, (test) => {
  test(
    '01',
    'MUST send from the care-of address to the unicast address of the HA',
    { covers: ['MN-21', 'LG-02'] },
    async (t) => {
      const { rrq, message, station } = await firstRequest(t);
      t.demand(
        'MN-21',
        message.from.address === rrq.careOfAddress,
        `source ${rrq.careOfAddress}`,
        message.from.address,
      );
      t.demand(
        'MN-21',
        rrq.homeAgent === station.address || unset.has(rrq.homeAgent),
        `Home Agent ${station.address}`,
        rrq.homeAgent,
      );
    },
  );

  test(
    '02',
    'MUST ask with HoA 0 (or all ones) while none is known',
    { covers: ['MN-22', 'LG-02', 'LG-09'] },
    async (t) => {
      const { rrq } = await firstRequest(t);
      t.demand('LG-02', unset.has(rrq.homeAddress), 'HoA 0.0.0.0 or 255.255.255.255', rrq.homeAddress);
    },
  );

  test('03', 'MUST send the reserved bits r and x as zero', { covers: ['MN-25'] }, async (t) => {
    const { rrq } = await firstRequest(t);
    t.demand(
      'MN-25',
      !rrq.reservedR && !rrq.reservedX,
      'r=0 and x=0',
      `r=${rrq.reservedR ? 1 : 0}, x=${rrq.reservedX ? 1 : 0}`,
    );
  });

  test('04', 'MUST NOT ask for minimal encapsulation that it does not use', { covers: ['MN-24'] }, async (t) => {
    const { rrq } = await firstRequest(t);
    t.demand('MN-24', !rrq.minimal || !rrq.gre, 'not M and G at once', 'both');
  });

  test('05', 'MUST name the node by an NAI before MN-HA', { covers: ['MN-28', 'LG-28'] }, async (t) => {
    const { rrq } = await firstRequest(t);
    const names = rrq.extensions.map((e) => e.name);
    const [nai, mnHa] = [names.indexOf('nai'), names.indexOf('mnHa')];
    t.demand('MN-28', nai >= 0, 'an NAI extension', names.join(', '));
    t.demand('MN-28', mnHa < 0 || nai < mnHa, 'the NAI before MN-HA', names.join(', '));
  });

  test(
    '06',
    'MUST protect every request with an authentication extension that verifies',
    { covers: ['LG-03', 'LG-19'] },
    async (t) => {
      const request = await firstRequest(t);
      const fault = t.session.authenticationFault(request.message.bytes, request.rrq);
      t.demand('LG-03', fault === undefined, 'an authentication extension that verifies', fault ?? '');
    },
  );

  test('07', 'MUST put FA-HA last', { covers: ['MN-26'] }, async (t) => {
    const { rrq } = await firstRequest(t);
    const names = rrq.extensions.filter((e) => e.name !== 'pad').map((e) => e.name);
    const faHa = names.indexOf('faHa');
    t.demand('MN-26', faHa < 0 || faHa === names.length - 1, 'nothing behind FA-HA', names.join(', '));
    const [mnHa, mnFa] = [names.indexOf('mnHa'), names.indexOf('mnFa')];
    t.demand('MN-26', mnFa < 0 || mnHa < mnFa, 'MN-HA before MN-FA', names.join(', '));
  });

  test('08', 'SHOULD set the D bit as the profile of the agent says', { covers: ['MN-23', 'LG-27'] }, async (t) => {
    const { rrq } = await firstRequest(t);
    const d = rrq.decapsulation ? '1' : '0';
    // RFC 3344 and leung-02 want 1 of a co-located care-of address, leung-10 wants 0
    const wanted = knobValue(t.config.knobs, 'mpa_d_bit');
    if (wanted === 'any') t.note(`D=${d}`);
    else if (d !== wanted) t.warn('MN-23', `D=${wanted}, as knob mpa_d_bit says`, `D=${d}`);
  });

  test(
    '09',
    'MUST name the HoA in renewals and use the HA that granted it',
    { covers: ['MN-22', 'MN-27', 'LG-08'], waits: true },
    async (t) => {
      const node = t.node(modes.bidirectional, { policy: () => ({ lifetime: 6 }) });
      await t.attach(node);
      await t.request(node);
      const renewal = await t.renewal(node, 6000 + t.expiryTolerance);
      if (!renewal) return t.demand('LG-08', false, 'a renewal before the 6 s of the registration are over', 'none');
      const { rrq } = renewal;
      t.demand('MN-22', rrq.homeAddress === node.homeAddress, `HoA ${node.homeAddress}`, rrq.homeAddress);
      t.demand(
        'LG-08',
        rrq.homeAgent === t.granted(node).station.address,
        `Home Agent ${t.granted(node).station.address}`,
        rrq.homeAgent,
      );
    },
  );

  test('10', 'MAY deregister one care-of address or all', { covers: ['MN-29', 'LG-28'], waits: true }, async (t) => {
    await leaves(t, await t.attached(modes.bidirectional));
  });

  test(
    '17',
    'MUST deregister a node that leaves, whatever its tunnel',
    { needs: ['greKeys'], covers: ['LG-28'], waits: true },
    (t) => t.eachMode(async (mode) => leaves(t, await t.attached(mode))),
  );

  test(
    '18',
    'MUST renew again and again, whatever the tunnel',
    { needs: ['greKeys'], covers: ['LG-08'], waits: true },
    async (t) => {
      const [lifetime, times] = [6, 2];
      const nodes: ProxiedNode[] = [];
      await t.eachMode(async (mode) => {
        const node = t.node(mode, { policy: () => ({ lifetime }) });
        nodes.push(node);
        await t.attach(node);
      });
      for (const node of nodes) await t.request(node);
      const words = ({ wish }: ProxiedNode): string =>
        `${wish.l2 ? 'an L2' : 'a normal'} tunnel with ${wish.key === 'own' ? 'its own' : 'an allocated'} key`;
      await Promise.all(
        nodes.map(async (node) => {
          // each may come after its time, for an answer may get lost: then it is a first one
          const last = await t.maybeRequest(node, times, 2000 * lifetime * times);
          if (last) return;
          // an answer that is late or lost may end the registration of an agent that does not repeat, and it may stop there
          const [first] = node.requests.all;
          const isSlow = t.uncertainty(first?.at ?? 0) > 500;
          if (isSlow || !(await t.repeats(modes.bidirectional))) return t.undecided('an answer may have come too late');
          const actual = `${node.requests.all.length - 1} within ${2 * lifetime * times} s`;
          t.demand('LG-08', false, `${times} renewals of ${words(node)}`, actual);
        }),
      );
    },
  );

  test.wholeRun('11', 'MUST have formed every request of the run so', { covers: ['MN-21', 'MN-25', 'MN-26', 'MN-28'] });

  test(
    '14',
    'MUST ask with HoA 0 or that of before when a node comes back',
    { covers: ['LG-09'], waits: true },
    async (t) => {
      const node = t.node(modes.bidirectional, { policy: () => ({ lifetime: 6 }) });
      await t.attach(node);
      await t.renewed(node, 6000 + t.expiryTolerance); // the agent knows its home address
      const { homeAddress } = t.granted(node);
      await t.detach(node);
      const next = node.requests.all.indexOf(await t.departed(node)) + 1;
      await t.attach(node);
      const { rrq, message } = await t.request(node, next);
      if (rrq.lifetime === 0) return t.undecided('the deregistration was repeated');
      const right = unset.has(rrq.homeAddress) || rrq.homeAddress === homeAddress;
      if (!right) t.recorder.blame(message.bytes);
      t.demand('LG-09', right, `HoA 0.0.0.0, 255.255.255.255 or ${homeAddress}`, rrq.homeAddress);
    },
  );

  test(
    '15',
    'MUST name the HoA that it was given in the deregistration too',
    { covers: ['MN-22'], waits: true },
    async (t) => {
      const node = t.node(modes.bidirectional, { policy: () => ({ lifetime: 6 }) });
      await t.attach(node);
      const renewal = await t.renewed(node, 6000 + t.expiryTolerance);
      const known = renewal.rrq.homeAddress;
      if (known !== node.homeAddress) return t.undecided(`its renewal is for ${known}`);
      await t.detach(node);
      const { rrq, message } = await t.departed(node);
      if (rrq.homeAddress !== known) t.recorder.blame(message.bytes);
      t.demand('MN-22', rrq.homeAddress === known, `HoA ${known}`, rrq.homeAddress);
    },
  );

  test.wholeRun('16', 'MUST have signed every request of the run, as an agent with an address of its own', {
    covers: ['LG-02', 'LG-03'],
  });

  test('13', 'SHOULD set the T bit', { covers: ['LG-27'], knobs: { t_bit: '1' } }, async (t) => {
    const { rrq } = await firstRequest(t);
    // a bidirectional tunnel is required, yet no text says that T is set
    if (!rrq.reverseTunneling) t.warn('LG-27', 'T=1: the proxy agent needs a reverse tunnel', 'T=0');
  });

  test('12', 'SHOULD send requests with a UDP checksum', { covers: ['MN-31'], tunnel: true }, async (t) => {
    await t.makeByHand();
    const { message } = await firstRequest(t);
    const datagram = await t.session.udp.first(
      500,
      ({ payload, sourcePort }) => sourcePort === message.from.port && Buffer.compare(payload, message.bytes) === 0,
    );
    if (!datagram) return t.undecided('the datagram of the request was not seen');
    // whether it is right cannot be seen where a network card or a virtual link works it out later
    t.demand('MN-31', datagram.checksum !== 0, 'a UDP checksum', 'none (0)');
  });
});
