/** draft-leung-mip4-proxy-mode §4 to 6: when a proxy agent registers, and what it tells home agent and node. */
import { mpaSection } from '../../src/tester/case.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import type { ProxiedNode, SeenRequest } from '../../src/tester/proxied-node.js';
import { draftModes as modes } from '../../src/tester/request.js';
import type { OpaqueExtension } from '../../src/wire/extensions.js';

/** Seconds granted where a renewal is waited for. */
const shortLifetime = 6;
/** Milliseconds for which a request may have been under way when its node left. */
const underWay = 1000;
const unset: ReadonlySet<string> = new Set(['0.0.0.0', '255.255.255.255']);

export const proxyAttachment = mpaSection('mpa/leung-4.1', { document: 'leung', section: '4.1' }, (test) => {
  test('01', 'MUST register a node that was given access', { covers: ['LG-01'] }, (t) =>
    t.eachMode(async (mode) => {
      const node = t.node(mode);
      await t.attach(node);
      const seen = await t.maybeRequest(node, 0, t.attachPatience);
      t.demand(
        'LG-01',
        seen !== undefined,
        `a request for ${node.nai}`,
        `none within ${Math.round(t.attachPatience / 1000)} s`,
      );
    }),
  );

  test('02', 'MUST hand the HoA of the reply to the node by DHCP', { covers: ['LG-07'], tunnel: true }, async (t) => {
    t.needAccess();
    for (const node of [await t.attached(modes.bidirectional), await t.attached(modes.bidirectional)]) {
      const { homeAddress } = t.granted(node);
      const offer = await t.offer(node);
      if (!offer) return t.undecided('no DHCP offer came: the node may get its address in another way');
      const offered = offer.message.yourAddress;
      t.demand('LG-07', offered === homeAddress, `an offer of ${homeAddress}`, offered);
      const leased = (await t.lease(offer))?.message.yourAddress;
      t.demand('LG-07', leased === homeAddress, `a lease of ${homeAddress}`, leased ?? 'none');
    }
  });
});

/** A node for which a home agent is assigned that was not asked, `other`, and its renewal. */
async function renewedElsewhere(t: MpaContext): Promise<{ node: ProxiedNode; other: string; renewal: SeenRequest }> {
  const node = t.node(modes.bidirectional);
  let other = '';
  node.policy = ({ station }) => {
    other ||= t.session.stations.otherThan(station.address) ?? '';
    return { lifetime: shortLifetime, homeAgent: other };
  };
  await t.attach(node);
  await t.request(node);
  const renewal = await t.renewed(node, 1000 * shortLifetime + t.expiryTolerance);
  return { node, other, renewal };
}

export const proxyRenewal = mpaSection('mpa/leung-4.1.2', { document: 'leung', section: '4.1.2' }, (test) => {
  test(
    '01',
    'MUST renew at the home agent that the reply assigned',
    { covers: ['LG-08'], waits: true, careOfAddresses: 2, knobs: { dynamic_ha: 'rfc4433' } },
    async (t) => {
      const { other, renewal } = await renewedElsewhere(t);
      const { address } = renewal.station;
      if (address !== other) t.recorder.blame(renewal.message.bytes);
      t.demand('LG-08', address === other, `a renewal sent to ${other}`, `one to ${address}`);
      const named = renewal.rrq.homeAgent;
      // RFC 4433 §4.1.1 lets renewals leave the field open
      t.demand('LG-08', named === other || unset.has(named), `Home Agent ${other}`, named);
    },
  );
});

export const proxyFarewell = mpaSection('mpa/leung-7', { document: 'leung', section: '7' }, (test) => {
  test(
    '01',
    'MUST deregister a node at the home agent that the reply assigned',
    { covers: ['LG-28'], waits: true, careOfAddresses: 2, knobs: { dynamic_ha: 'rfc4433' } },
    async (t) => {
      const { node, other, renewal } = await renewedElsewhere(t);
      if (renewal.station.address !== other) return t.undecided(`it renews at ${renewal.station.address}`);
      await t.detach(node);
      const { station, message } = await t.departed(node);
      if (station.address !== other) t.recorder.blame(message.bytes);
      t.demand('LG-28', station.address === other, `a deregistration sent to ${other}`, `one to ${station.address}`);
    },
  );
});

export const proxyOrder = mpaSection('mpa/leung-4.4', { document: 'leung', section: '4.4' }, (test) => {
  test('01', 'MUST NOT register a node again after it has left', { covers: ['LG-21'], waits: true }, async (t) => {
    const policy = (): { readonly lifetime: number } => ({ lifetime: shortLifetime });
    const [node, witness] = [t.node(modes.bidirectional, { policy }), t.node(modes.bidirectional, { policy })];
    for (const each of [node, witness]) {
      await t.attach(each);
      await t.request(each);
    }
    await t.detach(node);
    const left = t.session.clock.now();
    // when the witness is renewed for the second time, the first renewal of the node would be over
    await t.renewed(witness, 2500 * shortLifetime, 2);
    const late = node.requests.all.find(({ at, rrq }) => at > left + underWay && rrq.lifetime !== 0);
    if (late) t.recorder.blame(late.message.bytes);
    const actual = late ? `one ${((late.at - left) / 1000).toFixed(1)} s after it left` : '';
    t.demand('LG-21', !late, 'no registration for a node that has left', actual);
  });
});

export const proxyHomeAgent = mpaSection('mpa/leung-4.6', { document: 'leung', section: '4.6' }, (test) => {
  test(
    '01',
    'MUST tunnel to the home agent of the reply when it left the choice open',
    { needs: ['greKeys'], covers: ['LG-22', 'TN-08'], tunnel: true, careOfAddresses: 2 },
    async (t) => {
      t.needAccess();
      const node = t.node(modes.bidirectional);
      let other = '';
      node.policy = ({ station }) => {
        other = t.session.stations.otherThan(station.address) ?? '';
        return { homeAgent: other };
      };
      await t.attach(node);
      const { rrq } = await t.request(node);
      if (!unset.has(rrq.homeAgent)) return t.note(`names its home agent: ${rrq.homeAgent}`);
      const { outer } = (await t.up(node, 'TN-08')).frame;
      t.demand('TN-08', outer.destination === other, `outer destination ${other}`, outer.destination);
    },
  );
});

async function firstRequest(t: MpaContext): Promise<SeenRequest> {
  const node = t.node(modes.bidirectional);
  await t.attach(node);
  return t.request(node);
}

export const pmipExtensions = mpaSection('mpa/leung-5', { document: 'leung', section: '5' }, (test) => {
  test(
    '01',
    'MUST place PMIPv4 extensions, where it sends any, before the authentication',
    { covers: ['LG-23', 'LG-25'] },
    async (t) => {
      const { rrq, message } = await firstRequest(t);
      const names = rrq.extensions.map((e) => e.name);
      const last = Math.max(names.lastIndexOf('pmipNonSkippable'), names.lastIndexOf('pmipSkippable'));
      if (last < 0) return t.note('sends no PMIPv4 extensions');
      const first = names.findIndex((name) => name === 'mnHa' || name === 'faHa' || name === 'generalizedAuth');
      if (last > first) t.recorder.blame(message.bytes);
      t.demand('LG-23', last < first, 'the PMIPv4 extensions before the authentication', names.join(', '));
      for (const e of rrq.extensions) {
        if (e.name !== 'pmipSkippable') continue;
        const odd = `sub-type ${e.subType} with ${e.data.length} octets`;
        t.demand('LG-25', isKnown(e), 'a sub-type of the draft with its body', odd);
      }
    },
  );

  test(
    '02',
    'MUST name its method when FA-HA alone authenticates its requests',
    { covers: ['LG-24'], faHa: true },
    async (t) => {
      const { rrq, message } = await firstRequest(t);
      const has = (name: string): boolean => rrq.extensions.some((e) => e.name === name);
      if (has('mnHa') || !has('faHa')) return t.note('authenticates its requests per mobile node');
      if (!has('pmipNonSkippable')) t.recorder.blame(message.bytes);
      const names = rrq.extensions.map((e) => e.name).join(', ');
      t.demand('LG-24', has('pmipNonSkippable'), 'the extension of the per-node authentication method', names);
    },
  );

  test.wholeRun('03', 'MUST have placed PMIPv4 extensions before the authentication in every request of the run', {
    covers: ['LG-23'],
    unseen: 'no request of the run has PMIPv4 extensions',
  });
});

/** draft-leung-mip4-proxy-mode-10 §5.2 to 5.5. */
function isKnown({ subType, data }: OpaqueExtension): boolean {
  const [kind = 0] = data;
  switch (subType) {
    case 1:
      return data.length > 0;
    case 2:
      return kind >= 1 && kind <= 4 && data.length > 1;
    case 3:
      return kind === 1 && data.length > 1;
    case 4:
      return kind >= 1 && kind <= 8 && data.length === 1;
    default:
      return false;
  }
}

export const proxyDhcp = mpaSection('mpa/leung-6.3', { document: 'leung', section: '6.3' }, (test) => {
  test(
    '01',
    'MUST deregister a node that releases its address',
    { covers: ['LG-29'], tunnel: true, waits: true },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.bidirectional);
      const offer = await t.offer(node);
      if (!offer) return t.skip('the agent offers no addresses by DHCP on its access link');
      const lease = await t.lease(offer);
      if (!lease) return t.undecided('the offered address was not leased');
      t.release(lease);
      const actual = `none within ${t.departurePatience / 1000} s`;
      const isTold = (await t.departure(node)) !== undefined;
      t.demand('LG-29', isTold, 'a request with Lifetime 0 after DHCPRELEASE', actual);
    },
  );
});
