/**
 * Loaded in front of `grespec run` (node --import): notes when each case runs and when it waits for a time that a
 * document forces, and writes that as JSON to the file that GRESPEC_BENCH_WAITS names. A case that says that it waits
 * (for a lifetime to end, for the next retransmission of the device, long for what must not come) does so from begin to end.
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { load } from '../lib/places.mjs';

const [{ CaseBase }, { HaRig }, { MpaRig }, { Executor }] = await Promise.all([
  load('src/tester/case-base.js'),
  load('src/tester/ha-rig.js'),
  load('src/tester/mpa-rig.js'),
  load('src/tester/executor.js'),
]);

/** `[milliseconds, 'run' | 'wait', case, +1 or -1]`; several at once of the same case may wait. */
const events = [];
const note = (kind, id, change) => events.push([performance.now(), kind, id, change]);

async function noted(kind, id, promise) {
  note(kind, id, 1);
  try {
    return await promise();
  } finally {
    note(kind, id, -1);
  }
}

const { forcedWait } = CaseBase.prototype;
CaseBase.prototype.forcedWait = function (ms) {
  return noted('wait', this.id, () => forcedWait.call(this, ms));
};
for (const Rig of [HaRig, MpaRig]) {
  const { begin } = Rig.prototype;
  Rig.prototype.begin = function (definition) {
    const running = begin.call(this, definition);
    const run = () => running.run();
    const whole = definition.waits ? () => noted('wait', definition.id, run) : run;
    return { ...running, run: () => noted('run', definition.id, whole) };
  };
}
// before the first case: whether the device answers, and what lies behind it
const { prepare } = Executor.prototype;
Executor.prototype.prepare = function () {
  return noted('run', 'preflight', () => prepare.call(this));
};

process.on('exit', () => {
  const cpu = process.cpuUsage();
  const seconds = (cpu.user + cpu.system) / 1e6;
  writeFileSync(process.env.GRESPEC_BENCH_WAITS, JSON.stringify({ events, cpu: seconds }));
});
