/**
 * Cases under way: several beside each other, or one at a time. When the device is lost while several are, each of them is
 * decided again, alone: so it is known which one it does not survive.
 */
import type { CaseDefinition } from './case.js';

/** Cases begun before their turn, for each lane: one that takes long need not hold up all others. */
const ahead = 4;

export class Lanes<R> {
  readonly #decide: (definition: CaseDefinition) => Promise<R>;
  /** Not begun yet, in their order. */
  readonly #line: CaseDefinition[];
  readonly #begun = new Map<string, Promise<R>>();
  readonly #underWay = new Map<string, Promise<void>>();
  /** What came of cases whose turn has not come. */
  readonly #early = new Map<string, R>();
  readonly #again = new Set<string>();
  #width: number;

  constructor(cases: readonly CaseDefinition[], width: number, decide: (definition: CaseDefinition) => Promise<R>) {
    this.#line = [...cases];
    this.#width = width;
    this.#decide = decide;
    this.#fill();
  }

  /** What comes of the case whose turn it is. */
  async result(definition: CaseDefinition): Promise<R> {
    const { id } = definition;
    const place = this.#line.indexOf(definition);
    if (place >= 0) this.#begin(...this.#line.splice(place, 1));
    const begun = this.#begun.get(id);
    this.#begun.delete(id);
    this.#fill();
    const result = await begun;
    this.#early.delete(id);
    if (result !== undefined && !this.#again.has(id)) return result;
    await Promise.all(this.#underWay.values());
    const alone = await this.#decide(definition);
    this.#again.delete(id);
    return alone;
  }

  /** The device was lost: from now on one case at a time. Gives the names of those under way. */
  lost(): readonly string[] {
    const names = [...this.#underWay.keys()];
    if (names.length > 1) for (const name of names) this.#again.add(name);
    this.#width = 1;
    return names;
  }

  /** The device did not come back: what was under way stays as it is. */
  giveUp(): void {
    this.#again.clear();
  }

  /** What came of cases whose turn has not come, for who does not wait for it. */
  get early(): readonly R[] {
    return [...this.#early].filter(([id]) => !this.#again.has(id)).map(([, result]) => result);
  }

  /** With one lane, each begins when its turn comes. */
  #fill(): void {
    while (
      this.#width > 1 &&
      this.#line.length > 0 &&
      this.#underWay.size < this.#width &&
      this.#begun.size < ahead * this.#width
    ) {
      this.#begin(...this.#line.splice(0, 1));
    }
  }

  #begin(...cases: readonly CaseDefinition[]): void {
    for (const definition of cases) {
      const { id } = definition;
      const decided = this.#decide(definition);
      this.#begun.set(id, decided);
      const ended = decided.then(
        (result) => void this.#early.set(id, result),
        () => undefined, // whoever has its turn hears of it
      );
      this.#underWay.set(
        id,
        ended.then(() => {
          this.#underWay.delete(id);
          this.#fill();
        }),
      );
    }
  }
}
