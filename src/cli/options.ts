/** Flags that several commands share. All values stay text here: src/cli/config reads and checks them. */
import type { Command } from 'commander';
import { defaultAssociation } from '../spec/config.js';
import { collect } from './collect.js';
import { addBaselineOption, addShardOption, addWriteBaselineOption, reportHelp } from './result-flags.js';

/** The device, its keys, and what is said of it: what every command takes that speaks to one. */
export function addSubjectOptions(command: Command, { withConfig = true } = {}): void {
  command
    .optionsGroup('Device:')
    .option('--as <role>', 'role of the tester: mpa tests a home agent, ha tests a mobility proxy agent (default: mpa)')
    .option('--target <addr[:port]>', 'the device; port 434 if not given; needs --spi and --key')
    .option(
      '--local <addr>',
      "the tester's own addresses, comma-separated or repeated; two let handover cases run",
      collect,
    )
    .option('--spi <n>', 'SPI of the MN-HA security association')
    .option('--key <key>', 'its key: hex, env:NAME or file:PATH (hex shows in the process list)')
    .option('--fa-ha-spi <n>', 'SPI of the FA-HA security association, if the device has one')
    .option('--fa-ha-key <key>', 'its key')
    .optionsGroup('Mobility proxy agents (--as ha):')
    .option('--trigger <cmd>', 'called as CMD attach NAI MAC and CMD detach NAI MAC, see: docs/guide.md')
    .option('--access-link <iface>', "the tester's end of the agent's access link")
    .optionsGroup('What is tested:');
  if (withConfig) command.option('--config <file>', 'configuration in YAML or JSON; flags win over it');
  command
    .option('--knob <name=value>', 'a choice where the documents are ambiguous, see: grespec explain NAME', collect)
    .option('--pics <name=bool>', 'what the device claims, for example l2=false', collect)
    .option('--pixit <name=value>', 'what testing needs, for example gateway.ipv4=10.99.0.1', collect)
    .option('--no-gre', 'control plane only: no tunnel packets, no raw sockets')
    .optionsGroup('Pace:')
    .option('--timeout <ms>', 'how long a silent device is waited for (default: 3000)')
    .option('--rate <n>', 'send at most so many packets a second')
    .option('--seed <n>', 'seed of all random choices; printed by each run');
}

/** The same for commands that test: the document to test by, and what becomes of a device that dies. */
export function addDeviceOptions(command: Command): void {
  addSubjectOptions(command);
  command
    .optionsGroup('Device:')
    .option('--restart-cmd <cmd>', 'shell command that brings a dead device back, so that the run goes on')
    .option('--fault <id>', 'give the embedded device a fault, see: grespec dut ha|mpa --list-faults')
    .optionsGroup('What is tested:')
    .option('--profile <name>', 'tsirtsis-00, yegani-02 or rfc6245 (default: tsirtsis-00)');
}

/** How a run goes on and what comes of it. */
export function addRunOptions(command: Command): void {
  command
    .optionsGroup('Run:')
    .option('--list', 'print the selected cases and stop; touches no network')
    .option('--strict', 'a SHOULD that is not followed is a failure')
    .option('--bail', 'stop at the first failure')
    .option('--report <kind=path>', reportHelp, collect)
    .option('--pcap <dir>', 'write a pcapng of each case into this folder, with its verdict as comment');
  addShardOption(command, 'run one part of the cases, for example 2/4');
  addBaselineOption(command);
  addWriteBaselineOption(command);
  command.optionsGroup('Help:').addHelpText(
    'after',
    `
Configuration file, all of it optional:
  as: mpa
  target: 192.0.2.10:434
  local: [192.0.2.1, 192.0.2.2]
  profile: tsirtsis-00
  securityAssociations:
    mnHa: { spi: 256, key: env:HA_KEY, algorithm: hmac-md5, replay: timestamps }
    faHa: { spi: 512, key: file:fa-ha.key }
  pics: { l2: true, revocation: false, homeLink: { arp: true, dhcpv4: false } }
  pixit: { realm: example.org, homeNetwork: 10.99.0.0/24, gateway: { ipv4: 10.99.0.1 }, maxLifetime: 1800 }
  knobs: { base: rfc3344 }
docs/configuration.md tells of each setting.

Exit status: 0 nothing failed, 1 non-conformance found, 2 usage or configuration error or no case selected,
3 this machine cannot do it, 4 something could not be decided, 5 error of grespec, 130 interrupted.

Examples:
  $ grespec run
      all cases against the embedded reference device
  $ grespec run ha/5.2 TS-20 --target 192.0.2.10 --local 192.0.2.1,192.0.2.2 --spi 256 --key env:HA_KEY
      a section and the cases of a requirement, against a real home agent
  $ grespec run --config lab.yaml --strict --report junit=reports/junit.xml --report json=reports/report.json
      for CI
  $ grespec run --target 192.0.2.10 --spi 256 --key file:ha.key --pics l2=false --no-gre
      control plane only, of a device without L2 tunnels
  $ grespec run --shard 2/4 --report json=reports/shard-2.json
      the second quarter of the cases; grespec merge joins the reports
  $ grespec run --write-baseline known.yaml; grespec run --baseline known.yaml
      what fails today is known, and only what is new fails the second run
  $ grespec run ha/5.3 --knob base=rfc5944 --seed 7 --bail
      another choice, the same random numbers as before, up to the first failure
`,
  );
}

/** The reference device on its own. */
export function addDutOptions(command: Command): void {
  command
    .option(
      '--listen <addr[:port]>',
      'address to listen on; ha: also repeated, all with one port (default: 127.0.0.1:434)',
      collect,
    )
    .option('--home-agent <addr[:port]>', 'mpa: where it registers')
    .option('--control <path>', 'mpa: its control socket (default: one of its own, which READY names)')
    .option('--access-link <iface>', 'mpa: its access link (default: built in, frames come and go by command)')
    .option('--on-demand <realm>', 'mpa: attaches stations that send something, as MAC@REALM')
    .option('--spi <n>', 'SPI of the MN-HA security association (default: 256)')
    .option('--key <key>', `its key: hex, env:NAME or file:PATH (default: ${defaultAssociation.key})`)
    .option('--fa-ha-spi <n>', 'SPI of the FA-HA security association (default: there is none)')
    .option('--fa-ha-key <key>', 'its key')
    .option('--profile <name>', 'document that it follows: tsirtsis-00, yegani-02 or rfc6245')
    .option('--pixit <name=value>', 'ha: realm, homeNetwork, gateway.ipv4, gateway.ipv6 or maxLifetime', collect)
    .option('--pics <name=bool>', 'switch a feature off, for example l2=false', collect)
    .option(
      '--home-link <iface>',
      'ha: Ethernet interface to bridge L2 tunnels with (default: a built-in home network)',
    )
    .option('--fault <id>', 'break a requirement')
    .option('--variant <name>', 'behave in another way that the documents allow')
    .option('--list-faults', 'print the faults, with the requirements that they break')
    .option('--list-variants', 'print the variants')
    .option('--seed <n>', 'seed of keys and nonces (default: unpredictable)')
    .addHelpText(
      'after',
      `
Examples:
  $ grespec dut ha --listen 127.0.0.2
  $ grespec dut ha --listen 192.0.2.10:434 --spi 256 --key env:HA_KEY
  $ grespec dut ha --listen 127.0.0.2:5434 --fault extension-missing
  $ grespec dut ha --listen 192.0.2.10 --home-link eth1 --pixit homeNetwork=10.99.0.0/24
  $ grespec dut ha --list-faults
  $ grespec dut mpa --listen 127.0.0.3 --home-agent 127.0.0.2 --control /tmp/mpa
  $ GRESPEC_L2=1 GRESPEC_KEY=zero grespec dut mpa ctl --control /tmp/mpa attach mn1@example.org 02:00:00:00:00:01
  $ grespec run --as ha --local 127.0.0.2 --spi 256 --key env:KEY --trigger 'grespec dut mpa ctl --control /tmp/mpa'
`,
    );
}
