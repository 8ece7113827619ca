/** What home agents and proxy agents alike get wrong when they are told of a revocation. RFC 3543 §3.4, §3.5. */
import type { ToldRules } from '../../agents/revocation.js';

type ToldChange = (rules: ToldRules) => Partial<ToldRules>;

export const takesAnyAuthenticator: ToldChange = () => ({ isAuthentic: () => true });

export const takesReflected: ToldChange = () => ({ isFromOtherSide: () => true });

export const takesAnyAge: ToldChange = () => ({ isFresh: () => true });

/** It says which revocation it answers, and it is another one. */
export const acknowledgesAnother: ToldChange = (rules) => ({
  acknowledge: (revocation) => {
    const ack = rules.acknowledge(revocation);
    return { ...ack, revocationId: ((ack.revocationId ?? 0) + 1) >>> 0 };
  },
});

export const setsInform: ToldChange = ({ acknowledge }) => ({
  acknowledge: (revocation) => ({ ...acknowledge(revocation), inform: true }),
});
