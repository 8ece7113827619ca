/** What is known of each home agent of a capture, from what was looked at ahead. */
import { byHomeAgent } from './groups.js';
import { learn, type Learnt } from './learn.js';
import type { Packet } from './packet.js';
import type { AuditOptions, AuditSettings } from './settings.js';

export interface LearntEach {
  /** Of the capture as a whole, with the notes on all home agents. */
  readonly settings: AuditSettings;
  /**
   * Of the one asked first at this address. One that comes later is taken for what the others are, but for the layout of
   * the GRE Key extension, which the first packet to it shows.
   */
  readonly of: (address: string, first?: Packet) => Learnt;
}

/** Home agents named in a note. */
const mostNamed = 4;

export function learnEach(ahead: readonly Packet[], options: AuditOptions): LearntEach {
  const whole = learn(ahead, options);
  const groups = byHomeAgent(ahead);
  // one that was not looked at ahead may have its keys the other way
  const late = { ...whole, isDirectionKnown: whole.isDirectionSaid };
  const lateOne = (first: Packet | undefined): Learnt => {
    const own = first && learn([first], options);
    return own?.form === undefined || own.form === late.form ? late : own;
  };
  const isSeveral = groups.size > 1;
  const each = new Map([...groups].map(([name, packets]) => [name, isSeveral ? learn(packets, options) : whole]));
  return {
    settings: isSeveral ? { ...whole.settings, notes: notesOf(each) } : whole.settings,
    of: (address, first) => each.get(address) ?? lateOne(first),
  };
}

/** What is true of all is said once; else the home agents are named. */
function notesOf(each: ReadonlyMap<string, Learnt>): readonly string[] {
  const names = new Map<string, string[]>();
  for (const [name, { settings }] of each) {
    for (const note of settings.notes) {
      const own = names.get(note);
      if (own) own.push(name);
      else names.set(note, [name]);
    }
  }
  return [...names].map(([note, at]) => {
    if (at.length === each.size) return note;
    const more = at.length > mostNamed ? ` and ${at.length - mostNamed} more` : '';
    return `${at.slice(0, mostNamed).join(', ')}${more}: ${note}`;
  });
}
