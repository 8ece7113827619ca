/** Opens HTML reports in Debian's chromium, away from any network and from the settings of a user. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const executablePath = process.env['GRESPEC_CHROMIUM'] ?? '/usr/bin/chromium';
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where pictures of the pages go, for people to look at. */
const pictures = resolve(process.env['GRESPEC_SCREENSHOTS'] ?? 'reports/ci');

/** Why there is no browser here; undefined when there is one. */
export async function whyNoBrowser(): Promise<string | undefined> {
  if (!existsSync(executablePath)) return `no browser at ${executablePath}: apt-get install chromium`;
  return import('playwright-core').then(
    () => undefined,
    () => 'no playwright-core: npm install',
  );
}

export interface Opened {
  readonly page: Page;
  /** Errors and warnings of the console, and exceptions. */
  readonly complaints: readonly string[];
  /** Addresses asked for, besides the file itself. */
  readonly requests: readonly string[];
}

export class ReportBrowser {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'grespec-browser-'));

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<ReportBrowser> {
    const { chromium } = await import('playwright-core');
    return new ReportBrowser(await chromium.launch({ executablePath, args }));
  }

  /** Opens a page in a context of its own; `fragment` is what stands behind the `#` of its address. */
  async open(html: string, fragment = '', options: BrowserContextOptions = {}): Promise<Opened> {
    const path = join(this.#folder, 'report.html');
    writeFileSync(path, html);
    const file = pathToFileURL(path).href;
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => {
      if (message.type() !== 'log') complaints.push(message.text());
    });
    page.on('pageerror', (error) => void complaints.push(String(error)));
    page.on('request', (request) => {
      const url = request.url();
      if (url.replace(/#.*/, '') !== file && !url.startsWith('data:')) requests.push(url);
    });
    await page.goto(fragment === '' ? file : `${file}#${fragment}`);
    return { page, complaints, requests };
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** Milliseconds of the processor that the page takes for a script: other programs on the machine do not count. */
export async function threadTime(page: Page, script: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const soFar = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    const metric = metrics.find(({ name }) => name === 'ThreadTime');
    if (!metric) throw new Error('this browser does not tell the time of its threads');
    return metric.value * 1000;
  };
  const before = await soFar();
  await page.evaluate(script);
  const after = await soFar();
  await session.detach();
  return after - before;
}
