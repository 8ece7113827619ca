/** RFC 4433 §5.1.2: a home agent that sends the proxy agent to another one. */
import { type Bend, insert } from '../../src/tester/bend.js';
import { mpaSection } from '../../src/tester/case.js';
import { forgedMnHa } from '../../src/tester/mpa-forged.js';
import { draftModes as modes } from '../../src/tester/request.js';
import { replyCodes, type RrpInput } from '../../src/wire/mobileip.js';

const options = {
  needs: ['greKeys'],
  knobs: { dynamic_ha: 'rfc4433' },
  careOfAddresses: 2,
  covers: ['MN-30'],
  waits: true,
} as const;

/** RFC 4433 §3.4: the home agent to turn to, sub-type 2. */
const to = (homeAgent: string): Bend<RrpInput> =>
  insert<RrpInput>('before', 'mnHa', { name: 'dynamicHa', subType: 2, homeAgent });

/** Within this an agent turns to the other home agent, in milliseconds, even when the first answer gets lost. */
const patience = 8000;
/** How long an agent that goes in circles needs for two rounds, a request a second. */
const twoRounds = 5000;

export const proxyRedirection = mpaSection('mpa/rfc4433-5.1.2', { document: 'rfc4433', section: '5.1.2' }, (test) => {
  test('01', 'MUST turn to the home agent that code 143 names', options, async (t) => {
    const node = t.node(modes.l2Bidirectional);
    let other = '';
    node.policy = ({ station }) => {
      if (station.address === other) return {};
      other ||= t.session.stations.otherThan(station.address) ?? '';
      return { code: replyCodes.redirected, bend: to(other) };
    };
    await t.attach(node);
    await t.request(node);
    const again = await node.requests.first(patience, ({ station }) => station.address === other);
    const asked = node.requests.all.map(({ station }) => station.address).join(', ');
    t.demand('MN-30', again !== undefined, `a request to ${other}`, `requests to ${asked}`);
    const named = again?.rrq.extensions.some((e) => e.name === 'dynamicHa' && e.subType === 1 && e.homeAgent === other);
    if (!named) t.note('names the home agent it was sent to without the extension of sub-type 1');
  });

  test('02', 'MUST NOT turn to the home agent of a reply whose authenticator is wrong', options, async (t) => {
    const node = t.node(modes.l2Bidirectional);
    let other = '';
    node.policy = ({ station }) => {
      if (other !== '') return {};
      other = t.session.stations.otherThan(station.address) ?? '';
      const { octets } = forgedMnHa(t.session.dialect);
      return { code: replyCodes.redirected, bend: { ...to(other), ...(octets && { octets }) } };
    };
    await t.attach(node);
    await t.request(node);
    const again = await t.maybeRequest(node, 1);
    if (!again) return t.undecided('no further request came');
    t.demand('MN-30', again.station.address !== other, 'the forged reply to be ignored', `a request to ${other}`);
  });

  test('03', 'MUST stop when two home agents send it to each other', options, async (t) => {
    const node = t.node(modes.l2Bidirectional);
    node.policy = ({ station }) => {
      const other = t.session.stations.otherThan(station.address) ?? '';
      return { code: replyCodes.redirected, bend: to(other) };
    };
    await t.attach(node);
    const first = await t.request(node);
    await t.forcedWait(twoRounds);
    const asked = node.requests.all.map((request) => request.station.address);
    const turns = asked.filter((address, i) => i > 0 && address !== asked[i - 1]);
    if (turns.length === 0) return t.undecided('it does not follow code 143');
    const again = turns.filter((address) => address !== first.station.address).length > 1;
    t.demand('MN-30', !again, 'no second round', `requests to ${asked.join(', ')}`);
  });
});
