import { expect } from 'chai';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { reportContext } from '../../src/cli/report-context.js';
import { toHtml } from '../../src/report/html.js';
import type { RunResult } from '../../src/report/result.js';
import { dialectOf } from '../../src/tester/dialect.js';
import { sections } from '../../suites/index.js';
import { failed, manyCases, received, runOf, sent } from '../report/sample.js';
import { haConfig, runInMemory } from '../tester/in-memory.js';
import { type Opened, picture, ReportBrowser, threadTime, whyNoBrowser } from './browser.js';

const context = reportContext(sections, dialectOf(haConfig));

/** Octets of the hex view that carry a class, as they are read. */
async function octets(page: Page, name: 'lit' | 'held'): Promise<string> {
  return (await page.locator(`.digits .${name}`).allTextContents()).join(' ');
}

/** The rows of the list that are there to be seen. */
const rows = (page: Page): Locator => page.locator('.row:not([hidden])');

const fieldNamed = (page: Page, name: string): Locator =>
  page.locator('.field', { has: page.locator(`.field-name:text-is("${name}")`) }).first();

describe('HTML report in a browser', () => {
  let browser: ReportBrowser | undefined;
  let result: RunResult;
  let html = '';
  let finding = '';
  let opened: Opened[] = [];

  before(async function () {
    const why = await whyNoBrowser();
    if (why !== undefined) {
      process.stderr.write(`skipped, ${why}\n`);
      return this.skip();
    }
    browser = await ReportBrowser.start();
    result = await runInMemory({ device: { fault: 'authentication-not-checked' }, select: ['ha/4', 'ha/5.2', 'ha/8'] });
    html = toHtml(result, context);
    finding = result.cases.find(({ verdict }) => verdict === 'fail')?.id ?? '';
  });
  after(() => browser?.stop());

  beforeEach(() => void (opened = []));
  afterEach(async () => {
    for (const { page, complaints, requests } of opened) {
      await page.context().close();
      expect(complaints, 'said on the console').to.deep.equal([]);
      expect(requests, 'asked for').to.deep.equal([]);
    }
  });

  async function open(fragment = '', options: BrowserContextOptions = {}, text = html): Promise<Page> {
    if (!browser) throw new Error('no browser');
    const one = await browser.open(text, fragment, options);
    opened.push(one);
    return one.page;
  }

  describe('opens', () => {
    it('with totals, the findings and all cases', async () => {
      const page = await open();
      expect(await page.locator('h1').textContent()).to.match(/non-conformance found: \d+ of \d+ cases failed/);
      expect(await rows(page).count()).to.equal(result.cases.length);
      expect(await page.locator('.overview').textContent())
        .to.include('Findings by requirement')
        .and.include('HA-05');
      await picture(page, 'html-overview');
    });

    it('a case by its address', async () => {
      const page = await open(finding);
      await page.locator('.frame').waitFor();
      expect(await page.locator('#case-title').textContent()).to.include(finding);
      expect(await page.locator('.row[aria-current]').getAttribute('href')).to.equal(`#${finding}`);
      expect(await page.title()).to.include(finding);
      await picture(page, 'html-case');
    });

    it('a case when its address is set later, and says so when there is none', async () => {
      const page = await open();
      await page.evaluate(`location.hash = '${finding}'`);
      await page.locator('.frame').waitFor();
      await page.evaluate(`location.hash = 'ha/9.9/99'`);
      expect(await page.locator('#detail .notice').textContent()).to.include('no case ha/9.9/99');
    });

    it('a requirement of the ledger by its address, and from there its case', async () => {
      const page = await open('ledger/HA-05');
      const row = page.locator('tr[aria-current]');
      expect(await row.textContent())
        .to.include('HA-05')
        .and.include('fail');
      await picture(page, 'html-ledger');
      await row.locator('a').first().click();
      await page.locator('.case').waitFor();
    });

    it('what was not decided before the sections, gathered where one cause is behind it', async () => {
      const mismatch = 'the device has another layout';
      const cases = result.cases.map((one, i) => ({
        ...one,
        ...(one.verdict === 'pass' && { verdict: 'inconclusive' as const, reason: `${mismatch}; rule ${i}` }),
      }));
      const page = await open('', {}, toHtml({ ...result, cases, run: { ...result.run, mismatch } }, context));
      expect(await page.locator('#mismatch').textContent()).to.equal(mismatch);
      const titles = await page.locator('.overview h2').allTextContents();
      expect(titles.indexOf('Not decided')).to.be.within(0, titles.indexOf('Sections') - 1);
      expect(await page.locator('.overview li', { hasText: `${mismatch} (` }).count()).to.equal(1);
    });

    it('verdicts in one order in every bar', async () => {
      const page = await open();
      const bars: readonly (readonly string[])[] = await page.evaluate(
        `[...document.querySelectorAll('.bar')].map((bar) => [...bar.children].map((part) => part.dataset.verdict))`,
      );
      expect(bars).not.to.have.length(0);
      const order = ['pass', 'fail', 'warn', 'inconclusive', 'skip', 'error'];
      for (const bar of bars) expect(bar).to.deep.equal(order.filter((verdict) => bar.includes(verdict)));
    });

    it('what a run that was cut short has, and says that it was', async () => {
      const page = await open('', {}, toHtml({ ...result, run: { ...result.run, complete: false } }, context));
      expect(await page.locator('#cut-short').isVisible()).to.equal(true);
    });

    it('its findings where scripts may not run', async () => {
      const page = await open('', { javaScriptEnabled: false });
      expect(await page.locator('body').innerText())
        .to.include(finding)
        .and.include('Scripts may not run here');
    });
  });

  describe('filters', () => {
    it('by verdict', async () => {
      const page = await open();
      await page.getByRole('button', { name: 'fail' }).click();
      const fails = result.cases.filter(({ verdict }) => verdict === 'fail').length;
      expect(await rows(page).count()).to.equal(fails);
      expect(await page.locator('#shown').textContent()).to.equal(`${fails} of ${result.cases.length} cases`);
      await page.getByRole('button', { name: 'Clear' }).click();
      expect(await rows(page).count()).to.equal(result.cases.length);
    });

    it('by level and section together', async () => {
      const page = await open();
      await page.getByRole('button', { name: 'MUST' }).click();
      await page.getByLabel('Section').selectOption('ha/8');
      const wanted = result.cases.filter(({ id, level }) => id.startsWith('ha/8/') && level === 'MUST');
      expect(await rows(page).count()).to.equal(wanted.length);
    });

    it('by every word of a search, in cases and ledger', async () => {
      const page = await open();
      await page.getByLabel('Search', { exact: true }).fill('HA-05 fail');
      expect(await rows(page).count()).to.equal(0);
      expect(await page.locator('#none').isVisible()).to.equal(true);
      await page.getByLabel('Search', { exact: true }).fill('authenticator HA-05');
      expect(await rows(page).count()).to.be.within(1, result.cases.length - 1);
      await page.getByRole('link', { name: 'Ledger' }).click();
      expect(await page.locator('#ledger-rows tr:not([hidden])').count()).to.be.within(1, 5);
      await page.getByRole('button', { name: 'not-run' }).click();
      const idle = result.ledger.filter(({ status }) => status === 'not-run').length;
      expect(await page.locator('#ledger-shown').textContent()).to.match(new RegExp(`^${idle} of `));
    });

    it('by what the baseline says, which stands first', async () => {
      const baseline = { verdict: 'fail', reason: 'ticket 4711', expires: '2030-01-01' } as const;
      const known = result.cases.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
      const cases = result.cases.map((one, i) => {
        if (known.includes(one.id)) return { ...one, baseline: { ...baseline, state: 'known' as const } };
        return i === 1 ? { ...one, baseline: { ...baseline, state: 'fixed' as const } } : one;
      });
      const run = { ...result.run, baseline: 'known.yaml' };
      const page = await open('', {}, toHtml({ ...result, run, cases }, context));
      expect(await page.locator('h1').textContent()).to.include(`nothing failed besides ${known.length} known`);
      expect(await page.locator('.overview h2').first().textContent()).to.equal('Baseline');
      expect(await page.locator('.overview').textContent()).not.to.include('Findings by requirement');
      await picture(page, 'html-baseline');
      await page.getByRole('button', { name: 'fixed' }).click();
      expect(await rows(page).count()).to.equal(1);
      await page.getByRole('button', { name: 'known', exact: false }).click();
      expect(await rows(page).count()).to.equal(known.length + 1);
      await page.locator(`.row[href="#${known[0]}"]`).click();
      expect(await page.locator('.facts .state-text').textContent()).to.equal(
        'known fail until 2030-01-01: ticket 4711',
      );
      // what is known is nothing to step through
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.keyboard.press('n');
      expect(page.url()).not.to.match(/#ha/);
    });

    it('three thousand cases at once', async () => {
      const cases = manyCases(3000);
      const page = await open('', {}, toHtml(runOf(cases), context));
      const took = await threadTime(
        page,
        `(() => {
        const search = document.getElementById('search');
        search.value = 'ha/9.7/';
        search.dispatchEvent(new Event('input'));
        document.getElementById('list').getBoundingClientRect();
      })()`,
      );
      expect(await rows(page).count()).to.equal(50);
      expect(took, 'milliseconds to filter').to.be.below(250);
      await page.getByRole('button', { name: 'Clear' }).click();
      // the list is laid out only where it is seen, so that a screen of it is as quick at its end as at its start
      const steps = await threadTime(
        page,
        `(() => {
        const list = document.getElementById('list');
        for (let i = 0; i < 20; i++) {
          list.scrollTop = (i * list.scrollHeight) / 20;
          list.getBoundingClientRect();
          document.elementFromPoint(100, 400);
        }
      })()`,
      );
      expect(steps / 20, 'milliseconds to lay out a screen of the list').to.be.below(100);
      await page.evaluate(`location.hash = '${cases.at(-1)?.id}'`);
      await page.locator('.case').waitFor();
      expect(await page.locator('.row[aria-current]').isVisible()).to.equal(true);
    });
  });

  describe('obeys the keyboard', () => {
    it('in the list', async () => {
      const page = await open();
      await page.keyboard.press('n');
      await page.locator('.case').waitFor();
      expect(page.url()).to.match(new RegExp(`#${finding}$`));
      await page.keyboard.press('j');
      const next = result.cases[result.cases.findIndex(({ id }) => id === finding) + 1];
      await page.waitForURL(`**#${next?.id}`);
      await page.keyboard.press('k');
      await page.waitForURL(`**#${finding}`);
      await page.keyboard.press('Escape');
      await page.locator('.overview').waitFor();
    });

    it('from the list into the case', async () => {
      const page = await open();
      await rows(page).first().focus();
      await page.keyboard.press('ArrowDown');
      await page.waitForURL(`**#${result.cases[0]?.id}`);
      await page.locator('.case').waitFor();
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).to.equal('case-title');
    });

    it('in the search, the views and the help', async () => {
      const page = await open();
      await page.keyboard.press('/');
      await page.keyboard.type('jlt');
      expect(await page.getByLabel('Search', { exact: true }).inputValue()).to.equal('jlt');
      await page.keyboard.press('Escape');
      await page.keyboard.press('l');
      await page.locator('#requirements').waitFor();
      await page.keyboard.press('?');
      await page.locator('dialog[open]').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('dialog:not([open])').waitFor({ state: 'attached' });
    });

    it('in ladder and fields', async () => {
      const page = await open(finding);
      await page.locator('.frame').waitFor();
      await page.locator('.arrow[aria-selected="true"]').focus();
      await page.keyboard.press('Home');
      expect(await page.locator('.frame h4').textContent()).to.match(/^Frame 1, sent/);
      await page.keyboard.press('ArrowDown');
      expect(await page.locator('.frame h4').textContent()).to.match(/^Frame 2,/);
      await fieldNamed(page, 'type').focus();
      const type = await octets(page, 'held');
      await page.keyboard.press('ArrowDown');
      expect(await octets(page, 'held'))
        .to.match(/^\w\w$/)
        .and.not.equal(type);
    });
  });

  describe('shows the exchange', () => {
    it('as a ladder with the guilty frame marked', async () => {
      const page = await open(finding);
      await page.locator('.frame').waitFor();
      const { frames = [] } = result.cases.find(({ id }) => id === finding) ?? {};
      const arrows = page.locator('.ladder .arrow');
      expect(await arrows.count()).to.equal(frames.length);
      const guilty = frames.findIndex((frame) => frame.guilty);
      expect(await page.locator('.ladder .guilty.arrow').getAttribute('data-frame')).to.equal(String(guilty));
      expect(await page.locator('.frame h4').textContent()).to.include('the verdict rests on this frame');
      await arrows.first().click();
      expect(await page.locator('.frame h4').textContent()).to.match(/^Frame 1, sent/);
    });

    it('with the octets of a field lit, and the field of an octet', async () => {
      const page = await open(finding);
      await page.locator('.frame').waitFor();
      await fieldNamed(page, 'lifetime').hover();
      const { frames = [] } = result.cases.find(({ id }) => id === finding) ?? {};
      const hex = frames.find((frame) => frame.guilty)?.hex ?? '';
      expect(await octets(page, 'lit')).to.equal(`${hex.slice(4, 6)} ${hex.slice(6, 8)}`);
      await picture(page, 'html-fields');
      await page.locator('.digits [data-octet="3"]').hover();
      expect(await page.locator('.field.lit .field-name').textContent()).to.equal('lifetime');
      await page.locator('h1').hover();
      expect(await octets(page, 'lit')).to.equal('');
    });

    it('with silence, tunnels and every address of the tester', async () => {
      const packet = { ...sent, layer: 'ip' as const, source: '192.0.2.2', destination: '192.0.2.10' };
      const frames = [sent, { ...packet, at: 5 }, { ...received, at: 1200 }];
      const page = await open(failed.id, {}, toHtml(runOf([{ ...failed, frames }]), context));
      await page.locator('.frame').waitFor();
      expect(await page.locator('.lifeline .address').allTextContents()).to.deep.equal([
        '192.0.2.1',
        '192.0.2.2',
        '192.0.2.10',
      ]);
      expect(await page.locator('.break').allTextContents()).to.deep.equal(['1.2 s without a frame']);
      expect(await page.locator('.arrow.tunnelled').getAttribute('data-frame')).to.equal('1');
      expect(await page.locator('.legend').textContent()).to.include('Dashed');
    });

    it('and copies the command that repeats it', async () => {
      const page = await open(finding, { permissions: ['clipboard-read', 'clipboard-write'] });
      await page.keyboard.press('c');
      await page.locator('.repeat .copy:text-is("copied")').waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(`grespec run ${finding}`);
    });

    it('of a hostile peer without obeying it', async () => {
      const bad = `</script><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;
      const frames = failed.frames.map((frame) => ({ ...frame, summary: bad, source: bad, destination: bad }));
      const one = { ...failed, frames, title: bad, actual: bad, expected: bad, reason: bad, repeat: bad };
      const tree = (): { name: string; offset: number; length: number; text: string; issue: string } => ({
        ...{ name: bad, offset: 0, length: 1, text: bad, issue: bad },
      });
      const page = await open(one.id, {}, toHtml(runOf([one]), { ...context, tree, sectionTitle: () => bad }));
      await page.locator('.frame').waitFor();
      expect(await page.locator('#case-title').textContent()).to.include(bad);
      expect(await page.locator('.field-text').textContent()).to.equal(bad);
      expect(await page.locator('img').count()).to.equal(0);
      expect(await page.evaluate('typeof window.hacked')).to.equal('undefined');
    });
  });

  describe('looks right', () => {
    const background = (page: Page): Promise<string> =>
      page.evaluate('getComputedStyle(document.body).backgroundColor');

    it('in the dark, as the system or the reader wishes', async () => {
      const page = await open(finding, { colorScheme: 'dark' });
      await page.locator('.frame').waitFor();
      const dark = await background(page);
      await picture(page, 'html-dark');
      await page.keyboard.press('t');
      const light = await background(page);
      expect(light).not.to.equal(dark);
      await page.reload();
      expect(await background(page), 'remembered').to.equal(light);
      await page.getByRole('button', { name: 'Dark' }).click();
      await page.getByRole('button', { name: 'Light' }).waitFor();
      expect(await background(page)).to.equal(dark);
    });

    for (const width of [1440, 1024, 390]) {
      it(`${width} pixels wide, without scrolling sideways`, async () => {
        const page = await open('', { viewport: { width, height: 844 } });
        for (const view of ['', 'cases', finding, 'ledger']) {
          await page.evaluate(`location.hash = '${view}'`);
          if (view === finding) await page.locator('.frame').waitFor();
          const over = await page.evaluate(`document.documentElement.scrollWidth - innerWidth`);
          expect(over, `view ${view}`).to.equal(0);
        }
        await page.evaluate(`location.hash = '${finding}'`);
        await page.locator('.frame').waitFor();
        await picture(page, `html-${width}`);
      });
    }

    it('on paper, where all findings follow one another', async () => {
      const page = await open();
      await page.emulateMedia({ media: 'print' });
      await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
      const fails = result.cases.filter(({ verdict }) => !['pass', 'skip'].includes(verdict)).length;
      expect(await page.locator('#printed article').count()).to.equal(fails);
      expect(await page.locator('#printed').isVisible()).to.equal(true);
      expect(await page.locator('#list').isVisible()).to.equal(false);
      await picture(page, 'html-print');
    });
  });
});
