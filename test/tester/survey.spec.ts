import { expect } from 'chai';
import { haFaults } from '../../src/dut/faults/ha.js';
import { type HomeAgentOptions, startHomeAgent } from '../../src/dut/ha.js';
import { type MpaOptions, startMpa } from '../../src/dut/mpa.js';
import { haVariants } from '../../src/dut/variants.js';
import { memoryNet } from '../../src/net/memory.js';
import type { RunConfig } from '../../src/spec/config.js';
import { surveyHomeAgent } from '../../src/tester/survey/home-agent.js';
import { type Observation, type Survey, SurveyEnd } from '../../src/tester/survey/observation.js';
import { surveyProxyAgent } from '../../src/tester/survey/proxy-agent.js';
import { haConfig } from './in-memory.js';

type Values = Readonly<Record<string, Observation['value']>>;

/** What the tester is told of a device: not what it supports. */
const told: RunConfig & { readonly target: typeof haConfig.target } = {
  ...haConfig,
  pixit: { realm: 'example.org' },
  timeout: 500,
};

async function survey(device: Partial<HomeAgentOptions> = {}, config: Partial<RunConfig> = {}): Promise<Survey> {
  const net = memoryNet();
  const host = await startHomeAgent(net.device, { addresses: [haConfig.target.address], seed: 7, ...device });
  try {
    const own = { ...told, ...config, target: told.target };
    return await surveyHomeAgent(own, net, new AbortController().signal);
  } finally {
    await host.close();
  }
}

const valuesOf = ({ observations }: Survey): Values =>
  Object.fromEntries(observations.flatMap((o) => (o.value === undefined || o.excuses ? [] : [[o.setting, o.value]])));

/** What is true of the reference home agent. */
const truth: Values = {
  profile: 'tsirtsis-00',
  'pics.greKeys': true,
  'pics.l2': true,
  'pics.l2NodeToNode': true,
  'pics.ipInIp': true,
  'pics.reverseTunneling': true,
  'pics.simultaneousBindings': true,
  'pics.dynamicHomeAddress': true,
  'pics.homeLink.arp': true,
  'pics.homeLink.icmpEcho': true,
  'pics.homeLink.dhcpv4': true,
  'pics.homeLink.dhcpv6': true,
  'pics.homeLink.slaac': true,
  'pixit.maxLifetime': 1800,
  'pixit.gateway.ipv4': '10.99.0.1',
  'knobs.base': 'rfc3344',
  'knobs.key_direction': 'sender',
};

const noLink = Object.fromEntries(
  Object.keys(truth).flatMap((k) => (/homeLink|l2NodeToNode|gateway/.test(k) ? [[k, undefined]] : [])),
);
const noServers = Object.fromEntries(['dhcpv4', 'dhcpv6', 'slaac'].map((item) => [`pics.homeLink.${item}`, undefined]));
const algorithm = 'securityAssociations.mnHa.algorithm';
const faHa = { spi: 512, key: '8f0e0d0c0b0a09080706050403020100' };

describe('survey of a home agent', () => {
  it('finds what the reference has, in few requests, and leaves nothing behind', async () => {
    const found = await survey();
    expect(valuesOf(found)).to.deep.equal(truth);
    expect(found.requests).to.be.at.most(15);
    expect(found.left).to.deep.equal([]);
    for (const { evidence } of found.observations) expect(evidence).to.match(/\S/);
  });

  const rows: readonly (readonly [string, Partial<HomeAgentOptions>, Values, Partial<RunConfig>?])[] = [
    ['L2 tunnels off', { features: { l2: false } }, { ...noLink, 'pics.l2': false, profile: undefined }],
    [
      'GRE keys off',
      { features: { greKeys: false, l2: false } },
      {
        ...noLink,
        ...{ profile: undefined, 'knobs.key_direction': undefined },
        'pics.greKeys': false,
        'pics.l2': false,
      },
    ],
    [
      'the layout of RFC 6245',
      { greKeyForm: 'rfc6245', keyDirection: 'receiver', features: { l2: false } },
      { ...noLink, profile: 'rfc6245', 'pics.l2': false, 'knobs.key_direction': 'receiver' },
    ],
    [
      'yegani-02',
      { greKeyForm: 'yegani-02', keyDirection: 'receiver', features: { l2: false } },
      { ...noLink, profile: 'yegani-02', 'pics.l2': false, 'knobs.key_direction': 'receiver' },
    ],
    ['keys assigned by the receiver', { keyDirection: 'receiver' }, { 'knobs.key_direction': 'receiver' }],
    ['base rules of RFC 5944', { base: 'rfc5944' }, { 'knobs.base': 'rfc5944' }],
    ['no simultaneous bindings', { features: { simultaneousBindings: false } }, { 'pics.simultaneousBindings': false }],
    ['no reverse tunnels', { features: { reverseTunneling: false } }, { 'pics.reverseTunneling': false }],
    ['nonces', { replay: 'nonces' }, { 'securityAssociations.mnHa.replay': 'nonces' }],
    [
      'prefix+suffix MD5',
      { mnHa: [{ spi: 256, key: '00112233445566778899aabbccddeeff', algorithm: 'prefix-suffix-md5' }] },
      { [algorithm]: 'prefix-suffix-md5' },
    ],
    ['a shorter lifetime', { maxLifetime: 300 }, { 'pixit.maxLifetime': 300 }],
    ['no servers at home', { services: [] }, noServers],
    ['nodes kept apart', { features: { l2NodeToNode: false } }, { 'pics.l2NodeToNode': undefined }],
    [
      'an FA-HA association',
      { faHa: [faHa] },
      { 'pics.revocation': false },
      { faHa: { ...haConfig.mnHa, spi: 512, key: Buffer.from(faHa.key, 'hex') } },
    ],
  ];
  for (const [what, device, differs, config] of rows) {
    it(`finds ${what}`, async () => {
      const expected = Object.fromEntries(Object.entries({ ...truth, ...differs }).filter(([, v]) => v !== undefined));
      const found = await survey(device, config);
      expect(valuesOf(found)).to.deep.equal(expected);
      expect(found.left).to.deep.equal([]);
    });
  }

  describe('of a device that gives no home addresses', () => {
    const device = { features: { dynamicHomeAddress: false } };

    it('takes no refusal of them for one of the extension, and says how to ask on', async () => {
      const found = await survey(device);
      expect(valuesOf(found)).not.to.have.any.keys('pics.greKeys', 'pics.l2', 'pics.ipInIp');
      const evidence = found.observations.find((o) => o.setting === 'pics.dynamicHomeAddress')?.evidence;
      expect(evidence).to.include('--pixit homeNetwork=');
    });

    it('asks for addresses of its network', async () => {
      const found = await survey(device, { pixit: { realm: 'example.org', homeNetwork: '10.99.0.0/24' } });
      const expected = { 'pics.dynamicHomeAddress': false, 'pics.greKeys': true, 'pics.l2': true, 'pics.ipInIp': true };
      expect(valuesOf(found)).to.include(expected);
    });
  });

  it('says nothing of tunnels without raw sockets', async () => {
    const found = await survey({}, { gre: false, noGreReason: 'no privilege' });
    expect(valuesOf(found)).not.to.have.any.keys('knobs.key_direction', 'pics.homeLink.arp', 'pixit.gateway.ipv4');
    expect(found.observations.find((o) => o.setting === 'knobs.key_direction')?.evidence).to.include('no privilege');
  });

  it('leaves to a person what would excuse a deviation', async () => {
    const found = await survey({ features: { keylessGre: true } });
    expect(found.observations.find((o) => o.excuses)).to.include({ setting: 'knobs.g_without_ext', value: 'keyless' });
  });

  it('asks nobody about what the profile has by itself', async () => {
    const features = { l2: false, keylessGre: true };
    const found = await survey({ greKeyForm: 'rfc6245', keyDirection: 'receiver', features });
    expect(found.observations.filter((o) => o.excuses)).to.deep.equal([]);
  });

  for (const [what, device, config, part] of [
    ['a wrong key', {}, { mnHa: { ...haConfig.mnHa, key: Uint8Array.of(1) } }, 'check --spi and --key'],
    ['an FA-HA association that it was not told', { faHa: [faHa] }, {}, 'add --fa-ha-spi'],
    ['nobody', { addresses: ['192.0.2.99'] }, {}, 'answered none of 2 valid registrations'],
  ] as const) {
    it(`ends with advice: ${what}`, async () => {
      const error = await survey(device, config).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(SurveyEnd).with.property('message').that.includes(part);
    });
  }

  for (const { id } of haVariants) {
    it(`is not misled by the correct variant ${id}`, async () => {
      const found = valuesOf(await survey({ variant: id }));
      // what a variant keeps to itself may stay unknown, but nothing is said that is not so
      for (const [setting, value] of Object.entries(found)) {
        if (`${id} ${setting}` === 'one-binding-only pics.simultaneousBindings') continue; // code 1 says so
        if (setting === 'pixit.maxLifetime') continue;
        expect(value, setting).to.equal(truth[setting]);
      }
    });
  }

  it('lets no fault switch off the cases that show it', async () => {
    const excused: string[] = [];
    for (const { id } of haFaults) {
      const found = await survey({ fault: id }).catch((reason: unknown) => reason);
      if (found instanceof SurveyEnd) continue;
      if (found instanceof Error) throw found;
      for (const [setting, value] of Object.entries(valuesOf(found as Survey))) {
        const decides = value === false || /^(profile|knobs)/.test(setting);
        if (decides && truth[setting] !== value) excused.push(`${id}: ${setting}=${String(value)}`);
      }
    }
    expect(excused).to.deep.equal([]);
  }).timeout(60_000);
});

describe('survey of a mobility proxy agent', () => {
  async function surveyed(device: Partial<MpaOptions> = {}): Promise<Values> {
    const net = memoryNet();
    const homeAgent = { address: '192.0.2.1' };
    const host = await startMpa(net.device, { address: '198.51.100.7', homeAgent, seed: 7, ...device });
    const begun = ({ ok }: { readonly ok: boolean }): 'begun' | 'unsupported' => (ok ? 'begun' : 'unsupported');
    const control = {
      advice: 'attach a node',
      attach: async ({ nai, mac }: { nai: string; mac: string }, wish: { l2: boolean; key: 'zero' | 'own' }) =>
        begun(host.command({ kind: 'attach', nai, mac, ...wish })),
      detach: async ({ nai, mac }: { nai: string; mac: string }) => begun(host.command({ kind: 'detach', nai, mac })),
    };
    const config: RunConfig = { ...told, as: 'ha', local: ['192.0.2.1'], target: { address: '0.0.0.0', port: 434 } };
    try {
      return valuesOf(await surveyProxyAgent(config, net, { control }, new AbortController().signal));
    } finally {
      await host.close();
    }
  }

  const truthOfMpa: Values = {
    target: '198.51.100.7',
    profile: 'tsirtsis-00',
    'pics.greKeys': true,
    'pics.l2': true,
    'pics.reverseTunneling': true,
    'pics.dynamicHomeAddress': true,
    'pics.revocation': false,
    [algorithm]: 'hmac-md5',
  };

  it('reads what its requests show', async () => {
    expect(await surveyed()).to.deep.equal(truthOfMpa);
  });

  it('reads the layout of RFC 6245', async () => {
    expect(await surveyed({ greKeyForm: 'rfc6245' })).to.include({ profile: 'rfc6245', 'pics.greKeys': true });
  });
});
