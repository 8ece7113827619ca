import { expect } from 'chai';
import { columns, duration, hexRows, oneLine, printable, wrap } from '../../src/report/text.js';

describe('report: text', () => {
  it('shows what a terminal would obey', () => {
    expect(printable('a\u001b[31mb\u0000\u009b\u202e\ud800')).to.equal('a\\x1b[31mb\\x00\\x9b\\u202e\\ud800');
    expect(printable('\u{1f600} 中')).to.equal('\u{1f600} 中');
    expect(printable('é\u{1f600}', false)).to.equal('\\xe9\\u{1f600}');
    expect(printable('a\r\nb\rc\n')).to.equal('a\nb\nc\n');
    expect(oneLine(' a \n\n b ')).to.equal('a b');
  });

  it('measures columns, not characters', () => {
    expect(columns('abc')).to.equal(3);
    expect(columns('中文')).to.equal(4);
    expect(columns('e\u0301')).to.equal(1);
  });

  it('wraps at blanks, keeps indentation, and cuts words only when it must', () => {
    expect(wrap('one two three', 7)).to.deep.equal(['one two', 'three']);
    expect(wrap('  one two three', 9)).to.deep.equal(['  one two', '  three']);
    expect(wrap('ab abcdefghijklm', 8)).to.deep.equal(['ab', 'abcdefgh', 'ijklm']);
    expect(wrap('kept   as  it is', 40)).to.deep.equal(['kept   as  it is']);
    expect(wrap('a\n\nb', 10)).to.deep.equal(['a', '', 'b']);
    expect(wrap('', 10)).to.deep.equal(['']);
  });

  it('never makes a line wider than it may be', () => {
    const text = 'some words, a-rather-long-word-without-blanks 中文中文中文中文中文中文 and an end';
    for (let width = 8; width < 60; width++) {
      for (const line of wrap(text, width)) expect(columns(line)).to.be.at.most(width);
      expect(wrap(text, width).join('').replaceAll(' ', '')).to.equal(text.replaceAll(' ', ''));
    }
  });

  it('writes durations as people do', () => {
    expect([0, 4.4, 999.4, 1234, 59_940, 59_960, 125_000].map(duration)).to.deep.equal([
      '0 ms',
      '4 ms',
      '999 ms',
      '1.2 s',
      '59.9 s',
      '1 min 00 s',
      '2 min 05 s',
    ]);
  });

  it('prints octets sixteen in a row', () => {
    expect(hexRows('', true)).to.deep.equal([]);
    expect(hexRows('41', true)).to.deep.equal([`${'0000  41'.padEnd(54)}  |A|`]);
    expect(hexRows('00'.repeat(17), false)).to.deep.equal([
      '0000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00',
      '0010  00',
    ]);
  });
});
