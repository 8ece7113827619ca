import { expect } from 'chai';
import { beyondRule } from '../../src/report/violated.js';
import { context, failed } from './sample.js';

describe('report: reasons that repeat their rule', () => {
  const [id = ''] = failed.requirements;
  const rule = context.describeRequirement?.(id);
  const sentence = `${id} (${rule?.level ?? ''}, RFC 0 1): ${rule?.text ?? ''}`;
  const beyond = (reason: string): string => beyondRule({ requirements: failed.requirements, reason }, context);

  it('say nothing beyond it', () => {
    expect(beyond(sentence)).to.equal('');
  });

  it('say which part of a merged run they are of', () => {
    expect(beyond(`${sentence} (shard 2 of 4)`)).to.equal('(shard 2 of 4)');
  });

  it('are kept whole where they say more', () => {
    const info = `${id} (info: in RFC 0 from memory, not confirmed): ${rule?.text ?? ''}`;
    for (const reason of ['something else', `because of ${sentence}`, info]) expect(beyond(reason)).to.equal(reason);
  });
});
