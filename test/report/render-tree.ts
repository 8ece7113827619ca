/** The tree of a run that is over, as one text. */
import type { ReportContext } from '../../src/report/context.js';
import type { Look } from '../../src/report/look.js';
import type { RunResult } from '../../src/report/result.js';
import { listingOf } from '../../src/report/sections.js';
import { TreePrinter } from '../../src/report/tree.js';

export function renderTree(run: RunResult, look: Look, context: ReportContext = {}): string {
  let text = '';
  const printer = new TreePrinter({
    ...context,
    ...look,
    listing: listingOf(run.cases, context.sectionTitle),
    write: (more) => void (text += more),
  });
  printer.begin(run.tool, run.run);
  if (run.run.mismatch !== undefined) printer.notice(run.run.mismatch);
  for (const result of run.cases) printer.caseDone(result);
  printer.finish(run);
  return text;
}
