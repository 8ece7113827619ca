/** What a selfcheck runs: the fault-free devices, every legal variant, and every fault. */
import { haFaults } from '../../dut/faults/ha.js';
import { mpaFaults } from '../../dut/faults/mpa.js';
import { haVariants } from '../../dut/variants.js';
import { mpaVariants } from '../../dut/variants-mpa.js';

export type Dut = 'ha' | 'mpa';

export type Job =
  | { readonly dut: Dut; readonly kind: 'reference'; readonly id: 'reference' }
  | { readonly dut: Dut; readonly kind: 'variant'; readonly id: string; readonly sentence: string }
  | {
      readonly dut: Dut;
      readonly kind: 'fault';
      readonly id: string;
      readonly breaks: string;
      readonly sentence: string;
    };

export type FaultJob = Extract<Job, { kind: 'fault' }>;

export function jobsFor(dut: Dut): readonly Job[] {
  const [faults, variants] = dut === 'ha' ? [haFaults, haVariants] : [mpaFaults, mpaVariants];
  return [
    { dut, kind: 'reference', id: 'reference' },
    ...variants.map(({ id, sentence }): Job => ({ dut, kind: 'variant', id, sentence })),
    ...faults.map(({ id, breaks, sentence }): Job => ({ dut, kind: 'fault', id, breaks, sentence })),
  ];
}
