/** Reads JSON reports back. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { reportSchema } from '../report/json.js';
import type { RunResult } from '../report/result.js';
import { messageOf, usageError } from './cli-error.js';
import { readBounded, reasonOf } from './read-file.js';

/** Octets. A run of all cases with all of its frames takes a few million. */
const largestReport = 256 << 20;

const validate = new Ajv2020({ verbose: true, allowUnionTypes: true }).compile<RunResult>(reportSchema);

/** Throws a CliError for what is no report of this version's form. */
export function readReport(file: string): RunResult {
  let text: string;
  try {
    text = readBounded(file, largestReport).toString('utf8');
  } catch (error) {
    throw usageError(`cannot read ${file}: ${reasonOf(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usageError(`${file}: it is not JSON: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
  if (validate(value)) return value;
  const [fault] = validate.errors ?? [];
  const place = fault?.instancePath === '' ? 'it' : (fault?.instancePath ?? 'it');
  throw usageError(`${file}: it is no JSON report of grespec: ${place} ${fault?.message ?? 'is wrong'}`);
}
