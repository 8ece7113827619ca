/** A lab that waits to be interrupted, for the test that nothing of it stays: `hold.js [wait|throw|exit]`. */
import { HomeLab } from './home-lab.js';

const home = new HomeLab();
home.dnsmasq();
await home.homeAgent();
process.stdout.write(`${JSON.stringify({ pids: home.lab.pids, folder: home.lab.folder })}\n`);
switch (process.argv[2]) {
  case 'throw':
    throw new Error('a test that fails in the middle');
  case 'exit':
    process.exit(0);
    break;
  default:
    setInterval(() => undefined, 1000);
}
