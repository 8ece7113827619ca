import { expect } from 'chai';
import { parseHex } from '../../src/cli/decode.js';

describe('cli decode: hex text', () => {
  for (const text of ['0102ff', '01 02 FF', '0x0102ff', ' 0x01 02\nff\n', '01:02:ff', '01-02-ff', '01,02,ff']) {
    it(`takes ${JSON.stringify(text)}`, () => {
      expect([...parseHex(text, 'text')]).to.deep.equal([1, 2, 255]);
    });
  }

  for (const [text, part] of [
    ['', 'text is empty'],
    [' \n', 'text is empty'],
    ['0x', 'text is empty'],
    ['012', 'text has 3 hex digits, an odd number'],
    ['01 0g', '"g" at offset 4 is no hex digit'],
    ['0x0x', '"x" at offset 3'],
    ['01\u0000', '"\\u0000" at offset 2'],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseHex(text, 'text'))
        .to.throw(part)
        .with.property('exitCode', 2);
    });
  }
});
