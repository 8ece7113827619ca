import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ciOf } from '../../src/cli/ci.js';
import { gitlabReports } from '../../src/cli/gitlab.js';
import { suiteFileOf } from '../../src/cli/suite-files.js';
import { toJUnit } from '../../src/report/junit.js';
import { sections } from '../../suites/index.js';
import { context, everyVerdict, failed, passed, runOf, skipped } from '../report/sample.js';
import { grespec, inTemporaryFolder } from './grespec.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('cli in CI', () => {
  describe('GitHub Actions', () => {
    it('reads no command in what a run prints, but annotations and a summary behind it', async () => {
      await inTemporaryFolder(async (folder) => {
        const summary = path.join(folder, 'summary.md');
        const { code, stdout } = await grespec(['run', 'ha/5.3/06', '--fault', 'a-not-echoed'], {
          env: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary },
        });
        expect(code).to.equal(1);
        const [, token = ''] = /^::stop-commands::([\w-]{36})\n/.exec(stdout) ?? [];
        expect(stdout).to.match(new RegExp(`\\n::${token}::\\n::error title=ha/5.3/06 fail::MUST return A=1`));
        expect(readFileSync(summary, 'utf8')).to.match(/^## ✘ grespec: non-conformance found/);
      });
    });

    it('gets its commands back when a run ends with an error', () => {
      let text = '';
      const ci = ciOf(
        { GITHUB_ACTIONS: 'true' },
        (more) => void (text += more),
        () => undefined,
      );
      ci.begin();
      ci.stop();
      ci.stop();
      expect(text).to.match(/^::stop-commands::([\w-]+)\n::\1::\n$/);
    });

    it('is told when its summary cannot be written, and the run goes on', () => {
      const told: string[] = [];
      const environment = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/proc/x/summary' };
      ciOf(
        environment,
        () => undefined,
        (message) => void told.push(message),
      ).end(runOf([passed]), {});
      expect(told.join()).to.match(
        /^cannot write the step summary to \/proc\/x\/summary \(GITHUB_STEP_SUMMARY\): no such folder/,
      );
    });

    it('gets a short summary where a longer one would make it refuse all', async () => {
      await inTemporaryFolder(async (folder) => {
        const summary = path.join(folder, 'summary.md');
        writeFileSync(summary, 'x'.repeat((1 << 20) - 300));
        const environment = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
        const write = () => undefined;
        ciOf(environment, write, write).end(runOf([failed]), context);
        const text = readFileSync(summary, 'utf8');
        expect(text).to.match(/x## grespec: non-conformance found[^]*no room for more/);
        expect(text.length).to.be.below(1 << 20);
        await Promise.resolve();
      });
    });

    it('is not spoken to elsewhere', () => {
      let text = '';
      const ci = ciOf(
        {},
        (more) => void (text += more),
        () => undefined,
      );
      ci.begin();
      ci.end(runOf([failed]), {});
      expect(text).to.equal('');
    });
  });

  describe('GitLab', () => {
    const of = (environment: NodeJS.ProcessEnv) =>
      toJUnit(runOf(everyVerdict), { ...context, ...gitlabReports(environment) });

    it('finds the reason in the text of an element, where it looks', () => {
      const xml = of({ GITLAB_CI: 'true', CI_PROJECT_DIR: root });
      expect(xml).to.include(`type="fail">${failed.reason}\n`);
      expect(xml).to.include(`<skipped message="${skipped.reason}">${skipped.reason}</skipped>`);
      expect(of({})).to.include(`<skipped message="${skipped.reason}"/>`).and.not.to.include(' file=');
    });

    it('links the suite of a case where it is part of the project', () => {
      const [section] = sections;
      const [one] = section?.cases ?? [];
      if (!one) throw new Error('no case');
      const result = { ...passed, id: one.id, title: one.title };
      const fileOf = (project: string) =>
        gitlabReports({ GITLAB_CI: 'true', CI_PROJECT_DIR: project }).junit?.fileOf(result);
      expect(fileOf(root)).to.equal('suites/ha/4-flag-definition-for-gre-key-extension.suite.ts');
      expect(fileOf('/somewhere/else')).to.equal(undefined);
      expect(gitlabReports({})).to.deep.equal({});
    });

    it('knows the suite of every case', () => {
      for (const { cases } of sections) {
        for (const one of cases) {
          const file = suiteFileOf({ ...one }) ?? '';
          expect(path.basename(file), one.id).to.match(/\.suite\.ts$/);
          expect(readFileSync(path.relative(root, file), 'utf8'), one.id).to.include(
            `'${one.id.split('/').slice(0, 2).join('/')}'`,
          );
        }
      }
    });

    it('gets such a JUnit report from a run', async () => {
      await inTemporaryFolder(async (folder) => {
        const junit = path.join(folder, 'junit.xml');
        await grespec(['run', 'ha/5.3/06', '--fault', 'a-not-echoed', '--report', `junit=${junit}`], {
          env: { GITLAB_CI: 'true', CI_PROJECT_DIR: root },
        });
        const xml = readFileSync(junit, 'utf8');
        expect(xml).to.match(/classname="grespec\.ha\.5\.3" file="suites\/ha\/5\.3-[\w-]+\.suite\.ts"/);
        expect(xml).to.match(/<failure [^>]*>TS-20 /);
      });
    });
  });
});
