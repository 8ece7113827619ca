/** Runs tasks one after the other, whoever asks for them. */
export class Queue {
  #last: Promise<void> = Promise.resolve();

  async run(task: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => undefined);
    await turn;
  }
}
