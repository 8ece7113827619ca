/**
 * What GitLab reads of a JUnit report: the text within failure, error and skipped, where it ignores their attributes, and
 * the attribute `file` of a test case, which it makes a link into the repository.
 * https://docs.gitlab.com/ci/testing/unit_test_reports/
 */
import path from 'node:path';
import type { ReportContext } from '../report/context.js';
import { suiteFileOf } from './suite-files.js';

/** Empty outside GitLab CI. */
export function gitlabReports(environment: NodeJS.ProcessEnv): Pick<ReportContext, 'junit'> {
  const { GITLAB_CI, CI_PROJECT_DIR } = environment;
  if (!GITLAB_CI) return {};
  return {
    junit: {
      fileOf(result) {
        const file = suiteFileOf(result);
        if (file === undefined || !CI_PROJECT_DIR) return undefined;
        const relative = path.relative(CI_PROJECT_DIR, file);
        // a link makes sense only where the suites are part of the project
        return relative.startsWith('..') || relative.includes('node_modules') ? undefined : relative;
      },
    },
  };
}
