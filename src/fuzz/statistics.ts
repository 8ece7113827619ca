/** What became of what was sent: whether a run reached the code it was meant to reach. */
export class Statistics {
  messages = 0;
  frames = 0;
  readonly #outcomes = { request: new Map<string, number>(), frame: new Map<string, number>() };

  /** `outcome`: `accepted 0`, `denied 131`, `discarded`, `answered otherwise`; for frames `delivered` or `dropped`. */
  count(kind: 'request' | 'frame', outcome: string): void {
    if (kind === 'frame') this.frames++;
    else this.messages++;
    const own = this.#outcomes[kind];
    own.set(outcome, (own.get(outcome) ?? 0) + 1);
  }

  get sent(): number {
    return this.messages + this.frames;
  }

  /** Kinds of outcome seen, most frequent first. */
  get outcomes(): readonly (readonly [outcome: string, count: number])[] {
    const all = (['request', 'frame'] as const).flatMap((kind) =>
      [...this.#outcomes[kind]].map(([outcome, count]) => [`${kind} ${outcome}`, count] as const),
    );
    return all.sort(([, a], [, b]) => b - a);
  }

  /** Share of the requests that passed the authentication check, 0 to 1. */
  get authentic(): number {
    const past = [...this.#outcomes.request].filter(([outcome]) => /^(accepted|denied (?!131|132))/.test(outcome));
    return past.reduce((sum, [, n]) => sum + n, 0) / Math.max(1, this.messages);
  }
}
