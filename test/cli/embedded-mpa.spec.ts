import { expect } from 'chai';
import { begun } from '../../src/cli/embedded-mpa.js';
import { HarnessError } from '../../src/spec/errors.js';

describe('answer of the embedded proxy agent', () => {
  it('skips a case only for a wish that the agent cannot be given', () => {
    expect(begun({ ok: true })).to.equal('begun');
    expect(begun({ ok: false, unsupported: true })).to.equal('unsupported');
  });

  it('is an error, with the reason, where the tester asked for nonsense', () => {
    const call = (): unknown => begun({ ok: false, unsupported: false, reason: 'there are 1 devices already' });
    expect(call).to.throw(HarnessError, 'there are 1 devices already');
  });
});
