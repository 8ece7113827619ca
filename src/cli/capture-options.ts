/** Flags of the commands that read captures. All values stay text here: src/cli/config reads and checks them. */
import type { Command } from 'commander';
import { collect } from './collect.js';
import { reportHelp } from './result-flags.js';

export function addAuditOptions(command: Command): void {
  addCommon(command)
    .option('--annotate <file>', 'write a pcapng of the packets judged, with what is wrong with each as its comment')
    .addHelpText(
      'after',
      `
Exit status: 0 nothing wrong found, 1 non-conformance found, 2 usage error or a file that is no capture or is damaged,
4 nothing in it could be judged, or the file is cut short.

Examples:
  $ grespec audit capture.pcapng
  $ grespec audit capture.pcap.gz --spi 256 --key env:HA_KEY --annotate guilty.pcapng
  $ tcpdump -w - udp port 434 or proto gre | grespec audit - --report junit=reports/audit.xml
`,
    );
}

export function addReplayOptions(command: Command): void {
  addCommon(
    command
      .option('--as <role>', 'whose part is played: mpa, to a home agent (default), or ha, to a mobility proxy agent')
      .option('--target <addr[:port]>', 'the home agent; port 434 if not given')
      .option('--local <addr>', 'own addresses that stand for those of the capture, in their order', collect)
      .option('--trigger <command>', 'with --as ha: run with attach NAI MAC and detach NAI MAC, as for grespec run'),
  )
    .option('--timing', 'keep the time between packets; else each follows the answer to the one before')
    .option('--no-gre', 'leave tunnel packets out')
    .option('--timeout <ms>', 'how long an answer (default: 2000) or a request of an agent (5000) is waited for')
    .addHelpText(
      'after',
      `
Exit status: 0 what the device sends is of the same kind and nothing is wrong with it, 1 some differs or is wrong,
2 usage error, 3 this machine cannot do it, 4 nothing could be judged, 130 interrupted.

Examples:
  $ grespec replay capture.pcapng --target 192.0.2.10 --spi 256 --key env:HA_KEY
  $ grespec replay capture.pcapng --target 127.0.0.2 --spi 256 --key file:ha.key --timing
  $ grespec replay capture.pcapng --as ha --local 192.0.2.1 --trigger ./attach.sh --spi 256 --key env:MPA_KEY
`,
    );
}

function addCommon(command: Command): Command {
  return command
    .option('--port <n>', 'UDP port at which home agents are asked in the capture, besides 434')
    .option('--spi <n>', 'SPI of the MN-HA security association: authenticators are judged, or made anew')
    .option('--key <key>', 'its key: hex, env:NAME or file:PATH (hex shows in the process list)')
    .option('--fa-ha-spi <n>', 'SPI of the FA-HA security association')
    .option('--fa-ha-key <key>', 'its key')
    .option('--config <file>', 'configuration in YAML or JSON; flags win over it')
    .option('--profile <name>', 'tsirtsis-00, yegani-02 or rfc6245 (default: told from the capture)')
    .option('--knob <name=value>', 'a choice where the documents are ambiguous, see: grespec explain NAME', collect)
    .option('--strict', 'a SHOULD that is not followed is a failure')
    .option('--report <kind=path>', reportHelp, collect);
}
