import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inChild, modules, skip } from './support.js';

const show = `const show = (e) => console.log(JSON.stringify({ name: e.name, issue: e.issue, message: e.message }));`;

describe('net without privilege', () => {
  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'root is needed to drop capabilities');
    try {
      execFileSync('setpriv', ['--version'], { stdio: 'ignore' });
    } catch {
      skip(this, 'setpriv is not installed');
    }
  });

  it('refuses a raw socket and says what to do', () => {
    const text = `import { systemNet } from '${modules}system.js'; ${show}
      systemNet().openRaw('127.0.0.1', 47, () => {}).then(() => show({ name: 'opened' }), show);`;
    const error = inChild(text, { without: ['net_raw'] });
    expect(error).to.include({ name: 'NetError', issue: 'no-privilege' });
    expect(error).to.have.property('message').that.contains('run as root, or: sudo setcap cap_net_raw+ep');
  });

  it('fails the self-test with the same words', () => {
    const text = `import { systemNet } from '${modules}system.js'; import { selfTestRaw } from '${modules}self-test.js';
      selfTestRaw(systemNet()).then((result) => console.log(JSON.stringify(result)));`;
    const result = inChild(text, { without: ['net_raw'] });
    expect(result).to.include({ ok: false, issue: 'no-privilege' });
    expect(result).to.have.property('message').that.contains('sudo setcap cap_net_raw+ep');
  });

  it('refuses a link', function () {
    const text = `import { systemNet } from '${modules}system.js'; ${show}
      systemNet().openLink('lo', () => {}).then(() => show({ name: 'opened' }), show);`;
    const error = inChild(text, { without: ['net_raw', 'net_admin'] }) as { issue: string };
    if (error.issue === 'no-libpcap') skip(this, 'cap is not built');
    expect(error).to.include({ name: 'NetError', issue: 'no-privilege' });
  });

  it('refuses a UDP port below 1024', function () {
    const first = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
    if (first <= 434) skip(this, `this system opens ports from ${first} to everyone`);
    const text = `import { systemNet } from '${modules}system.js'; ${show}
      systemNet().openUdp({ address: '127.99.0.1', port: 434 }, () => {}).then(() => show({ name: 'opened' }), show);`;
    const error = inChild(text, { without: ['net_bind_service'] });
    expect(error).to.include({ name: 'NetError', issue: 'no-privilege' });
    expect(error).to.have.property('message').that.contains('cap_net_bind_service');
  });
});

describe('net at start', () => {
  it('loads no native code before a port is opened', () => {
    const text = `import { systemNet } from '${modules}system.js'; import { readFileSync } from 'node:fs';
      systemNet();
      console.log(JSON.stringify(/koffi|cap\\.node/.test(readFileSync('/proc/self/maps', 'latin1'))));`;
    expect(inChild(text)).to.equal(false);
  });

  it('lets the process end once all ports are closed', () => {
    const text = `import { systemNet } from '${modules}system.js';
      const net = systemNet();
      const raw = await net.openRaw('127.0.0.1', 253, () => {}).catch(() => undefined);
      await raw?.close();
      console.log('true');`;
    expect(inChild(text)).to.equal(true);
  });
});
