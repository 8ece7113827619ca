/** How the page looks. Colours stand once, as pairs for light and dark; everything else refers to their names. */

const colours = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #0e1116);
  --panel: light-dark(#ffffff, #161b22);
  --raised: light-dark(#f1f3f6, #1f262f);
  --edge: light-dark(#d5dae1, #30363f);
  --text: light-dark(#1b2129, #e4e9f0);
  --dim: light-dark(#5a6472, #98a3b1);
  --link: light-dark(#0b5cad, #6cb2ff);
  --focus: light-dark(#0b6bd3, #58a6ff);
  --pass: light-dark(#1a7f37, #3fb950);
  --fail: light-dark(#c62333, #ff7b72);
  --warn: light-dark(#8f6000, #e3b341);
  --inconclusive: light-dark(#7a3fc9, #c297ff);
  --skip: light-dark(#4c6785, #8fb0d0);
  --error: light-dark(#a3205e, #ff7eb6);
  --sent: light-dark(#0b5cad, #6cb2ff);
  --received: light-dark(#0c7a6c, #45d0bd);
  --lit: light-dark(#ffe28a, #7a5c00);
  --held: light-dark(#cfe4ff, #17406f);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
[data-verdict='pass'] { --own: var(--pass); }
[data-verdict='fail'] { --own: var(--fail); }
[data-verdict='warn'] { --own: var(--warn); }
[data-verdict='inconclusive'] { --own: var(--inconclusive); }
[data-verdict='skip'] { --own: var(--skip); }
[data-verdict='error'] { --own: var(--error); }
[data-state='known'] { --own: var(--dim); }
[data-state='fixed'] { --own: var(--pass); }
[data-state='expired'], [data-state='other'] { --own: var(--warn); }
[data-verdict='untestable'], [data-verdict='not-run'], [data-verdict='none'] { --own: var(--dim); }
`;

const frame = `
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; }
body { margin: 0; display: flex; flex-direction: column; background: var(--page); color: var(--text);
  font: 14px/1.45 var(--sans); }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; border-radius: 4px; }
[tabindex='-1']:focus:not(:focus-visible) { outline: none; }
h1, h2, h3, h4, p, dl, dd, ul { margin: 0; padding: 0; }
code, .mono, .id, .key { font-family: var(--mono); font-size: 0.92em; }
button, select, input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--edge);
  border-radius: 6px; padding: 3px 9px; }
button { cursor: pointer; }
button:hover, select:hover { border-color: var(--dim); }
.dim { color: var(--dim); }
.nowrap { white-space: nowrap; }
/* goes to the next line as a whole, where that has room for it */
.whole { display: inline-block; }
.below { display: none; }
.offscreen { position: fixed; left: -9999px; }
.plain { list-style: none; }

.top { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; padding: 10px 16px; background: var(--panel);
  border-bottom: 1px solid var(--edge); border-top: 3px solid var(--own); }
.top h1 { font-size: 16px; font-weight: 650; display: flex; gap: 8px; align-items: center; }
.top .run { overflow-wrap: anywhere; color: var(--dim); font-size: 12.5px; flex: 1 1 260px; }
.tools { display: flex; gap: 8px; align-items: center; }
.top nav { display: flex; gap: 2px; }
.top nav a { padding: 4px 10px; border-radius: 6px; color: var(--text); }
.top nav a[aria-current] { background: var(--raised); font-weight: 600; text-decoration: none; }
.notice { padding: 8px 16px; background: color-mix(in srgb, var(--warn) 16%, var(--panel));
  border-bottom: 1px solid var(--warn); font-weight: 600; }
#detail .notice { border: 1px solid var(--warn); border-radius: 8px; margin-bottom: 16px; }

.filters { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; padding: 8px 16px; background: var(--panel);
  border-bottom: 1px solid var(--edge); font-size: 12.5px; }
.filters .set { display: flex; flex-wrap: wrap; gap: 4px; margin-right: 6px; }
.chip { display: inline-flex; align-items: center; gap: 4px; border-radius: 999px; padding: 2px 7px 2px 4px;
  background: var(--raised); }
.chip[data-level], .chip[data-state] { padding-left: 7px; }
.chip b { font-variant-numeric: tabular-nums; }
.chip[data-zero] { opacity: 0.55; }
.chip[aria-pressed='true'] { border-color: var(--own, var(--focus));
  background: color-mix(in srgb, var(--own, var(--focus)) 20%, var(--panel)); box-shadow: inset 0 0 0 1px var(--own, var(--focus)); }
#search { flex: 1 1 100px; min-width: 90px; max-width: 320px; }
#section { width: 100px; }
#shown { white-space: nowrap; }
.badge { display: inline-flex; align-items: center; justify-content: center; flex: none; width: 18px; height: 18px;
  border-radius: 50%; font: 700 11px/1 var(--sans); color: var(--own);
  background: color-mix(in srgb, var(--own) 18%, transparent); }
.state { color: var(--own); border: 1px solid currentColor; border-radius: 999px; padding: 0 7px; font-size: 11px; }
.state-text { border-left: 3px solid var(--own); padding: 2px 10px; background: var(--panel); border-radius: 0 6px 6px 0; }
.state-text[data-state='fixed'] { font-weight: 650; }
[data-verdict='fail'].badge:not(.known), [data-verdict='error'].badge { color: var(--panel); background: var(--own); }
`;

const list = `
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(330px, 36%) minmax(0, 1fr); }
#list, #detail, #requirements { overflow: auto; min-height: 0; overscroll-behavior: contain; }
#list { border-right: 1px solid var(--edge); background: var(--panel); scroll-padding: 40px 0; }
#requirements { display: none; grid-column: 1 / -1; padding: 12px 16px; }
[data-view='ledger'] #list, [data-view='ledger'] #detail { display: none; }
[data-view='ledger'] #requirements { display: block; }
.group { content-visibility: auto; contain-intrinsic-size: auto calc(31px + var(--rows) * 29px); }
.group h2 { position: sticky; top: 0; z-index: 1; display: flex; gap: 8px; align-items: baseline; padding: 5px 14px;
  font-size: 12.5px; font-weight: 600; background: var(--raised); border-bottom: 1px solid var(--edge); }
.group h2 .name { flex: 1; font-weight: 400; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.group h2 .count { color: var(--dim); font-weight: 400; }
.row { display: flex; gap: 8px; align-items: center; padding: 4px 14px; min-height: 29px; color: var(--text);
  border-left: 3px solid transparent; }
.row:hover { background: var(--raised); text-decoration: none; }
.row[aria-current] { background: color-mix(in srgb, var(--own) 13%, var(--panel)); border-left-color: var(--own); }
.row:focus-visible { outline-offset: -2px; }
.row .title { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row[aria-current] .title { white-space: normal; }
.row .time { flex: none; min-width: 46px; font-size: 12px; text-align: right; }
.row .level { flex: none; width: 56px; }
.row .id, .time { color: var(--dim); font-variant-numeric: tabular-nums; }
.level { color: var(--dim); font-size: 11px; letter-spacing: 0.02em; }
#none { padding: 24px 16px; color: var(--dim); }
`;

const detail = `
#detail { padding: 16px 22px 40px; }
.case > header { margin-bottom: 14px; }
.case h2 { font-size: 18px; line-height: 1.35; margin: 2px 0 6px; }
.case h2 .badge { margin-right: 8px; vertical-align: 2px; }
.case h2 .id { margin-right: 4px; font-size: 16px; }
.case h3, .overview h2 { font-size: 15px; margin: 20px 0 8px; }
.verdict { color: var(--own); text-transform: uppercase; font-size: 12px; letter-spacing: 0.05em;
  border: 1px solid currentColor; border-radius: 999px; padding: 1px 9px; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 7px 16px; }
.facts dt { color: var(--dim); }
.facts dd { min-width: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.unmet { color: var(--own); font-weight: 600; }
.rule + .rule { margin-top: 6px; }
.requirement { font-family: var(--mono); font-size: 0.92em; font-weight: 600; }
.expected, .actual { border-left: 3px solid var(--pass); padding: 2px 10px; background: var(--panel); border-radius: 0 6px 6px 0; }
.actual { border-left-color: var(--own); }
.repeat { display: flex; gap: 8px; align-items: flex-start; }
.repeat code { flex: 1; background: var(--panel); border: 1px solid var(--edge); border-radius: 6px; padding: 4px 9px; }
.copy { font-size: 12px; padding: 3px 9px; white-space: nowrap; }
.drawing { overflow: auto; max-height: 56vh; background: var(--panel); border: 1px solid var(--edge); border-radius: 8px; }
.legend { font-size: 12px; margin: 5px 0 14px; }

.ladder { display: block; font: 11.5px var(--sans); fill: var(--text); }
.ladder text { text-anchor: middle; }
.ladder .role { font-weight: 650; font-size: 12px; }
.ladder .address, .ladder .at, .ladder .break text { fill: var(--dim); font: 11px var(--mono); }
.ladder .at { text-anchor: end; font-variant-numeric: tabular-nums; }
.ladder .lifeline line { stroke: var(--edge); stroke-width: 2; }
.ladder .break line { stroke: var(--panel); stroke-width: 3; stroke-dasharray: 3 4; }
.ladder .band { fill: transparent; }
.ladder .arrow { cursor: pointer; --ink: var(--sent); }
.ladder .received { --ink: var(--received); }
.ladder .guilty { --ink: var(--fail); }
.ladder .tip { fill: var(--sent); }
.ladder .tip.received { fill: var(--received); }
.ladder .tip.guilty { fill: var(--fail); }
.ladder .arrow line { stroke: var(--ink); stroke-width: 1.8; }
.ladder .tunnelled line { stroke-dasharray: 6 4; }
.ladder .guilty line { stroke-width: 3; }
.ladder .extensions { fill: var(--dim); font-size: 11px; }
.ladder .guilty .extensions { fill: var(--text); }
.ladder .guilty .summary { fill: var(--fail); font-weight: 650; }
.ladder .guilty .band { fill: color-mix(in srgb, var(--fail) 10%, transparent); }
.ladder .flag { fill: var(--fail); }
.ladder .arrow:hover .band { fill: color-mix(in srgb, var(--dim) 10%, transparent); }
.ladder .arrow[aria-selected='true'] .band { fill: color-mix(in srgb, var(--focus) 10%, transparent); stroke: var(--focus); }
.ladder .guilty[aria-selected='true'] .band { fill: color-mix(in srgb, var(--fail) 12%, transparent); stroke: var(--fail); }
.ladder .arrow:focus { outline: none; }
.ladder .arrow:focus-visible .band { stroke-width: 2.5; }

.frame h4 { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; font-size: 14px; margin-bottom: 3px; }
.frame h4 .copy { margin-left: auto; font-weight: 400; }
.frame p { overflow-wrap: anywhere; }
.guilty-tag { color: var(--fail); font-size: 12px; }
.bytes { display: grid; grid-template-columns: minmax(220px, 1fr) fit-content(75%); margin: 8px 0; background: var(--panel);
  border: 1px solid var(--edge); border-radius: 8px; font: 12px/1.6 var(--mono); }
.tree, .hex { max-height: 62vh; overflow: auto; padding: 8px 0; }
.hex { padding: 8px 14px; border-left: 1px solid var(--edge); }
.field { display: block; padding: 0 12px 0 calc(12px + var(--depth) * 16px); cursor: default; overflow-wrap: anywhere; }
.field:hover, .field.lit { background: var(--lit); }
.field:focus { background: var(--held); }
.field:focus-visible { outline-offset: -2px; }
.field-name { color: var(--dim); }
.field-name::after { content: ' '; }
.field[style*='--depth: 0'] .field-name { color: var(--text); font-weight: 700; }
.field:hover .field-name, .field.lit .field-name { color: var(--text); }
.issue { color: var(--fail); font-weight: 600; }
.field .issue::before { content: ' ◀ '; }
.hexrow { display: flex; gap: 14px; white-space: pre; }
.hexrow .offset { color: var(--dim); user-select: none; }
/* the last row as wide as the others, so that the characters stand below each other */
.digits { flex: none; width: var(--digits); }
.digits span { display: inline-block; width: 3ch; text-align: center; }
.digits span:nth-child(8):not(:last-child) { margin-right: 1ch; }
.ascii { color: var(--dim); }
.lit[data-octet] { background: var(--lit); color: var(--text); }
.held[data-octet] { background: var(--held); color: var(--text); }
.held.lit[data-octet] { background: var(--lit); }

.overview section:first-child h2 { margin-top: 0; }
.overview li { margin-bottom: 9px; }
.links { display: flex; flex-wrap: wrap; gap: 4px 8px; }
.case-link { display: inline-flex; gap: 4px; align-items: center; font: 12px var(--mono); white-space: nowrap; }
.case-link .badge { width: 15px; height: 15px; font-size: 9px; }
.link { border: 0; background: none; padding: 0; text-align: left; white-space: nowrap; color: var(--link); font-family: var(--mono); font-size: 0.92em; }
.link:hover { text-decoration: underline; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--dim); font-size: 12px; }
th, td { padding: 4px 10px 4px 0; border-bottom: 1px solid var(--edge); vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { color: var(--own); }
.bar { display: flex; gap: 1px; height: 9px; margin-top: 6px; min-width: 90px; border-radius: 5px; overflow: hidden; }
.bar span { background: var(--own); flex-basis: 3px; }
#requirements h2 { font-size: 15px; }
#statuses { margin: 6px 0 8px; }
#statuses button { display: inline-flex; gap: 6px; align-items: center; font-size: 12.5px; }
#requirements thead th { position: sticky; top: -12px; background: var(--page); padding: 8px 10px 6px 0; }
#requirements tbody tr { content-visibility: auto; }
#requirements tr[aria-current] td { background: color-mix(in srgb, var(--focus) 14%, transparent); }
#requirements td:last-child { min-width: 180px; }
dialog { border: 1px solid var(--edge); border-radius: 10px; background: var(--panel); color: var(--text); padding: 18px 24px; }
dialog::backdrop { background: rgb(0 0 0 / 45%); }
dialog h2 { font-size: 15px; margin-bottom: 10px; }
dialog dl { display: grid; grid-template-columns: max-content 1fr; gap: 5px 16px; margin-bottom: 14px; }
dialog dd { margin: 0; }
kbd { font: 12px var(--mono); background: var(--raised); border: 1px solid var(--edge); border-radius: 4px; padding: 1px 6px; }
noscript table { margin: 16px; width: auto; }
`;

const narrow = `
@media (max-width: 900px) {
  main { grid-template-columns: minmax(0, 1fr); }
  #list { border-right: 0; }
  [data-view='overview'] #list, [data-view='case'] #list, [data-view='cases'] #detail { display: none; }
  [data-view='case'] .filters { display: none; }
  .sections th:nth-child(2), .sections td:nth-child(2), .sections th:last-child, .sections td:last-child { display: none; }
  .sections .below { display: block; font-size: 12px; }
  .sections .number { padding-right: 6px; }
  #detail { padding: 12px 12px 32px; }
  .bytes { grid-template-columns: minmax(0, 1fr); }
  .hex { border-left: 0; border-top: 1px solid var(--edge); order: -1; position: sticky; top: 0; max-height: 34vh;
    background: var(--panel); border-bottom: 1px solid var(--edge); }
  .tree { max-height: none; }
  .top, .filters { padding-left: 12px; padding-right: 12px; }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 1px; }
  .facts dd { margin-bottom: 8px; }
  #keys, #requirements thead { display: none; }
  #requirements, #requirements table, #requirements tbody { padding: 12px; display: block; }
  #requirements table, #requirements tbody { padding: 0; }
  [data-view]:not([data-view='ledger']) #requirements { display: none; }
  #requirements tr { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: baseline; padding: 8px 0;
    border-bottom: 1px solid var(--edge); }
  #requirements td { border: 0; padding: 0; }
  #requirements td:nth-child(n + 5) { flex: 1 1 100%; }
}
@media (min-width: 901px) { .top nav a[href='#cases'] { display: none; } }
@media (prefers-reduced-motion: no-preference) { .row, .chip, button { transition: background-color 80ms; } }
`;

const paper = `
#printed { display: none; }
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  html, body { height: auto; display: block; background: none; font-size: 10pt; }
  .filters label, .filters select, .filters input, .filters .set + .set, #clear, #shown, nav, #theme, #keys, #list, .copy { display: none !important; }
  main { display: block; }
  #detail, #requirements, .drawing, .tree, .hex { overflow: visible; max-height: none; }
  #detail { padding: 8px 0; }
  .drawing svg { max-width: 100%; height: auto; }
  .bytes { font-size: 8pt; }
  .field, .hexrow, .rule, li, tr { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  #printed { display: block; }
  #printed article { border-top: 1px solid var(--edge); padding: 8px 0; break-inside: avoid; }
  #printed h3 { font-size: 11pt; margin-bottom: 6px; }
  [data-view='case'] #printed, [data-view='ledger'] #printed { display: none; }
  .group, #requirements tbody tr { content-visibility: visible; }
  * { print-color-adjust: exact; }
}
`;

export const style = [colours, frame, list, detail, narrow, paper].join('');
