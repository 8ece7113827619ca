/** `grespec selfcheck`: proof that every case can fail, for its own defect only, and that no correct device is accused. */
import { sections } from '../../../suites/index.js';
import { exitCodes, quoted, usageError } from '../cli-error.js';
import { type Dut, jobsFor } from './jobs.js';
import { isSound, matrixOf } from './matrix.js';
import { runAll } from './pool.js';
import { asMarkdown, asText } from './print.js';
import { inStages } from './stages.js';
import { select } from '../select.js';
import { writeText } from '../write-text.js';

export interface SelfcheckFlags {
  readonly as?: string;
  readonly quick?: boolean;
  readonly json?: string;
  readonly markdown?: string;
  readonly matrix?: boolean;
}

export async function selfcheck(selectors: readonly string[], flags: SelfcheckFlags): Promise<number> {
  const duts = rolesOf(flags.as);
  const ofDuts = sections.filter((s) => duts.includes(s.dut)).flatMap((s) => s.cases);
  const selected = new Set(select(ofDuts, selectors));
  let sound = true;
  const files: { readonly title: string; readonly matrix: ReturnType<typeof matrixOf> }[] = [];
  for (const dut of duts) {
    const all = sections.filter((s) => s.dut === dut).flatMap((s) => s.cases);
    const cases = all.filter((c) => selected.has(c));
    if (cases.length === 0) continue;
    const jobs = jobsFor(dut);
    // a fault may be left to the cases that are not selected
    const elsewhere = new Set<string>(all.filter((c) => !cases.includes(c)).flatMap((c) => c.covers));
    const own = new Set<string>(cases.flatMap((c) => c.covers).filter((id) => !elsewhere.has(id)));
    const depth = flags.quick ? 'quick' : flags.matrix ? 'matrix' : 'lists';
    const progress = process.stderr.isTTY;
    const outcomes = await inStages(jobs, cases, depth, (tasks) =>
      runAll(tasks, ({ job }, done) => {
        if (progress) process.stderr.write(`\r\x1b[2K${done}/${tasks.length} ${job.id}`);
      }),
    );
    if (progress) process.stderr.write('\r\x1b[2K');
    const matrix = matrixOf(outcomes, cases, { quick: depth === 'quick', own });
    const title = `Kill matrix of the suites against a ${dut === 'ha' ? 'home agent' : 'mobility proxy agent'}`;
    process.stdout.write(asText(title, matrix, depth !== 'quick'));
    files.push({ title, matrix });
    sound &&= isSound(matrix);
  }
  if (flags.json !== undefined) writeText('--json', flags.json, `${JSON.stringify(files, null, 2)}\n`);
  if (flags.markdown !== undefined)
    writeText('--markdown', flags.markdown, files.map((f) => asMarkdown(f.title, f.matrix)).join('\n'));
  return sound ? exitCodes.ok : exitCodes.nonConformance;
}

/** `--as` is the role of the tester, as everywhere: mpa checks the suites against home agents. */
function rolesOf(as: string | undefined): readonly Dut[] {
  if (as === undefined) return ['ha', 'mpa'];
  if (as === 'mpa') return ['ha'];
  if (as === 'ha') return ['mpa'];
  throw usageError(`--as takes mpa or ha, not ${quoted(as)}`);
}
