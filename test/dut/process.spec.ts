import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import { NetError } from '../../src/net/net-error.js';
import { type DutProcess, spawnDut } from '../../src/dut/process.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { decodeRrp, ntpTimestamp } from '../../src/wire/mobileip.js';
import { Bench } from '../agents/ha-bench.js';

const address = '127.0.0.1';

/** Code of the reply of a real device, or undefined after a second of silence. */
async function codeFrom(dut: DutProcess): Promise<number | undefined> {
  const socket = createSocket('udp4');
  const answer = new Promise<Uint8Array | undefined>((resolve) => {
    socket.once('message', resolve);
    setTimeout(() => resolve(undefined), 1000);
  });
  const request = new Bench().request({
    homeAgent: address,
    careOfAddress: '127.0.0.2',
    identification: ntpTimestamp(Date.now()),
  });
  socket.send(request, dut.ready.port, address);
  const octets = await answer;
  socket.close();
  const decoded = octets && decodeRrp(new Uint8Array(octets), defaultDialect);
  return decoded?.ok ? decoded.value.code : undefined;
}

describe('reference device in a process of its own', () => {
  it('says when it is ready, answers, and ends when asked to', async () => {
    const dut = await spawnDut({ device: 'ha', addresses: [address], port: 0 });
    expect(dut.ready).to.deep.include({ device: 'ha', addresses: [address] });
    expect(dut.ready.port).to.be.above(0);
    expect(await codeFrom(dut)).to.equal(0);
    expect(await dut.stop()).to.deep.include({ code: 0, signal: null });
  });

  it('tells when it was killed', async () => {
    const dut = await spawnDut({ device: 'ha', addresses: [address], port: 0 });
    process.kill(dut.pid, 'SIGKILL');
    expect(await dut.exited).to.deep.include({ signal: 'SIGKILL' });
    expect(await dut.kill()).to.deep.include({ signal: 'SIGKILL' });
  });

  it('says why it cannot start', async () => {
    const dut = await spawnDut({ device: 'ha', addresses: [address], port: 0 });
    const taken: unknown = await spawnDut({ device: 'ha', addresses: [address], port: dut.ready.port }).catch(
      (e: unknown) => e,
    );
    expect(taken).to.be.an.instanceOf(NetError).with.property('issue', 'address-in-use');
    await dut.stop();
    const fault: unknown = await spawnDut({ device: 'ha', addresses: [address], fault: 'none' }).catch(
      (e: unknown) => e,
    );
    expect(fault).to.be.an.instanceOf(TypeError);
  });

  it('ends when its parent dies', async () => {
    const url = new URL('../../src/dut/process.js', import.meta.url).href;
    const script = `const { spawnDut } = await import(${JSON.stringify(url)});
      const dut = await spawnDut({ device: 'ha', addresses: ['${address}'], port: 0 });
      console.log(dut.pid); process.kill(process.pid, 'SIGKILL');`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    parent.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await new Promise((resolve) => parent.once('close', resolve));
    const pid = Number(text);
    expect(pid).to.be.above(0);
    for (let i = 0; i < 50 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isAlive(pid)).to.equal(false);
  });

  it('ends with code 2 when its options are no JSON, without repeating them', async () => {
    const main = fileURLToPath(new URL('../../src/dut/main.js', import.meta.url));
    const child = spawn(process.execPath, [main, '{"key":"secret'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    expect(await new Promise((resolve) => child.once('close', resolve))).to.equal(2);
    expect(text).to.include('JSON').and.not.include('secret');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
