/** The questions of `grespec init`. What flags have said is not asked again; a wrong answer is asked for once more. */
import { messageOf } from './cli-error.js';
import type { ConfigInput } from './config/input.js';
import { isShowable, readKey } from './config/key.js';
import * as values from './config/values.js';
import { defaultPics, type PicsItem } from '../spec/config.js';

/** Puts a question and gives the answer; an empty one stands for `initial`. */
export type Ask = (question: string, initial: string) => Promise<string>;

export interface Answers {
  readonly given: ConfigInput;
  /** Whether the device is to be probed for the rest. */
  readonly probe: boolean;
}

type Flat = Exclude<PicsItem, `homeLink.${string}`>;

const features: Readonly<Record<Flat, string>> = {
  greKeys: 'Does it claim the GRE Key extension?',
  l2: 'L2 tunnels (the A flag)?',
  l2NodeToNode: 'Frames from one L2 tunnel to another?',
  ipInIp: 'IP-in-IP tunnels, for requests without the G bit?',
  reverseTunneling: 'Reverse tunnels (the T bit)?',
  simultaneousBindings: 'Simultaneous bindings (the S bit)?',
  revocation: 'Registration revocation (RFC 3543)?',
  dynamicHomeAddress: 'Home addresses for requests with home address 0 and an NAI?',
};

/**
 * `tell` is shown what is wrong with an answer; `localFor` suggests an address of this machine; keys may be in variables of
 * `environment`.
 */
export async function askAll(
  given: ConfigInput,
  ask: Ask,
  tell: (message: string) => void,
  localFor: (target: string) => Promise<string>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Answers> {
  const checked = async <T>(question: string, initial: string, read: (text: string) => values.Read<T>): Promise<T> => {
    for (;;) {
      const answer = read((await ask(question, initial)).trim() || initial);
      if (answer.ok) return answer.value;
      tell(answer.message);
    }
  };
  const yes = (question: string, initial: boolean): Promise<boolean> =>
    checked(question, initial ? 'yes' : 'no', yesOrNo);

  const as = given.as ?? (await checked('Test a home agent (ha) or a mobility proxy agent (mpa)?', 'ha', device));
  const isHomeAgent = as === 'mpa';
  const endpoint = isHomeAgent
    ? (given.target ?? (await checked('Its address, and port where not 434', '', target)))
    : given.target;
  const suggested = endpoint === undefined ? '' : await localFor(endpoint.split(':')[0] ?? '').catch(() => '');
  const what = isHomeAgent
    ? 'Addresses of this machine to use as care-of addresses'
    : 'The address that it has for its home agent';
  const local = given.local ?? (await checked(`${what}, comma-separated`, suggested, addresses));
  const { mnHa: told, faHa } = given.securityAssociations ?? {};
  const mnHa = {
    ...told,
    spi: told?.spi ?? (await checked('SPI of the MN-HA security association', '256', spi)),
    key: told?.key ?? (await checked('Its key: hex, env:NAME or file:PATH', 'env:HA_KEY', keyText)),
  };
  const missing = keyProblem(mnHa.key, environment);
  if (missing !== undefined)
    tell(`${missing}. The file will say where the key is all the same, but the device cannot be probed before that`);
  const realm =
    given.pixit?.realm ?? (await checked('Realm under which it knows mobile nodes', 'example.org', values.readRealm));
  const trigger =
    given.pixit?.trigger ??
    (isHomeAgent ? '' : await ask('Command that attaches and detaches nodes (may be empty)', ''));
  const pixit = { ...given.pixit, realm, ...(trigger !== '' && { trigger }) };
  const basis: ConfigInput = {
    ...given,
    ...{ as, local, pixit, securityAssociations: { mnHa, ...(faHa && { faHa }) } },
    ...(endpoint !== undefined && { target: endpoint }),
  };
  if (missing === undefined && (await yes('Probe the device now for what it supports?', true)))
    return { given: basis, probe: true };
  const pics: Record<string, boolean | Readonly<Record<string, boolean>>> = { ...basis.pics };
  for (const item of Object.keys(features) as Flat[]) {
    const needless = (item === 'l2' && pics['greKeys'] === false) || typeof pics[item] === 'boolean';
    pics[item] = needless ? pics[item] === true : await yes(features[item], defaultPics[item]);
  }
  return { given: { ...basis, pics }, probe: false };
}

const right = <T>(value: T): values.Read<T> => ({ ok: true, value });
const wrong = (message: string): values.Read<never> => ({ ok: false, message });

/** What is wrong with a key. */
function keyProblem(text: string, environment: NodeJS.ProcessEnv): string | undefined {
  try {
    readKey({ text, where: 'key' }, environment);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** A variable or file that is named may come to be later; hex is right or wrong now. */
function keyText(answer: string): values.Read<string> {
  const problem = isShowable(answer) ? undefined : keyProblem(answer, {});
  return problem === undefined ? right(answer) : wrong(problem);
}

function yesOrNo(answer: string): values.Read<boolean> {
  if (/^y(es)?$/i.test(answer)) return right(true);
  return /^no?$/i.test(answer) ? right(false) : wrong('please answer yes or no');
}

/** The role of the tester follows from what is tested. */
function device(answer: string): values.Read<'mpa' | 'ha'> {
  if (/^ha$/i.test(answer)) return right('mpa');
  return /^mpa$/i.test(answer) ? right('ha') : wrong('please answer ha or mpa');
}

function target(answer: string): values.Read<string> {
  const read = values.readTarget(answer);
  return read.ok ? right(answer) : read;
}

function addresses(answer: string): values.Read<readonly string[]> {
  return values.readAddresses(answer.split(',').map((one) => one.trim()));
}

function spi(answer: string): values.Read<number> {
  const number = Number(answer);
  return Number.isInteger(number) && number >= 256 && number < 2 ** 32
    ? right(number)
    : wrong('an SPI is a number from 256 to 4294967295; 0 to 255 are reserved');
}
