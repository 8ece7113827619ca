/** Entry of a device's own process: one line of JSON options, as the only argument or on standard input. */
import { createInterface } from 'node:readline';
import { systemNet } from '../net/system.js';
import { type DutOptions, runDut } from './process.js';

async function optionsLine(): Promise<string> {
  const [, , argument] = process.argv;
  if (argument !== undefined) return argument;
  return new Promise((resolve) => {
    const lines = createInterface(process.stdin);
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => resolve('{}'));
  });
}

function parsed(line: string): DutOptions {
  try {
    return JSON.parse(line) as DutOptions;
  } catch (error) {
    // the line itself may hold a key, so it is not repeated
    process.stderr.write(`the options are not one line of JSON: ${(error as SyntaxError).name}\n`);
    process.exit(2);
  }
}

const options = parsed(await optionsLine());
process.exit(await runDut(systemNet(), options, { untilStdinEnds: true }));
