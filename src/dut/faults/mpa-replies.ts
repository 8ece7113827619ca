/** Faults in what a proxy agent makes of a reply: its extensions, its code, and the registration that it is about. */
import type { Answer } from '../../agents/mpa-rules.js';
import type { Extension } from '../../wire/extensions.js';
import { decodeRrp } from '../../wire/mobileip.js';
import { type MpaChange, mpaFault } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

/** Understands replies otherwise, by their extensions. */
const reading =
  (change: (extensions: readonly Extension[], answer: Answer | undefined) => Answer | undefined): MpaChange =>
  (rules, { dialect }) => ({
    understand: (datagram, state) => {
      const decoded = decodeRrp(datagram.payload, dialect);
      return decoded.ok ? change(decoded.value.extensions, rules.understand(datagram, state)) : undefined;
    },
  });

const isUnknown = (extension: Extension): boolean => extension.name === 'raw';

export const mpaReplyFaults: readonly MpaFault[] = [
  mpaFault(
    'unknown-extension-passed-over',
    'MN-32',
    'Skips extensions of any type that it does not know.',
    (rules, { dialect }) => ({
      understand: (datagram, state) => {
        const decoded = decodeRrp(datagram.payload, dialect);
        const payload = datagram.payload.slice();
        for (const e of decoded.ok ? decoded.value.extensions.filter(isUnknown) : []) payload[e.at ?? 0] = 0xff;
        const answer = rules.understand({ ...datagram, payload }, state);
        return answer && { ...answer, payload: datagram.payload };
      },
    }),
  ),
  mpaFault(
    'skippable-extension-refused',
    'MN-33',
    'Discards replies with any extension that it does not know.',
    reading((extensions, answer) => (extensions.some(isUnknown) ? undefined : answer)),
  ),
  mpaFault(
    'empty-extension-refused',
    'MN-33',
    'Discards replies with an extension of length 0.',
    reading((extensions, answer) =>
      extensions.some((e) => e.name === 'raw' && e.data.length === 0) ? undefined : answer,
    ),
  ),
  mpaFault(
    'pad-refused',
    'MN-34',
    'Discards replies with pads.',
    reading((extensions, answer) => (extensions.some(({ name }) => name === 'pad') ? undefined : answer)),
  ),
];
