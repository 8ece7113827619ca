/**
 * The tree on the terminal. Results may arrive in any order; a section is printed as soon as all of its cases are
 * known and all sections before it are printed, so that the text reads in document order while the run goes on.
 */
import type { ReportContext } from './context.js';
import { evidence } from './evidence.js';
import { type Look, paint, signs, verdictInk } from './look.js';
import type { CaseResult, RunResult } from './result.js';
import { listingOf, type SectionListing } from './sections.js';
import { summary, worthShowingMs } from './summary.js';
import { clipped, columns, duration, oneLine, padded, wrap } from './text.js';
import { countVerdicts, plural, type Totals } from './totals.js';

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly totals: Totals;
  /** Ids of cases begun and not yet decided. */
  readonly running: readonly string[];
}

export interface TreeOptions extends ReportContext, Look {
  /** Sections in the order in which they are to be shown. */
  readonly listing: readonly SectionListing[];
  /** Receives whole lines, each with its line feed. */
  readonly write: (text: string) => void;
  /** Called when a case begins or ends, after everything that is to be printed for it. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Wider lines than this are hard to read. */
const widest = 120;
/** Below this nothing lines up, and the terminal may as well break the lines itself. */
const narrowest = 60;

export class TreePrinter {
  private readonly options: TreeOptions;
  private readonly listing: SectionListing[];
  private readonly planned: number;
  private readonly listed = new Set<string>();
  private readonly results = new Map<string, CaseResult>();
  private readonly running = new Set<string>();
  private nextSection = 0;
  private document = '';

  constructor(options: TreeOptions) {
    this.options = { ...options, width: Math.min(widest, Math.max(narrowest, options.width)) };
    this.listing = [...options.listing];
    for (const section of options.listing) for (const id of section.cases) this.listed.add(id);
    this.planned = this.listed.size;
  }

  /** Says what is about to be tested. */
  begin(tool: RunResult['tool'], run: Omit<RunResult['run'], 'durationMs' | 'complete'>): void {
    const dot = ` ${signs(this.options).dot} `;
    const device = run.as === 'mpa' ? 'home agent' : 'mobility proxy agent';
    const where = run.target === 'embedded' ? `the embedded reference ${device}` : `the ${device} at ${run.target}`;
    const facts = [`profile ${run.profile}`, `seed ${run.seed}`, ...(run.strict ? ['strict'] : [])];
    for (const [name, value] of Object.entries(run.knobs)) facts.push(`${name}=${value}`);
    const title = `${tool.name} ${tool.version}${dot}testing ${this.safe(where)}`;
    for (const line of wrap(title, this.options.width)) this.line(paint(this.options, line, 'bold'));
    for (const line of wrap(this.safe(facts.join(dot)), this.options.width)) this.line(this.dim(line));
  }

  caseStarted(id: string): void {
    this.running.add(id);
    this.reportProgress();
  }

  caseDone(result: CaseResult): void {
    this.running.delete(result.id);
    this.results.set(result.id, result);
    for (let section = this.listing[this.nextSection]; section; section = this.listing[this.nextSection]) {
      if (!section.cases.every((id) => this.results.has(id))) break;
      this.printSection(section);
    }
    this.reportProgress();
  }

  /** Prints what is left, also of sections that were not completed, and the summary. */
  finish(run: RunResult): void {
    for (const result of run.cases) this.results.set(result.id, result);
    const strays = Array.from(this.results.values()).filter(({ id }) => !this.listed.has(id));
    this.listing.push(...listingOf(strays, this.options.sectionTitle));
    for (const section of this.listing.slice(this.nextSection)) this.printSection(section);
    this.line('');
    for (const line of summary(run, this.options, Math.max(this.planned, run.cases.length))) this.line(line);
  }

  private reportProgress(): void {
    this.options.onProgress?.({
      done: this.results.size,
      total: Math.max(this.planned, this.results.size),
      totals: countVerdicts(this.results.values()),
      running: Array.from(this.running),
    });
  }

  private printSection(section: SectionListing): void {
    this.nextSection++;
    const known = section.cases.flatMap((id) => this.results.get(id) ?? []);
    if (section.document !== this.document) {
      this.document = section.document;
      this.line('');
      this.line(paint(this.options, this.safe(section.document), 'bold', 'cyan'));
    }
    this.line('');
    const title = this.safe(section.title === '' ? section.key : `${section.section}  ${section.title}`);
    const key = section.title === '' ? '' : `  ${this.dim(this.safe(section.key))}`;
    const lines = wrap(title, this.options.width - 2).map((line) => `  ${paint(this.options, line, 'bold')}`);
    this.line(lines.join('\n') + key);
    const idWidth = Math.max(0, ...known.map(({ id }) => columns(this.safe(id))));
    for (const result of known) this.printCase(result, idWidth);
    const missing = section.cases.length - known.length;
    if (missing > 0) this.line(`    ${this.dim(`${signs(this.options).ellipsis} ${plural(missing, 'case')} not run`)}`);
  }

  private printCase(result: CaseResult, idWidth: number): void {
    const { options } = this;
    const { marks, bar, ellipsis } = signs(options);
    const { verdict } = result;
    const markWidth = Math.max(...Object.values(marks).map(columns));
    const start = 4 + markWidth + 1 + idWidth + 2;
    const room = options.width - start;

    const time = result.durationMs > worthShowingMs ? `(${duration(result.durationMs)})` : '';
    const title = this.safe(result.title);
    const lines = wrap(`${title}${time === '' ? '' : ` ${time}`}`, room);
    lines.forEach((line, i) => {
      const last = i === lines.length - 1;
      const text = last && time !== '' && line.endsWith(time) ? line.slice(0, -time.length) + this.dim(time) : line;
      const mark = paint(options, padded(marks[verdict], markWidth), verdictInk[verdict]);
      const lead = i === 0 ? `    ${mark} ${this.dim(padded(this.safe(result.id), idWidth))}  ` : ' '.repeat(start);
      const skipped = last && verdict === 'skip' ? this.skipReason(result.reason, room - columns(line), ellipsis) : '';
      this.line(lead + (verdict === 'fail' ? paint(options, text, 'red') : text) + skipped);
    });

    if (verdict === 'pass' || verdict === 'skip') return;
    const indent = `    ${' '.repeat(markWidth)} ${paint(options, bar, verdictInk[verdict])} `;
    const inner = { ...options, width: options.width - 4 - markWidth - 1 - columns(bar) - 1 };
    for (const line of evidence(result, inner, options)) this.line((indent + line).trimEnd());
  }

  /** On the line of the case, since a run may skip hundreds for one reason; the notes at the end give it in full. */
  private skipReason(reason: string, room: number, ellipsis: string): string {
    const text = this.safe(reason);
    return text === '' || room < 16 ? '' : `  ${this.dim(clipped(text, room - 2, ellipsis))}`;
  }

  private safe(text: string): string {
    return oneLine(text, this.options.unicode);
  }

  private dim(text: string): string {
    return paint(this.options, text, 'dim');
  }

  private line(text: string): void {
    this.options.write(`${text}\n`);
  }
}

/** The tree of a run that is over, for example of a stored report. */
export function renderTree(run: RunResult, look: Look, context: ReportContext = {}): string {
  let text = '';
  const printer = new TreePrinter({
    ...context,
    ...look,
    listing: listingOf(run.cases, context.sectionTitle),
    write: (more) => void (text += more),
  });
  printer.begin(run.tool, run.run);
  for (const result of run.cases) printer.caseDone(result);
  printer.finish(run);
  return text;
}

/** One line that says how far a run is; where and how often to draw it is up to the caller. */
export function progressLine({ done, total, totals, running }: Progress, look: Look): string {
  const { full, empty, marks, ellipsis } = signs(look);
  const cells = look.width < 80 ? 10 : 20;
  const filled = total === 0 ? cells : Math.floor((cells * done) / total);
  const bar = paint(look, full.repeat(filled), 'green') + paint(look, empty.repeat(cells - filled), 'dim');
  const counts = (['fail', 'error', 'inconclusive', 'warn', 'skip'] as const)
    .filter((verdict) => totals[verdict] > 0)
    .map((verdict) => ({ verdict, text: `${marks[verdict]} ${totals[verdict]}` }));
  const numbers = `${String(done).padStart(String(total).length)}/${total}`;
  const used = cells + 1 + numbers.length + counts.reduce((sum, { text }) => sum + 2 + columns(text), 0);
  const painted = counts.map(({ verdict, text }) => `  ${paint(look, text, verdictInk[verdict])}`).join('');
  const now = running.length === 0 ? '' : oneLine(running.join(' '), look.unicode);
  const room = look.width - used - 3;
  const tail = now === '' || room < 8 ? '' : `  ${paint(look, clipped(now, room, ellipsis), 'dim')}`;
  return `${bar} ${numbers}${painted}${tail}`;
}
