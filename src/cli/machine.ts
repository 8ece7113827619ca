/** What the configuration asks of this machine. */
import { randomInt } from 'node:crypto';
import { freshLoopback, localAddressFor } from '../net/local-address.js';
import type { Machine } from './config/resolve.js';

export const machine: Machine = {
  freshLoopback,
  localAddressFor,
  randomSeed: () => randomInt(2 ** 32),
  environment: process.env,
};
