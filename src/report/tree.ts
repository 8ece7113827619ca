/**
 * The tree on the terminal. Results may arrive in any order; a case is printed as soon as all that stand before it in the
 * listing are, so that a listing in the order of the run makes a tree that grows with it.
 */
import type { ReportContext } from './context.js';
import { evidence } from './evidence.js';
import { knownText } from './known.js';
import { type Look, paint, signs, verdictInk } from './look.js';
import type { CaseResult, RunResult } from './result.js';
import { seedFact } from './facts.js';
import { listingOf, type SectionListing } from './sections.js';
import { summary, worthShowingMs } from './summary.js';
import { clipped, columns, duration, oneLine, padded, wrap } from './text.js';
import { counts, countVerdicts, plural, type Totals } from './totals.js';

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
  /** Place in the listing of the next case to be printed. */
  private section = 0;
  private place = 0;
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
    const facts = [`profile ${run.profile}`, ...seedFact(run), ...(run.strict ? ['strict'] : [])];
    if (run.shard) facts.unshift(`shard ${run.shard.index} of ${run.shard.total}`);
    if (run.fault !== undefined) facts.push(`fault ${run.fault}`);
    if (run.baseline !== undefined) facts.push(`baseline ${run.baseline}`);
    for (const [name, value] of Object.entries(run.knobs)) facts.push(`${name}=${value}`);
    const title = `${tool.name} ${tool.version}${dot}testing ${this.safe(where)}`;
    for (const line of wrap(title, this.options.width)) this.line(paint(this.options, line, 'bold'));
    for (const line of wrap(this.safe(facts.join(dot)), this.options.width)) this.line(this.dim(line));
  }

  /** What holds for the whole run, as soon as it is known. */
  notice(text: string): void {
    this.line('');
    const lines = wrap(this.safe(`${signs(this.options).marks.warn} ${text}`), this.options.width);
    for (const line of lines) this.line(paint(this.options, line, 'yellow', 'bold'));
  }

  caseStarted(id: string): void {
    this.running.add(id);
    this.reportProgress();
  }

  caseDone(result: CaseResult): void {
    this.running.delete(result.id);
    this.results.set(result.id, result);
    this.printDecided();
    this.reportProgress();
  }

  /** Prints what is left, also of sections that were not completed, and the summary. */
  finish(run: RunResult): void {
    for (const result of run.cases) this.results.set(result.id, result);
    const strays = Array.from(this.results.values()).filter(({ id }) => !this.listed.has(id));
    this.listing.push(...listingOf(strays, this.options.sectionTitle));
    this.printRest();
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

  private printDecided(): void {
    for (let section = this.listing[this.section]; section; section = this.listing[this.section]) {
      for (let id = section.cases[this.place]; id !== undefined; id = section.cases[this.place]) {
        const result = this.results.get(id);
        if (!result) return;
        if (this.place === 0) this.printHead(section);
        this.printCase(result, this.idWidth(section));
        this.place++;
      }
      this.section++;
      this.place = 0;
    }
  }

  /** What a run that was cut short leaves behind. */
  private printRest(): void {
    let untouched = 0;
    for (const section of this.listing.slice(this.section)) {
      const rest = section.cases.slice(this.place);
      const known = rest.flatMap((id) => this.results.get(id) ?? []);
      const missing = rest.length - known.length;
      if (this.place === 0 && known.length === 0) {
        untouched += missing;
        continue;
      }
      if (this.place === 0) this.printHead(section);
      for (const result of known) this.printCase(result, this.idWidth(section));
      if (missing > 0) this.printMissing('    ', plural(missing, 'case'));
      this.place = 0;
    }
    if (untouched > 0) {
      this.line('');
      this.printMissing('  ', `${plural(untouched, 'case')} of other sections`);
    }
    this.section = this.listing.length;
  }

  private printMissing(indent: string, what: string): void {
    this.line(indent + this.dim(`${signs(this.options).ellipsis} ${what} not run`));
  }

  private printHead(section: SectionListing): void {
    const document = section.heading ?? section.document;
    if (section.heading !== undefined || document !== this.document) {
      this.document = section.heading === undefined ? document : '';
      this.line('');
      this.line(paint(this.options, this.safe(document), 'bold', 'cyan'));
    }
    if (section.heading !== undefined) return;
    this.line('');
    const title = this.safe(section.title === '' ? section.key : `${section.section}  ${section.title}`);
    const key = section.title === '' ? '' : `  ${this.dim(this.safe(section.key))}`;
    const lines = wrap(title, this.options.width - 2).map((line) => `  ${paint(this.options, line, 'bold')}`);
    this.line(lines.join('\n') + key);
  }

  private idWidth({ cases }: SectionListing): number {
    return Math.max(0, ...cases.map((id) => columns(this.safe(id))));
  }

  private printCase(result: CaseResult, idWidth: number): void {
    const { options } = this;
    const { marks, known, bar, ellipsis } = signs(options);
    const { verdict } = result;
    const isKnown = !counts(result);
    const markWidth = Math.max(...[...Object.values(marks), known].map(columns));
    const start = 4 + markWidth + 1 + idWidth + 2;
    const room = options.width - start;

    const time = result.durationMs > worthShowingMs ? `(${duration(result.durationMs)})` : '';
    const title = this.safe(result.title);
    const lines = wrap(`${title}${time === '' ? '' : ` ${time}`}`, room);
    lines.forEach((line, i) => {
      const last = i === lines.length - 1;
      const text = last && time !== '' && line.endsWith(time) ? line.slice(0, -time.length) + this.dim(time) : line;
      const mark = paint(options, padded(isKnown ? known : marks[verdict], markWidth), verdictInk[verdict]);
      const lead = i === 0 ? `    ${mark} ${this.dim(padded(this.safe(result.id), idWidth))}  ` : ' '.repeat(start);
      const skipped = last && verdict === 'skip' ? this.skipReason(result.reason, room - columns(line), ellipsis) : '';
      this.line(lead + (verdict === 'fail' && !isKnown ? paint(options, text, 'red') : text) + skipped);
    });

    if (verdict === 'skip' || (verdict === 'pass' && !result.baseline)) return;
    const indent = `    ${' '.repeat(markWidth)} ${paint(options, bar, verdictInk[verdict])} `;
    const inner = { ...options, width: options.width - 4 - markWidth - 1 - columns(bar) - 1 };
    // what is known needs no proof each time, and what passes has none
    const isShort = isKnown || verdict === 'pass';
    const ink = verdict === 'pass' ? (['green', 'bold'] as const) : (['dim'] as const);
    const below = isShort
      ? wrap(this.safe(knownText(result)), inner.width).map((line) => paint(options, line, ...ink))
      : evidence(result, inner, options);
    for (const line of below) this.line((indent + line).trimEnd());
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

/** One line that says how far a run is, with `pace` for its times; where and how often to draw it is up to the caller. */
export function progressLine({ done, total, totals, running }: Progress, look: Look, pace = ''): string {
  const { full, empty, marks, ellipsis } = signs(look);
  const cells = look.width < 80 ? 10 : 20;
  const filled = total === 0 ? cells : Math.floor((cells * done) / total);
  const bar = paint(look, full.repeat(filled), 'green') + paint(look, empty.repeat(cells - filled), 'dim');
  const shown = (['fail', 'error', 'inconclusive', 'warn', 'skip'] as const)
    .filter((verdict) => totals[verdict] > 0)
    .map((verdict) => ({ verdict, text: `${marks[verdict]} ${totals[verdict]}` }));
  const numbers = `${String(done).padStart(String(total).length)}/${total}${pace === '' ? '' : `  ${pace}`}`;
  const used = cells + 1 + numbers.length + shown.reduce((sum, { text }) => sum + 2 + columns(text), 0);
  const painted = shown.map(({ verdict, text }) => `  ${paint(look, text, verdictInk[verdict])}`).join('');
  const now = running.length === 0 ? '' : oneLine(running.join(' '), look.unicode);
  const room = look.width - used - 3;
  const tail = now === '' || room < 8 ? '' : `  ${paint(look, clipped(now, room, ellipsis), 'dim')}`;
  return `${bar} ${numbers}${painted}${tail}`;
}
