import { expect } from 'chai';
import { memoryNet } from '../../src/net/memory.js';
import { Pending } from '../../src/tester/pending.js';
import { SentRequests } from '../../src/tester/sent-requests.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { encodeRrp, encodeRrq } from '../../src/wire/mobileip.js';

const wire = { dialect: defaultDialect, keys: () => undefined };
const here = { address: '198.51.100.7', port: 5000 };
const device = { address: '192.0.2.1', port: 434 };
const named = (nai: string) => [{ name: 'nai', nai } as const];

function request(nai: string, identification: bigint, at = 0): Pending {
  const bytes = encodeRrq({ identification, extensions: named(nai) }, wire);
  return new Pending(memoryNet().clock, { at, from: here, to: device, bytes }, 'a case', undefined);
}
const reply = (nai: string, identification: bigint): Uint8Array =>
  encodeRrp({ code: 0, identification, extensions: named(nai) }, wire);

describe('requests that were sent', () => {
  const [first, second] = [request('a@x', 0x1_00000007n, 1), request('b@x', 0x2_00000008n, 2)];
  let sent: SentRequests;
  const answered = (nai: string, id: bigint, local = here.address) =>
    sent.answeredBy(reply(nai, id), local)?.request.bytes;

  beforeEach(() => {
    sent = new SentRequests(defaultDialect);
    sent.add(first, undefined);
    sent.add(second, undefined);
  });

  it('are found by the low half of the Identification, answered or not', () => {
    expect(answered('a@x', 0x9_00000007n)).to.equal(first.request.bytes);
    expect(answered('a@x', 0x9_00000007n)).to.equal(first.request.bytes);
  });

  it('are told apart by the NAI where two have the same low half', () => {
    const alike = request('c@x', 0x3_00000007n, 3);
    sent.add(alike, undefined);
    expect(answered('a@x', 0x1_00000007n)).to.equal(first.request.bytes);
    expect(answered('c@x', 0x3_00000007n)).to.equal(alike.request.bytes);
    expect(answered('nobody@x', 0x3_00000007n), 'the newest').to.equal(alike.request.bytes);
  });

  it('are found by the NAI where the reply has another Identification, else it is the one sent last', () => {
    expect(answered('a@x', 0x99n)).to.equal(first.request.bytes);
    expect(answered('nobody@x', 0x99n)).to.equal(second.request.bytes);
    expect(answered('nobody@x', 0x99n, '198.51.100.8'), 'of another address').to.equal(undefined);
  });

  it('are not meant by a reply with another Identification when they are forgotten', () => {
    sent.forget(second);
    expect(answered('nobody@x', 0x99n)).to.equal(undefined);
    expect(answered('b@x', 0x2_00000008n)).to.equal(undefined);
  });
});
