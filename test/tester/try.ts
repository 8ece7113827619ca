import { runInMemory } from './in-memory.js';
const [, , fault, ...select] = process.argv;
const t0 = Date.now();
const device = fault && fault !== '-' ? (fault.startsWith('v:') ? { variant: fault.slice(2) } : { fault }) : {};
const r = await runInMemory({ device, ...(select.length && { select }) });
for (const c of r.cases)
  if (c.verdict !== 'pass' || process.env['ALL'])
    console.log(c.verdict, c.id, c.title, '\n   ', c.reason, '| exp', c.expected, '| act', c.actual, c.durationMs);
if (process.env['FRAMES'])
  for (const f of r.cases.find((c) => c.id === process.env['FRAMES'])?.frames ?? [])
    console.log(f.at, f.direction, f.source, f.destination, f.summary);
console.log(r.totals, Date.now() - t0, 'ms; virtual', r.run.durationMs);
