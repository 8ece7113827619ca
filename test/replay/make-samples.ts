/** Writes the samples into pcaps/: node dist/test/replay/make-samples.js [FOLDER]. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeSample, samples } from './samples.js';

const [, , folder = 'pcaps'] = process.argv;
for (const sample of samples) writeFileSync(path.join(folder, `${sample.name}.pcapng`), await makeSample(sample));
