/** The worker's side of a measurement: reads `WINDOW MILLISECONDS`, does it, prints `COUNT SECONDS [JSON]`. */
import process from 'node:process';
import { createInterface } from 'node:readline';

/**
 * `round(window, milliseconds)` resolves with how many things were done, and what else is worth telling. Ends with
 * standard input; `close` tidies up before.
 */
export async function serveRounds(round, close = async () => undefined) {
  process.stdout.write('READY\n');
  for await (const line of createInterface(process.stdin)) {
    const [window = 1, milliseconds = 1000] = line.split(' ').map(Number);
    const start = performance.now();
    const { count, more } = await round(window, milliseconds);
    const seconds = ((performance.now() - start) / 1000).toFixed(6);
    process.stdout.write(`${count} ${seconds}${more ? ` ${JSON.stringify(more)}` : ''}\n`);
  }
  await close();
  process.exit(0);
}

/** Does something over and over, a batch between two looks at the clock, for a time without waiting for anything. */
export function repeatFor(milliseconds, batch, once) {
  const end = performance.now() + milliseconds;
  let count = 0;
  do {
    for (let i = 0; i < batch; i++) once(count + i);
    count += batch;
  } while (performance.now() < end);
  return count;
}

/** Does something with `window` under way until the time is over; what is under way at the end is awaited. */
export async function windowFor(window, milliseconds, once) {
  const end = performance.now() + milliseconds;
  let count = 0;
  let next = 0;
  const worker = async () => {
    do {
      await once(next++);
      count++;
    } while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: window }, worker));
  return count;
}
