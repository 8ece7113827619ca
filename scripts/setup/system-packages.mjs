import { existsSync } from 'node:fs';
import { inRoot, output, readJson, runs, say, writeJson } from './tools.mjs';

/** What each is for; none is needed for the first run. */
const wantedToRun = {
  'libpcap-dev': 'Ethernet links (package cap)',
  'g++': 'building cap',
  make: 'building cap',
  python3: 'building cap',
};
const wantedToTest = {
  ...wantedToRun,
  chromium: 'looking at HTML reports (tests)',
  'libxml2-utils': 'checking JUnit reports against their schema (tests)',
  iproute2: 'network namespaces (tests)',
  ethtool: 'network namespaces (tests)',
  procps: 'network namespaces (tests)',
  'dnsmasq-base': 'a home link with servers of another make (tests)',
  'openvswitch-switch': 'a GRE tunnel of another make (tests)',
  zsh: 'trying the completion scripts (tests)',
  fish: 'trying the completion scripts (tests)',
};

/** A failed installation, offline for instance, is tried again after this long. */
const retryAfterMs = 3_600_000;

/**
 * Installs what is missing on Debian and its relatives as root; as a plain user it prints the command. Failure is never
 * fatal. Returns the names that are missing afterwards.
 */
export function installSystemPackages({ forTests }) {
  const wanted = forTests ? wantedToTest : wantedToRun;
  if (!existsSync('/usr/bin/apt-get')) return [];
  let missing = missingPackages(Object.keys(wanted));
  if (missing.length === 0) return missing;
  const isRoot = process.getuid?.() === 0;
  const memory = inRoot('node_modules/.grespec-system-packages.json');
  const last = readJson(memory);
  const triedLately = last.missing === missing.join() && Date.now() - last.at < retryAfterMs;
  if (isRoot && !triedLately) {
    say(`installing ${missing.join(' ')}`);
    install(missing);
    missing = missingPackages(Object.keys(wanted));
    if (existsSync(inRoot('node_modules'))) writeJson(memory, { missing: missing.join(), at: Date.now() });
  }
  if (missing.length > 0) {
    const why = [...new Set(missing.map((name) => wanted[name]))].join('; ');
    const sudo = isRoot ? '' : 'sudo ';
    const command = `${sudo}apt-get update && ${sudo}apt-get install -y ${missing.join(' ')}`;
    say(`not installed: ${missing.join(' ')} (for ${why}); to install: ${command}`);
  }
  return missing;
}

function missingPackages(names) {
  const status = output('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names]);
  const installed = new Set(status.split('\n').filter((line) => line.endsWith(' installed')));
  return names.filter((name) => !installed.has(`${name} installed`));
}

function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const network = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1', '-o', 'DPkg::Lock::Timeout=60'];
  const limits = { env, timeout: 600_000 };
  return (
    runs('apt-get', ['-q', ...network, 'update'], limits) &&
    runs('apt-get', ['-q', ...network, 'install', '-y', '--no-install-recommends', ...names], limits)
  );
}
