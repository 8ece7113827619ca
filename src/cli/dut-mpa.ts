/** `grespec dut mpa`: the reference mobility proxy agent on its own, and `grespec dut mpa ctl`: commands to one that runs. */
import { mpaFaults } from '../dut/faults/mpa.js';
import { ControlError, controlMpa } from '../dut/mpa-control.js';
import type { MpaCommandLine } from '../dut/mpa-command.js';
import { startControlledMpa } from '../dut/mpa-process.js';
import { mpaProfile } from '../dut/profile.js';
import { mpaVariants } from '../dut/variants-mpa.js';
import { systemNet } from '../net/system.js';
import { toHex } from '../wire/text.js';
import { exitCodes, messageOf, quoted, usageError } from './cli-error.js';
import { flagSource } from './config/flags.js';
import { associationOf } from './config/resolve.js';
import { readSettings } from './config/settings.js';
import { readTarget } from './config/values.js';
import { checked, checkFault, defaultKey, type DutFlags, refuse, untilSignal } from './dut.js';

export async function dutMpa(args: readonly string[], flags: DutFlags): Promise<number> {
  const [verb, ...words] = args;
  if (verb === 'ctl') return control(words, flags);
  if (verb !== undefined) throw usageError(`dut mpa takes ctl or nothing more, not ${quoted(verb)}`);
  if (flags.listFaults) return list(mpaFaults.map((f) => `${f.id}\n    breaks ${f.breaks}: ${f.sentence}\n`));
  if (flags.listVariants) return list(mpaVariants.map((v) => `${v.id}\n    ${v.allowedBy}: ${v.sentence}\n`));
  refuse('mpa', flags, ['homeLink', 'pixit']);
  const settings = readSettings(flagSource(flags));
  const mnHa = associationOf({ ...defaultKey(), ...settings.mnHa }, 'mnHa', process.env);
  const faHa = associationOf(settings.faHa, 'faHa', process.env);
  const [listen = '127.0.0.1', ...more] = flags.listen ?? [];
  if (more.length > 0) throw usageError('dut mpa listens on one address; leave the other --listen out');
  // a client needs no port of its own unless it is said
  const own = { port: 0, ...pick(endpoint('--listen', listen), listen.includes(':')) };
  if (flags.homeAgent === undefined) throw usageError('dut mpa needs --home-agent ADDR[:PORT], where it registers');
  const mpa = await startControlledMpa(
    systemNet(),
    {
      address: own.address,
      port: own.port,
      homeAgent: endpoint('--home-agent', flags.homeAgent),
      ...(mnHa && { mnHa: [{ ...mnHa, key: toHex(mnHa.key) }] }),
      ...(faHa && { faHa: [{ ...faHa, key: toHex(faHa.key) }] }),
      ...mpaProfile(settings.profile ?? 'tsirtsis-00'),
      ...(settings.pics.revocation && { revocation: {} }),
      ...(flags.accessLink !== undefined && { accessLink: flags.accessLink }),
      ...(flags.onDemand !== undefined && { onDemand: { realm: flags.onDemand } }),
      ...(settings.seed !== undefined && { seed: settings.seed }),
      ...(flags.fault !== undefined && { fault: checkFault(flags.fault, 'mpa') }),
      ...(flags.variant !== undefined && { variant: checked('--variant', flags.variant, mpaVariants, 'mpa') }),
    },
    {
      print: (line) => void process.stdout.write(`${line}\n`),
      commands: process.stdin,
      socket: { path: flags.control },
    },
  ).catch((error: unknown) => {
    if (error instanceof ControlError) throw usageError(`--control ${flags.control ?? ''}: ${error.message}`);
    throw error instanceof TypeError ? usageError(error.message) : error;
  });
  const { addresses, port, raw, control: socket } = mpa;
  const ended = untilSignal(); // before READY: who reads that may signal at once
  process.stdout.write(`READY ${JSON.stringify({ device: 'mpa', addresses, port, raw, control: socket })}\n`);
  if (!raw) process.stderr.write('grespec: no privilege for raw sockets, so there are no tunnels\n');
  await ended;
  await mpa.close();
  return exitCodes.ok;
}

const pick = (
  { address, port }: { readonly address: string; readonly port: number },
  withPort: boolean,
): { readonly address: string; readonly port?: number } => (withPort ? { address, port } : { address });

function list(lines: readonly string[]): number {
  process.stdout.write(lines.join(''));
  return exitCodes.ok;
}

function endpoint(flag: string, text: string): { readonly address: string; readonly port: number } {
  const read = readTarget(text);
  if (!read.ok) throw usageError(`${flag}: ${read.message}`);
  return read.value;
}

/** The words of a trigger, so that this command can stand behind --trigger: exit status 0 begun, 3 not supported. */
async function control(words: readonly string[], flags: DutFlags): Promise<number> {
  const path = flags.control ?? process.env['GRESPEC_MPA_CONTROL'];
  if (path === undefined) throw usageError('dut mpa ctl needs --control PATH (or GRESPEC_MPA_CONTROL): READY names it');
  const answer = await controlMpa(path, commandOf(words)).catch((error: unknown) => {
    throw usageError(`no proxy agent answers at ${path}: ${messageOf(error)}`);
  });
  if (answer.ok) {
    if (answer.devices) process.stdout.write(`${JSON.stringify(answer.devices)}\n`);
    return exitCodes.ok;
  }
  process.stderr.write(`grespec: ${answer.reason}\n`);
  return answer.unsupported ? exitCodes.environment : exitCodes.nonConformance;
}

function commandOf([verb, nai = '', mac = '', ...rest]: readonly string[]): MpaCommandLine {
  const { GRESPEC_L2, GRESPEC_KEY } = process.env;
  switch (verb) {
    case 'attach':
      return {
        cmd: 'attach',
        ...{ nai, mac },
        ...(GRESPEC_L2 !== undefined && { l2: GRESPEC_L2 === '1' }),
        ...((GRESPEC_KEY === 'zero' || GRESPEC_KEY === 'own') && { key: GRESPEC_KEY }),
      };
    case 'detach':
      return { cmd: 'detach', nai, mac };
    case 'send':
      return { cmd: 'send', mac: nai, hex: [mac, ...rest].join('') };
    case 'status':
      return { cmd: 'status' };
    default:
      throw usageError('dut mpa ctl takes: attach NAI MAC | detach NAI MAC | send MAC HEX | status');
  }
}
