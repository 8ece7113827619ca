import { expect } from 'chai';
import { parseConfig } from '../../src/cli/config/document.js';
import { flagSource } from '../../src/cli/config/flags.js';
import { type Machine, resolveTarget } from '../../src/cli/config/resolve.js';
import { mergeSettings, readSettings } from '../../src/cli/config/settings.js';
import { whyNot } from '../../src/tester/applicable.js';
import type { CaseDefinition, CaseOptions } from '../../src/tester/case.js';

const file = `target: 127.0.0.9
local: 127.0.0.1
securityAssociations:
  mnHa: { spi: 256, key: cafe, replay: nonces }
  faHa:
    spi: 512
    key: cafe
pics:
  l2: false
  homeLink:
    dhcpv4: false
knobs: { base: rfc5944 }
gre: false
`;

const machine: Machine = {
  freshLoopback: () => ['127.0.0.1', '127.0.0.2'],
  localAddressFor: () => Promise.resolve('127.0.0.1'),
  randomSeed: () => 1,
  environment: {},
};

async function reason(options: Partial<CaseOptions>, pics: readonly string[] = []): Promise<string | undefined> {
  const settings = mergeSettings(readSettings(parseConfig(file, 'lab.yaml')), readSettings(flagSource({ pics })));
  const config = await resolveTarget(settings, { address: '127.0.0.9', port: 434 }, machine);
  const definition = { id: 'ha/1/01', covers: ['HA-05'], dut: 'ha', ...options } as unknown as CaseDefinition;
  return whyNot(definition, config);
}

describe('cli skip reasons name the line that causes them', () => {
  for (const [options, wanted] of [
    [{ needs: ['l2'] }, 'PICS l2 is false (lab.yaml:9)'],
    [{ needs: ['homeLink.dhcpv4'] }, 'PICS homeLink.dhcpv4 is false (lab.yaml:11)'],
    [{ needs: ['revocation'] }, 'PICS revocation is false (the default)'],
    [{ refuses: ['greKeys'] }, 'PICS greKeys is true (the default): this case tests its refusal'],
    [{ knobs: { base: 'rfc3344' } }, 'knob base=rfc5944 (lab.yaml:12): this case is for rfc3344'],
    [{ knobs: { dynamic_ha: 'rfc4433' } }, 'knob dynamic_ha=rfc5944 (the default): this case is for rfc4433'],
    [{ faHa: false }, 'an FA-HA security association is configured (lab.yaml:5)'],
    [
      { association: { replay: 'timestamps' } },
      'securityAssociations.mnHa.replay is nonces (lab.yaml:4): this case is for timestamps',
    ],
    [{ tunnel: true }, 'switched off (lab.yaml:13)'],
    [{ careOfAddresses: 2 }, 'needs 2 local addresses (local), 1 given (lab.yaml:2)'],
  ] as const) {
    it(wanted, async () => {
      expect(await reason(options)).to.equal(wanted);
    });
  }

  it('names the flag that wins over the file', async () => {
    expect(await reason({ refuses: ['l2'] }, ['l2=true'])).to.equal(
      'PICS l2 is true (--pics l2): this case tests its refusal',
    );
  });
});
