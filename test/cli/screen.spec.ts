import { expect } from 'chai';
import { lookOf, Screen } from '../../src/cli/screen.js';

class Recorded {
  text = '';
  readonly columns = 80;
  readonly isTTY: boolean;
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): void {
    this.text += text;
  }
}

describe('cli screen', () => {
  for (const [isTTY, environment, colour] of [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ] as const) {
    it(`${isTTY ? 'terminal' : 'file'} with ${JSON.stringify(environment)}: colour ${colour}`, () => {
      expect(lookOf(new Recorded(isTTY), environment).colour).to.equal(colour);
    });
  }

  it('uses ASCII where the locale has no more', () => {
    expect(lookOf(new Recorded(true), { LANG: 'C' }).unicode).to.equal(false);
    expect(lookOf(new Recorded(true), { LC_ALL: 'de_DE.utf8', LANG: 'C' }).unicode).to.equal(true);
    expect(lookOf(new Recorded(true), {}).unicode).to.equal(true);
  });

  it('keeps the progress below what is printed', () => {
    const output = new Recorded(true);
    const screen = new Screen(output, {});
    screen.progress('1/2');
    screen.write('done\n');
    screen.progress('');
    expect(output.text).to.equal('\r\u001b[K1/2\r\u001b[Kdone\n1/2\r\u001b[K');
  });

  for (const [isTTY, environment] of [
    [false, {}],
    [true, { CI: 'true' }],
    [true, { TERM: 'dumb' }],
  ] as const) {
    it(`has no progress on a ${isTTY ? 'terminal' : 'file'} with ${JSON.stringify(environment)}`, () => {
      const output = new Recorded(isTTY);
      const screen = new Screen(output, environment);
      screen.progress('1/2');
      screen.write('done\n');
      expect(output.text).to.equal('done\n');
    });
  }
});
