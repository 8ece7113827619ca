/** The JSON report: the result model as it is. Its JSON Schema ships with the package. */
import schema from './report.schema.json' with { type: 'json' };
import type { RunResult } from './result.js';
import { loneSurrogates } from './text.js';
import { countVerdicts } from './totals.js';

export const reportSchema: Readonly<Record<string, unknown>> = schema;

export function toJson(result: RunResult): string {
  const image: RunResult = { ...result, totals: countVerdicts(result.cases) };
  return `${JSON.stringify(image, wellFormed, 1)}\n`;
}

/** JSON can spell half a surrogate pair, but many readers refuse the whole file for it. */
function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(loneSurrogates, '\ufffd') : value;
}
