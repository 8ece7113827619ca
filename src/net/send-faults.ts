import type { SendFaults } from './port.js';

/** Counts refused sends of one port; see SendFaults. */
export class FaultCount implements SendFaults {
  count = 0;
  last: string | undefined = undefined;

  add(code: string, destination: string): void {
    this.count += 1;
    this.last = `${code} to ${destination}`;
  }
}

/** Faults as of now: what waits in the outbox is sent first. */
export function settled(faults: SendFaults, outbox: { flush(): void }): SendFaults {
  return {
    get count() {
      outbox.flush();
      return faults.count;
    },
    get last() {
      outbox.flush();
      return faults.last;
    },
  };
}

/** The system's code of a thrown or passed error, for example `ECONNREFUSED`. */
export function errorCode(error: unknown): string {
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return String(error);
}
