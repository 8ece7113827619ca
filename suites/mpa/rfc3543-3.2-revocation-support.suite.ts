/** RFC 3543 §3.2: how a proxy agent offers revocation. */
import { mpaSection } from '../../src/tester/case.js';
import { draftModes as modes } from '../../src/tester/request.js';

const authentications: ReadonlySet<string> = new Set(['mnHa', 'faHa', 'generalizedAuth']);

export const proxyRevocationSupport = mpaSection('mpa/rfc3543-3.2', { document: 'rfc3543', section: '3.2' }, (test) => {
  test('01', 'MUST protect its offer of revocation, and make one if it claims it', { covers: ['RV-01'] }, async (t) => {
    const node = t.node(modes.bidirectional);
    await t.attach(node);
    const { rrq, message } = await t.request(node);
    const names = rrq.extensions.map((e) => e.name);
    const at = names.lastIndexOf('revocationSupport');
    if (at < 0 && !t.config.pics.revocation) return t.note('offers no revocation');
    const guarded = at >= 0 && names.slice(at).some((name) => authentications.has(name));
    if (!guarded) t.recorder.blame(message.bytes);
    t.demand('RV-01', guarded, 'the offer (137) before an authentication extension', names.join(', '));
    const fault = t.session.authenticationFault(message.bytes, rrq);
    t.demand('RV-01', fault === undefined, 'an authentication extension that verifies', fault ?? '');
  });
});
