/** Octets for people: one line each for logs and reports, and trees with offsets for a closer look. */
export { dissectAny, type Guess } from './guess.js';
export { dissectFrame, dissectPacket } from './packet-tree.js';
export { summarizeFrame, summarizeMessage, summarizePacket } from './summary.js';
