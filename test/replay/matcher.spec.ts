import { expect } from 'chai';
import { Matcher } from '../../src/replay/matcher.js';
import type { Message } from '../../src/replay/packet.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { encodeRrp, encodeRrq } from '../../src/wire/mobileip.js';

const ha = { address: '192.0.2.1', port: 434 };
const mpa = { address: '198.51.100.7', port: 434 };
const wire = { dialect: defaultDialect };

function request(nai: string, identification: bigint, at = 0): Message {
  const bytes = encodeRrq({ lifetime: 60, identification, extensions: [{ name: 'nai', nai }] }, wire);
  return { number: 1, at, from: mpa, to: ha, bytes, checksum: 'right' };
}

function reply(nai: string, identification: bigint, { at = 1, to = mpa, from = ha } = {}): Message {
  const bytes = encodeRrp({ identification, extensions: [{ name: 'nai', nai }] }, wire);
  return { number: 2, at, from, to, bytes, checksum: 'right' };
}

describe('matching replies to requests', () => {
  it('goes by the Identification, in whatever order replies come', () => {
    const matcher = new Matcher<Message>();
    const [a, b] = [request('a@x', 0x1_0000_0001n), request('b@x', 0x1_0000_0002n)];
    matcher.request(a);
    matcher.request(b);
    expect(matcher.reply(reply('b@x', 0x1_0000_0002n))).to.equal(b);
    expect(matcher.reply(reply('a@x', 0x1_0000_0001n))).to.equal(a);
    expect(matcher.end()).to.equal(0);
  });

  it('tells MNs with the same Identification apart', () => {
    const matcher = new Matcher<Message>();
    const [a, b] = [request('a@x', 1n << 32n), request('b@x', 1n << 32n)];
    matcher.request(a);
    matcher.request(b);
    expect(matcher.reply(reply('a@x', 1n << 32n))).to.equal(a);
    expect(matcher.reply(reply('b@x', 1n << 32n))).to.equal(b);
  });

  it('takes the low half where the high half is the own of the HA, and an answer that went elsewhere', () => {
    const matcher = new Matcher<Message>();
    const a = request('a@x', 0x1_0000_0001n);
    matcher.request(a);
    expect(matcher.reply(reply('a@x', 0x7_0000_0001n))).to.equal(a);
    expect(matcher.reply(reply('a@x', 1n, { to: { address: '198.51.100.99', port: 434 } }))).to.equal(a);
  });

  it('takes the only request that waits where the Identification is spoilt, and none when several do', () => {
    const matcher = new Matcher<Message>();
    const a = request('a@x', 5n);
    matcher.request(a);
    expect(matcher.reply(reply('a@x', 99n))).to.equal(a);
    expect(matcher.reply(reply('a@x', 99n))).to.equal(undefined);
    matcher.request(request('a@x', 6n));
    matcher.request(request('b@x', 7n));
    expect(matcher.reply(reply('a@x', 99n))).to.equal(undefined);
  });

  it('forgets what is long past, and counts what nobody answered', () => {
    const matcher = new Matcher<Message>();
    matcher.request(request('a@x', 5n));
    matcher.request(request('b@x', 6n, 100_000));
    expect(matcher.reply(reply('a@x', 5n, { at: 100_001 }))).to.equal(undefined);
    expect(matcher.end()).to.equal(2);
  });
});
