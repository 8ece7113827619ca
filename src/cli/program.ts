/** The command line: commands, flags and their help texts. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { exitCodes, usageError } from './cli-error.js';
import { collect } from './collect.js';
import { spreadRepeatable } from './repeatable.js';
import type { DutFlags } from './dut.js';
import { addDisplayOptions } from './display-options.js';
import { addFuzzOptions } from './fuzz-options.js';
import type { FuzzFlags } from './fuzz-wish.js';
import type { AuditFlags } from './audit.js';
import { addAuditOptions, addReplayOptions } from './capture-options.js';
import { addDeviceOptions, addDutOptions, addRunOptions } from './options.js';
import type { InitFlags } from './init.js';
import { addInitOptions } from './init-options.js';
import type { LedgerFlags } from './ledger.js';
import type { ListFlags } from './list.js';
import type { ProbeFlags } from './probe.js';
import { addProbeOptions } from './probe-options.js';
import type { ReplayFlags } from './replay.js';
import { addResultCommands } from './result-commands.js';
import type { RunFlags } from './run.js';
import type { SelfcheckFlags } from './selfcheck/command.js';

/** Runs the command that `argv` names and gives its exit code. */
export async function parse(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = commands((code) => (exitCode = code));
  try {
    await program.parseAsync(spreadRepeatable(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version have been printed.
    if (error.exitCode === 0) return exitCodes.ok;
    if (error.code === 'commander.help') return exitCodes.usage;
    const command = program.commands.find((candidate) => candidate.name() === argv[0]);
    throw usageError(oneLine(error.message, `grespec ${command ? `${command.name()} ` : ''}--help`));
  }
  return exitCode;
}

/** `error: unknown option '--bial'\n(Did you mean --bail?)` in one line that says what to do next. */
function oneLine(message: string, help: string): string {
  const [what = '', hint] = message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (.*)\?\)/.exec(hint ?? '')?.[1];
  return `${what.replace(/\.$/, '')}; ${suggestion === undefined ? `see: ${help}` : `did you mean ${suggestion}?`}`;
}

export function version(): string {
  // Next to dist, of which this file is part.
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}

/** All commands; `finish` is told the exit code of the one that is called. */
export function commands(finish: (exitCode: number) => void): Command {
  const program = new Command('grespec')
    .description(
      'Black-box conformance tester for Proxy Mobile IPv4 home agents and mobility proxy agents that use the GRE Key ' +
        'extension and GRE-based L2 tunnels (draft-tsirtsis-l2gre-pmipv4-00). It plays the other side of the device ' +
        'over real UDP and raw GRE, runs numbered cases, and writes reports for people and for CI.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help; grespec COMMAND --help tells all about one command')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Exit status:
  0    nothing failed
  1    non-conformance found
  2    usage or configuration error; also: the selector matched nothing
  3    this machine cannot do it: no privilege, port taken, address not local
  4    nothing failed, but something could not be decided, or the device was lost
  5    an error of grespec itself
  130  interrupted

Examples:
  $ grespec run                                  all cases, against the embedded reference device
  $ grespec probe --target 192.0.2.10 --spi 256 --key env:HA_KEY --write lab.yaml
  $ grespec run ha/5.2 --config lab.yaml         a section, against a real device
  $ grespec list ha/5.3                          the cases of a section
  $ grespec explain TS-12                        a requirement, and the cases that cover it
  $ grespec decode 200065580000cafe              octets as a tree
`,
    );
  const common = (command: Command): Command =>
    command
      .exitOverride()
      .configureOutput({ outputError: () => undefined })
      .showHelpAfterError(false);
  common(program);

  const run = common(program.command('run [selector...]'))
    .summary('run cases against a device')
    .description(
      'Runs the selected cases, all of them without a SELECTOR. A SELECTOR is the beginning of a case id (ha, ' +
        'ha/5.2, ha/5.2/03; see: grespec list) or the id of a requirement (TS-12). Without --target the embedded ' +
        'reference device is started, in a process of its own on loopback.',
    );
  addDeviceOptions(run);
  addDisplayOptions(run);
  addRunOptions(run);
  run.action(async (selectors: string[], flags: RunFlags) => {
    const { run: start } = await import('./run.js');
    finish(await start(selectors, flags));
  });

  const fuzzing = common(program.command('fuzz'))
    .summary('send generated messages to a home agent, and judge what comes of them')
    .description(
      'Sends requests and tunnel packets from valid to nearly random, judges every answer, and makes what is wrong as ' +
        'small as it can be. Without --target the embedded reference device is started.',
    );
  addDeviceOptions(fuzzing);
  addFuzzOptions(fuzzing);
  fuzzing.action(async (flags: FuzzFlags) => {
    const { fuzz } = await import('./fuzz.js');
    finish(await fuzz(flags));
  });

  const initial = common(program.command('init [file]'))
    .summary('write a configuration file')
    .description(
      'Writes a commented configuration (default: grespec.yaml) from flags and, on a terminal, from the answers to a few ' +
        'questions. It is never written over an existing file without --force.',
    );
  addInitOptions(initial);
  initial.action(async (file: string | undefined, flags: InitFlags) => {
    const { init } = await import('./init.js');
    finish(await init(file, flags));
  });

  const probing = common(program.command('probe'))
    .summary('find out what a device supports, and propose a configuration')
    .description(
      'Registers a few mobile nodes at a home agent, one for each question, deregisters them again, and prints a ' +
        'configuration file with what the device showed, each line with its evidence. What nothing was seen of stays ' +
        'out. With --as ha it attaches nodes at a mobility proxy agent and reads what it asks for.',
    );
  addProbeOptions(probing);
  probing.action(async (flags: ProbeFlags) => {
    const { probe } = await import('./probe.js');
    finish(await probe(flags));
  });

  const audit = common(program.command('audit <file...>'))
    .summary('judge the devices in captures, offline')
    .description(
      'Judges home agents and mobility proxy agents by what captures hold of their registrations and tunnels: pcap or ' +
        'pcapng, also compressed with gzip; - reads standard input. Frames are numbered as Wireshark does. What the ' +
        'devices choose (layout of the extension, who assigns keys, L2 protocol type) is told from the capture.',
    );
  addAuditOptions(audit);
  audit.action(async (files: string[], flags: AuditFlags) => {
    const { audit: start } = await import('./audit.js');
    finish(await start(files, flags));
  });

  const replay = common(program.command('replay <file>'))
    .summary('send a captured session to a device again, and compare the answers')
    .description(
      'Sends the requests and tunnel packets of a capture to a home agent, in their order. With the key, Identifications ' +
        'and authenticators are made anew, keys and home addresses of new replies are put where the capture has the old ' +
        'ones; without it requests go out as they are. Answers have to be of the same kind: code, A flag, lifetime, key.',
    );
  addReplayOptions(replay);
  replay.action(async (file: string, flags: ReplayFlags) => {
    const { replay: start } = await import('./replay.js');
    finish(await start(file, flags));
  });

  addResultCommands(program, common, finish);

  common(program.command('list [selector...]'))
    .summary('list cases by section')
    .description('Prints ids and titles of the cases by section of the documents. Touches no network.')
    .option('--json', 'print a JSON array, with requirements and needs of each case')
    .option('--suite <file>', 'add a suite of your own, see: docs/writing-a-suite.md; also repeated', collect)
    .addHelpText(
      'after',
      `
Examples:
  $ grespec list                 all cases
  $ grespec list ha/5.2 ha/6     two sections
  $ grespec list TS-12           the cases that cover a requirement
  $ grespec list --json | jq -r '.[].id'
`,
    )
    .action(async (selectors: string[], flags: ListFlags) => {
      const { list } = await import('./list.js');
      finish(await list(selectors, flags));
    });

  const dut = common(program.command('dut <device> [args...]'))
    .summary('run a reference device on its own')
    .description(
      'Runs a reference device until it is interrupted: ha, a home agent, or mpa, a mobility proxy agent. Prints READY ' +
        'and what it listens on when it may be used. Serves to try a peer, or the tester itself. dut mpa ctl gives ' +
        'commands to one that runs, and can stand behind --trigger.',
    );
  addDutOptions(dut);
  dut.action(async (device: string, args: string[], flags: DutFlags) => {
    const { dut: start } = await import('./dut.js');
    finish(await start(device, args, flags));
  });

  common(program.command('selfcheck [selector...]'))
    .summary('prove the suites on faulty and on correct devices')
    .description(
      'Runs the suites in memory against every named fault and every correct variant of the reference devices, and ' +
        'prints which case notices which fault. Ends with 1 when a fault goes unnoticed, is noticed only by cases about ' +
        'something else, a case is turned red by no fault, or a correct device is accused.',
    )
    .option('--as <role>', 'role of the tester: mpa checks the suites against home agents, ha those against agents')
    .option('--quick', 'does not look for cases that no fault turns red')
    .option('--matrix', 'every case against every fault; else only as many as the lists of what is wrong need')
    .option('--json <file>', 'write the matrix as JSON')
    .option('--markdown <file>', 'write the matrix as Markdown')
    .addHelpText(
      'after',
      `
Examples:
  $ grespec selfcheck                    everything
  $ grespec selfcheck --matrix           the same with every case against every fault, in some minutes
  $ grespec selfcheck --quick            are all faults noticed, and is no correct device accused?
  $ grespec selfcheck --as mpa ha/5.2    one section
`,
    )
    .action(async (selectors: string[], flags: SelfcheckFlags) => {
      const { selfcheck } = await import('./selfcheck/command.js');
      finish(await selfcheck(selectors, flags));
    });

  common(program.command('ledger'))
    .summary('list every requirement with its cases and faults')
    .description(
      'Prints, as Markdown, every requirement of the documents: its level, role and source, the cases that test it and ' +
        'the faults of the reference devices that prove those cases, or why no black box can test it.',
    )
    .option('--json <file>', 'write it as JSON')
    .option('--markdown <file>', 'write it as Markdown')
    .addHelpText(
      'after',
      `
Examples:
  $ grespec ledger
  $ grespec ledger --markdown docs/ledger.md
`,
    )
    .action(async (flags: LedgerFlags) => {
      const { ledger } = await import('./ledger.js');
      finish(ledger(flags));
    });

  common(program.command('explain <id>'))
    .summary('tell about a case, a requirement, a section or a knob')
    .description(
      'Tells what a case tests and needs, what a requirement says and how it is observed, which cases a section ' +
        'has, or what a knob decides and why its default is what it is.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ grespec explain ha/5.2/03    a case
  $ grespec explain TS-12        a requirement
  $ grespec explain ha/5.2       a section
  $ grespec explain unknown_ext  a knob
`,
    )
    .action(async (id: string) => {
      const { explain } = await import('./explain.js');
      finish(explain(id));
    });

  common(program.command('decode <hex|file...>'))
    .summary('show octets as a tree')
    .description(
      'Shows a Mobile IP message (a UDP payload), an IPv4 packet, a GRE packet or an Ethernet frame as a tree with ' +
        'the offset and length of each field. Takes hex, with or without white space, or a file that holds hex or the ' +
        'octets themselves; - reads standard input.',
    )
    .option('--form <form>', 'layout of the GRE Key extension: tsirtsis-00, yegani-02 or rfc6245', 'tsirtsis-00')
    .option('--ext-type <n>', 'type number of the GRE Key extension', '48')
    .addHelpText(
      'after',
      `
Examples:
  $ grespec decode 20 00 65 58 00 00 ca fe 00
  $ grespec decode --form rfc6245 request.bin
  $ xclip -o | grespec decode -
`,
    )
    .action(async (inputs: string[], options: { form?: string; extType?: string }) => {
      const { decode } = await import('./decode.js');
      finish(await decode(inputs, options));
    });

  common(program.command('completion <shell>'))
    .summary('print the completion of a shell')
    .description('Prints what bash, zsh or fish needs to complete commands, flags, sections and cases.')
    .addHelpText(
      'after',
      `
Examples:
  $ eval "$(grespec completion bash)"                                       in ~/.bashrc
  $ source <(grespec completion zsh)                                        in ~/.zshrc, after compinit
  $ grespec completion fish > ~/.config/fish/completions/grespec.fish
`,
    )
    .action(async (shell: string) => {
      const { completion } = await import('./completion.js');
      finish(completion(shell, program));
    });

  return program;
}
