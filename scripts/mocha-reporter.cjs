/** Mocha's spec output; the counts also go to the file that scripts/test.mjs names. */
const { writeFileSync } = require('node:fs');
const { Spec } = require('mocha').reporters;

module.exports = class extends Spec {
  epilogue() {
    super.epilogue();
    const { passes: passed, failures: failed, pending: skipped } = this.stats;
    const file = process.env.GRESPEC_TEST_COUNTS;
    if (file) writeFileSync(file, JSON.stringify({ passed, failed, skipped }));
  }
};
