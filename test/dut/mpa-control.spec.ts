import { expect } from 'chai';
import { existsSync, linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ControlError, controlMpa, serveControl } from '../../src/dut/mpa-control.js';
import { startControlledMpa } from '../../src/dut/mpa-process.js';
import { dut } from '../../src/cli/dut.js';
import type { Net } from '../../src/net/port.js';
import { systemNet } from '../../src/net/system.js';
import { rejection } from '../net/support.js';

const ok = { ok: true } as const;
const homeAgent = { address: '127.0.0.1', port: 5434 };

describe('control socket of the reference MPA', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'grespec-control-'));
    file = path.join(folder, 'mpa');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const refusal = async (where: string): Promise<string> => {
    const error = await rejection(serveControl(() => ok, where));
    expect(error).to.be.an.instanceOf(ControlError);
    return (error as ControlError).message;
  };

  it('takes the place of one that was left behind', async () => {
    const first = await serveControl(() => ok, path.join(folder, 'first'));
    linkSync(first.path, file);
    await first.close();
    expect(existsSync(file)).to.equal(true);
    const second = await serveControl(() => ok, file);
    expect(await controlMpa(file, { cmd: 'status' })).to.deep.equal(ok);
    await second.close();
    expect(existsSync(file)).to.equal(false);
  });

  it('leaves alone what is in use, and what is no socket', async () => {
    const other = await serveControl(() => ok, file);
    expect(await refusal(file)).to.equal('another process listens there');
    expect(await controlMpa(file, { cmd: 'status' })).to.deep.equal(ok);
    await other.close();
    writeFileSync(file, 'mine');
    expect(await refusal(file)).to.equal('there is something else than a socket');
    expect(existsSync(file)).to.equal(true);
  });

  it('says that there is no such folder', async () => {
    expect(await refusal(path.join(folder, 'nosuch', 'mpa'))).to.equal('there is no such folder');
  });

  it('is made only where it is wanted, and closes the agent where it cannot be made', async () => {
    const net = systemNet();
    let open = 0;
    const counted: Net = {
      ...net,
      openUdp: async (local, receive) => {
        const port = await net.openUdp(local, receive);
        open++;
        return { ...port, send: port.send.bind(port), close: () => (open--, port.close()) };
      },
      openRaw: (...args) => net.openRaw(...args),
      openLink: (...args) => net.openLink(...args),
    };
    const options = { address: '127.0.0.1', port: 0, homeAgent };
    const print = (): void => {};
    writeFileSync(file, 'mine');
    await rejection(startControlledMpa(counted, options, { print, socket: { path: file } }));
    expect(open).to.equal(0);
    const mpa = await startControlledMpa(counted, options, { print });
    expect(open).to.equal(1);
    expect(mpa.control).to.equal(undefined);
    await mpa.close();
    expect(open).to.equal(0);
  });

  it('is a usage error of grespec dut mpa where it cannot be made', async () => {
    const control = path.join(folder, 'nosuch', 'mpa');
    const error = await rejection(dut('mpa', [], { control, homeAgent: '127.0.0.1:5434', listen: ['127.0.0.1'] }));
    expect(error).to.include({ exitCode: 2, message: `--control ${control}: there is no such folder` });
  });
});
