/** What a case against a mobility proxy agent sees. */
import { CaseBase } from './case-base.js';

export class MpaContext extends CaseBase {}
