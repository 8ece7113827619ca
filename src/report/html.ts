/** One HTML file that holds a whole run: no network, no fonts, no parts. Without scripting it still shows the findings. */
import { createHash } from 'node:crypto';
import type { Level, Verdict } from '../spec/types.js';
import type { ReportContext } from './context.js';
import { pageData } from './html/page-data.js';
import type { PageModel } from './html/page-model.js';
import { clientScript } from './html/script.js';
import { style } from './html/style.js';
import type { RunResult } from './result.js';
import { seedFact } from './facts.js';
import { duration, oneLine } from './text.js';
import { countVerdicts, outcomeOfRun } from './totals.js';

/** Rows of the table that stands in for the page where scripts may not run, as on Jenkins. */
const mostPlainRows = 500;

export function toHtml(result: RunResult, context: ReportContext = {}): string {
  const { model, frames } = pageData(result, context);
  const script = clientScript();
  const outcome = outcomeOfRun(result);
  // Nothing but the two texts below may run or apply, and nothing may be fetched, whatever a peer got into the data.
  const policy = [
    `default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'`,
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${text(`${model.tool.name} ${model.tool.version}`)}">
<title>grespec: ${text(model.headline)}</title>
<link rel="icon" href="${icon(outcome)}">
<style>${style}</style>
</head>
<body data-view="overview">
${header(model, outcome)}
${filters(model)}
<main>
<nav id="list" aria-label="Cases"><p id="none" hidden>No case passes this filter.</p></nav>
<div id="detail"></div>
<section id="requirements" aria-labelledby="ledger-title">
<h2 id="ledger-title">Ledger <span class="dim" id="ledger-shown"></span></h2>
<div class="links" id="statuses" role="group" aria-label="Status"></div>
<table><thead><tr>${columnHeads(['Requirement', 'Status', 'Level', 'Role', 'What it says', 'Cases, or why there is none'])}</tr></thead>
<tbody id="ledger-rows"></tbody></table>
</section>
</main>
<div id="printed"></div>
${plainFindings(model)}
${help}
<p class="offscreen" id="said" aria-live="polite"></p>
<script type="application/json" id="model">${json(model)}</script>
<script type="application/json" id="frames">${json(frames)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const cutShort = 'Cut short: this run did not end, the report holds what was decided until then.';

function header({ tool, run, headline, marks }: PageModel, outcome: Verdict): string {
  const device = run.as === 'mpa' ? 'home agent' : 'mobility proxy agent';
  const facts = [
    `${tool.name} ${tool.version}`,
    `${device} ${run.target}`,
    `profile ${run.profile}${run.strict ? ', strict' : ''}`,
    ...(run.shard ? [`shard ${run.shard.index} of ${run.shard.total}`] : []),
    ...seedFact(run),
    ...(run.fault === undefined ? [] : [`fault ${run.fault}`]),
    run.startedAt.replace('T', ' ').replace(/\.\d+/, ''),
    duration(run.durationMs),
  ];
  const notices = [
    ...(run.mismatch === undefined ? [] : [{ id: 'mismatch', words: run.mismatch }]),
    ...(run.complete ? [] : [{ id: 'cut-short', words: cutShort }]),
  ].map(({ id, words }) => `\n<p class="notice" role="status" id="${id}">${text(oneLine(words))}</p>`);
  return `<header class="top" data-verdict="${outcome}">
<h1><span class="badge" data-verdict="${outcome}" aria-hidden="true">${marks[outcome]}</span>${text(headline)}</h1>
<p class="run">${facts.map((fact) => `<span class="whole">${text(oneLine(fact))}</span>`).join(' · ')}</p>
<div class="tools"><nav aria-label="Views"><a href="#">Overview</a><a href="#cases">Cases</a><a href="#ledger">Ledger</a></nav>
<button type="button" id="theme" title="t">Dark</button>
<button type="button" id="keys" title="?">Help</button></div>
</header>${notices.join('')}`;
}

function filters({ verdicts, levels, cases, sections, marks, knownNotes }: PageModel): string {
  const totals = countVerdicts(cases);
  const verdictChips = verdicts.map(
    (verdict) =>
      `<button type="button" class="chip" data-verdict="${verdict}" aria-pressed="false"${totals[verdict] === 0 ? ' data-zero' : ''}>` +
      `<span class="badge" data-verdict="${verdict}" aria-hidden="true">${marks[verdict]}</span>${verdict} <b>${totals[verdict]}</b></button>`,
  );
  const levelChips = levels
    .map((level) => ({ level, count: cases.filter((one) => one.level === level).length }))
    .filter(({ count }) => count > 0)
    .map(
      ({ level, count }) =>
        `<button type="button" class="chip" data-level="${level}" aria-pressed="false" title="${text(levelMeanings[level])}">${level} <b>${count}</b></button>`,
    );
  const stateChips = knownNotes.map(({ state }) => {
    const count = cases.filter(({ known }) => known?.state === state).length;
    return `<button type="button" class="chip" data-state="${state}" aria-pressed="false">${state} <b>${count}</b></button>`;
  });
  const options = sections.map(({ key, title }) => `<option value="${text(key)}">${text(`${key} ${title}`)}</option>`);
  return `<div class="filters" role="search">
<div class="set" role="group" aria-label="Verdict">${verdictChips.join('')}</div>
<div class="set" role="group" aria-label="Level">${levelChips.join('')}</div>
${stateChips.length === 0 ? '' : `<div class="set" role="group" aria-label="Baseline">${stateChips.join('')}</div>`}
<select id="section" aria-label="Section"><option value="">All sections</option>${options.join('')}</select>
<input id="search" type="search" placeholder="Search ( / )" title="In id, title, requirement, expected, actual and reason" aria-label="Search" autocomplete="off" spellcheck="false">
<button type="button" id="clear" hidden>Clear</button>
<span class="dim" id="shown" aria-live="polite"></span>
</div>`;
}

function plainFindings({ cases }: PageModel): string {
  const found = cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip').slice(0, mostPlainRows);
  const rows = found.map(
    ({ verdict, id, title, expected, actual, reason, known }) =>
      `<tr>${[known ? `${verdict}, ${known.text}` : verdict, `${id} ${title}`, expected, actual, reason].map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`,
  );
  return `<noscript><p class="notice">Scripts may not run here: open the file in a browser of your own for the whole report.</p>
<table><thead><tr>${columnHeads(['Verdict', 'Case', 'Expected', 'Actual', 'Reason'])}</tr></thead><tbody>${rows.join('\n')}</tbody></table></noscript>`;
}

const keys = [
  ['/', 'search'],
  ['j k', 'next and previous case (in the list also the arrow keys)'],
  ['n p', 'next and previous finding'],
  ['Enter', 'from the list into the case; Tab goes on to ladder, fields and buttons'],
  ['↑ ↓', 'move within ladder or fields; the octets of a field light up'],
  ['c', 'copy the command that repeats the case'],
  ['o l', 'overview, ledger'],
  ['t', 'light or dark'],
  ['Esc', 'leave the case, then clear the filter'],
] as const;

const levelMeanings = {
  MUST: 'what a document demands: a deviation is a failure',
  SHOULD: 'what a document recommends: a deviation is a warning',
  MAY: 'what a document leaves open',
  fact: 'what a document states without such a word: a deviation is a failure',
  inference: 'what follows from a document, though it stands nowhere: a deviation is a warning',
  info: 'what is known of a document from memory only: a deviation decides nothing',
} as const satisfies Record<Level, string>;

const help = `<dialog id="help" aria-label="Help"><h2>Keys</h2><dl>${keys
  .map(([key, what]) => `<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)
  .join('')}</dl><h2>Levels</h2><dl>${Object.entries(levelMeanings)
  .map(([level, what]) => `<dt>${level}</dt><dd>${text(what)}</dd>`)
  .join('')}</dl><form method="dialog"><button>Close</button></form></dialog>`;

function columnHeads(names: readonly string[]): string {
  return names.map((name) => `<th scope="col">${name}</th>`).join('');
}

const iconColours = { pass: '#1a7f37', fail: '#c62333', error: '#a3205e', inconclusive: '#7a3fc9' } as const;

function icon(outcome: keyof typeof iconColours): string {
  const image = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='7' fill='${iconColours[outcome]}'/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(image)}`;
}

/** For text between tags and in attributes with double quotes. */
function text(value: string): string {
  return value.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** JSON inside a script element: no text in it can end the element or begin a comment. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function hashOf(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}
