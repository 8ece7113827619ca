/** How a mobility proxy agent is made to act, and how its access link is reached. Handed in by whoever knows the device. */
import type { LinkFrame, LinkPort } from '../net/port.js';

export interface AttachWish {
  readonly l2: boolean;
  /** `zero` asks the HA for a key, `own` announces one. */
  readonly key: 'zero' | 'own';
}

export interface Identity {
  readonly nai: string;
  readonly mac: string;
}

export interface MpaControl {
  /** How a person would do the same; for messages. */
  readonly advice: string;
  /** Least milliseconds to wait for the first request, where a person is in the way. */
  readonly patience?: number;
  /** Resolves once the attachment has begun; `unsupported` when the device cannot be given this wish. */
  attach(mn: Identity, wish: AttachWish): Promise<'begun' | 'unsupported'>;
  detach(mn: Identity): Promise<'begun' | 'unsupported'>;
}

/** Opens the tester's end of the access link. */
export type OpenAccess = (receive: (frame: LinkFrame) => void) => Promise<LinkPort>;
