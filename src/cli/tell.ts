/** What is told beside the output: a line on standard error. */
export function tell(message: string): void {
  process.stderr.write(`grespec: ${message}\n`);
}
