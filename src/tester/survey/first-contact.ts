/**
 * The first exchange: does the device answer, do the keys agree, which algorithm and replay protection does it use, and
 * does it give home addresses? What is learnt goes into the configuration of all that follows.
 */
import type { Net } from '../../net/port.js';
import type { RunConfig } from '../../spec/config.js';
import { high32, ntpTimestamp, replyCodes } from '../../wire/mobileip.js';
import { HostAddresses } from '../home.js';
import { modes } from '../request.js';
import { Session } from '../session.js';
import { dialectOf } from '../dialect.js';
import { codeText } from '../signalling.js';
import { type Accepted, Asking, type Heard, heardText } from './asking.js';
import { type Observation, SurveyEnd } from './observation.js';

export interface Contact {
  readonly asking: Asking;
  readonly config: RunConfig;
  /** A home address that the device gave by itself. */
  readonly assigned: string | undefined;
  readonly observations: readonly Observation[];
}

export type Target = NonNullable<RunConfig['target']>;

/** Opens a session; the caller closes it. */
export async function openAsking(config: RunConfig, net: Net, target: Target, signal: AbortSignal): Promise<Asking> {
  const session = new Session(config, net, target, dialectOf(config));
  await session.open(net);
  return new Asking(session, signal);
}

/** A change to the configuration that the latest answer calls for, and what it shows. */
interface Turn {
  readonly config: RunConfig;
  readonly observation: Observation;
}

/** Two clocks that differ by more than the usual 7 s cannot work together, RFC 3344 §5.7.1. */
const usualSkew = 7;

/** @throws SurveyEnd when nothing can be learnt from this device as it is configured */
export async function firstContact(given: RunConfig, net: Net, target: Target, signal: AbortSignal): Promise<Contact> {
  const observations: Observation[] = [];
  let config = given;
  // each turn changes one thing for good, so there are no more turns than things
  for (let turn = 0; turn < 5; turn++) {
    const asking = await openAsking(config, net, target, signal);
    try {
      const heard = await asking.ask(modes.ipInIp);
      if (heard.kind === 'silence') throw new SurveyEnd(silent(target, config.timeout));
      const next = await turnFor(heard, config, asking);
      if (!next) {
        const assigned = heard.kind === 'accepted' ? heard.exchange.rrp.homeAddress : undefined;
        return { asking, config, assigned, observations: [...observations, ...(await settle(asking, heard, config))] };
      }
      config = next.config;
      observations.push(next.observation);
    } catch (error) {
      await asking.session.close();
      throw error;
    }
    await asking.session.close();
  }
  throw new SurveyEnd('the device answers every valid registration differently; nothing can be learnt from it');
}

function silent({ address, port }: Target, timeout: number): string {
  return (
    `${address}:${port} answered none of 2 valid registrations within ${timeout} ms: check address, port, SPI, key, ` +
    'and the realm of the nodes (--pixit realm=NAME)'
  );
}

async function turnFor(heard: Heard, config: RunConfig, asking: Asking): Promise<Turn | undefined> {
  if (heard.kind === 'silence') return undefined;
  switch (heard.code) {
    case replyCodes.mnFailedAuthentication:
      return otherAlgorithm(config);
    case replyCodes.faFailedAuthentication:
      throw new SurveyEnd(
        config.faHa
          ? 'the device denies with code 132 (FA-HA authentication): check --fa-ha-spi and --fa-ha-key'
          : 'the device denies with code 132: it has an FA-HA security association with this address; add --fa-ha-spi and --fa-ha-key',
      );
    case replyCodes.identificationMismatch:
      return nonces(heard, config, asking);
    case replyCodes.reverseTunnelUnavailable: {
      if (!config.pics.reverseTunneling) return undefined;
      const evidence = `a request with the T bit: ${heardText(heard)}`;
      return {
        config: { ...config, pics: { ...config.pics, reverseTunneling: false } },
        observation: { setting: 'pics.reverseTunneling', value: false, evidence },
      };
    }
    default:
      return undefined;
  }
}

function otherAlgorithm(config: RunConfig): Turn {
  const { mnHa } = config;
  if (mnHa.algorithm === 'prefix-suffix-md5') {
    throw new SurveyEnd(
      'the device refuses valid registrations with code 131 (authentication), with HMAC-MD5 and with prefix+suffix MD5: ' +
        'check --spi and --key, and the realm that it knows (--pixit realm=NAME)',
    );
  }
  const setting = 'securityAssociations.mnHa.algorithm';
  return {
    config: { ...config, mnHa: { ...mnHa, algorithm: 'prefix-suffix-md5' } },
    observation: { setting, value: 'prefix-suffix-md5', evidence: 'HMAC-MD5 was refused with code 131, this was not' },
  };
}

/** RFC 3344 §5.7: the high half of a denial is the clock of the device, or with nonces a number without order. */
async function nonces(heard: Heard, config: RunConfig, asking: Asking): Promise<Turn> {
  if (config.mnHa.replay === 'nonces') {
    throw new SurveyEnd('the device denies with code 133 also the nonces that it has given itself');
  }
  const again = await asking.ask(modes.ipInIp);
  const clocks = [heard, again].flatMap((h) => (h.kind !== 'silence' ? [high32(h.exchange.rrp.identification)] : []));
  const own = high32(ntpTimestamp(asking.session.clock.now()));
  const [first = 0, second = 0] = clocks.map((clock) => clock - own);
  if (Math.abs(second - first) <= 2) {
    throw new SurveyEnd(
      Math.abs(second) > 2
        ? `the clock of the device is ${Math.abs(second)} s ${second > 0 ? 'ahead of' : 'behind'} this machine's, ` +
            `and it denies with code 133: set one of them; ${usualSkew} s are usually tolerated`
        : 'the device denies timestamps of its own time with code 133; does it expect those nodes to be new?',
    );
  }
  const setting = 'securityAssociations.mnHa.replay';
  const evidence = `timestamps were denied with code 133, and the Identifications of two denials are ${Math.abs(second - first)} s apart`;
  return {
    config: { ...config, mnHa: { ...config.mnHa, replay: 'nonces' } },
    observation: { setting, value: 'nonces', evidence },
  };
}

/** What the first answer that is no misunderstanding shows: home addresses, IP-in-IP. */
async function settle(asking: Asking, heard: Heard, config: RunConfig): Promise<readonly Observation[]> {
  if (heard.kind === 'accepted') return [...homeAddress(heard), ipInIp(heard, true), ...reverseTunnel(heard, config)];
  const { homeNetwork } = config.pixit;
  if (heard.kind === 'denied' && heard.code === replyCodes.encapsulationUnavailable) return [ipInIp(heard, false)];
  if (homeNetwork === undefined) {
    return [
      { setting: 'pics.ipInIp', evidence: `a request without the G bit and with home address 0: ${heardText(heard)}` },
    ];
  }
  const addresses = new HostAddresses(homeNetwork, () => false);
  const fixed = await asking.ask({ ...modes.ipInIp, homeAddress: addresses.next() });
  if (fixed.kind !== 'accepted')
    return [{ setting: 'pics.ipInIp', evidence: `without the G bit: ${heardText(fixed)}` }];
  asking.homeAddresses = () => addresses.next();
  const evidence = `home address 0 with an NAI: ${heardText(heard)}; an address of ${homeNetwork}: ${heardText(fixed)}`;
  return [
    { setting: 'pics.dynamicHomeAddress', value: false, evidence },
    ipInIp(fixed, true),
    ...reverseTunnel(fixed, config),
  ];
}

function homeAddress(heard: Accepted): Observation[] {
  const { homeAddress: given } = heard.exchange.rrp;
  const setting = 'pics.dynamicHomeAddress';
  if (given === '0.0.0.0') return [{ setting, evidence: 'home address 0 was accepted, and came back as 0' }];
  return [{ setting, value: true, evidence: `a request with home address 0 and an NAI was given ${given}` }];
}

/** RFC 3344 §4.1 wants IP-in-IP of every home agent, so that its absence is more than a choice. */
function ipInIp(heard: Heard, value: boolean): Observation {
  const evidence = `a request without the G bit: ${heardText(heard)}`;
  return { setting: 'pics.ipInIp', value, evidence, ...(!value && { excuses: true }) };
}

function reverseTunnel(heard: Accepted, { pics }: RunConfig): Observation[] {
  if (!pics.reverseTunneling) return [];
  const evidence = `a request with the T bit: ${codeText(heard.code)}`;
  return [{ setting: 'pics.reverseTunneling', value: true, evidence }];
}
