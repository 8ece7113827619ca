/** A fault of grespec itself, never of the device under test: a caller may only report it. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
