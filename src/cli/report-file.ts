/** Reads JSON reports back. */
import { reportSchema } from '../report/json.js';
import type { RunResult } from '../report/result.js';
import { messageOf, usageError } from './cli-error.js';
import { readBounded, whyNotRead } from './read-file.js';
import { schemaOf } from './schema.js';

/** Octets. A run of all cases with all of its frames takes a few million. */
const largestReport = 256 << 20;

const schema = schemaOf<RunResult>(reportSchema, { verbose: true, allowUnionTypes: true });

/** Throws a CliError for what is no report of this version's form. */
export function readReport(file: string): RunResult {
  let text: string;
  try {
    text = readBounded(file, largestReport).toString('utf8');
  } catch (error) {
    throw usageError(`cannot read ${file}: ${whyNotRead(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usageError(`${file}: it is not JSON: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
  const validate = schema();
  if (validate(value)) return value;
  const [fault] = validate.errors ?? [];
  const place = fault?.instancePath === '' ? 'it' : (fault?.instancePath ?? 'it');
  throw usageError(`${file}: it is no JSON report of grespec: ${place} ${fault?.message ?? 'is wrong'}`);
}
