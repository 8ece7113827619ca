import { expect } from 'chai';
import { spreadRepeatable } from '../../src/cli/repeatable.js';

describe('cli flags that stand before several values', () => {
  for (const [given, spread] of [
    ['run --knob base=rfc5944 mns=5 ha/5.2', 'run --knob base=rfc5944 --knob mns=5 ha/5.2'],
    ['run --report junit=a json=b --strict', 'run --report junit=a --report json=b --strict'],
    ['run --knob a=b ha/5 c=d', 'run --knob a=b ha/5 c=d'],
    ['run --key a=b c=d', 'run --key a=b c=d'],
    ['run --pics a=b -- c=d', 'run --pics a=b -- c=d'],
    ['run ha/5.2', 'run ha/5.2'],
    ['', ''],
  ] as const) {
    it(given || 'nothing', () => {
      const words = given === '' ? [] : given.split(' ');
      expect(spreadRepeatable(words).join(' ')).to.equal(spread);
    });
  }
});
