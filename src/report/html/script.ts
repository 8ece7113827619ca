/** The script of the page: the compiled modules of `client/`, joined into one that needs no loader. */
import { readFileSync } from 'node:fs';

/** Each before those that import it. */
export const clientModules = [
  'dom',
  'model',
  'format',
  'filter',
  'theme',
  'copy',
  'list',
  'columns',
  'ladder',
  'octets',
  'frame',
  'exchange',
  'case',
  'overview',
  'ledger',
  'views',
  'printing',
  'keys',
  'main',
] as const;

let joined: string | undefined;

/** One strict function, so that nothing of it is global. Read once. */
export function clientScript(): string {
  joined ??= `(() => {\n'use strict';\n${clientModules.map(wrapped).join('')}})();\n`;
  return joined;
}

/** A compiled module as a function that returns its exports, so that modules keep their names to themselves. */
function wrapped(name: string): string {
  const compiled = readFileSync(new URL(`./client/${name}.js`, import.meta.url), 'utf8');
  const exported = Array.from(compiled.matchAll(/^export (?:async )?(?:const|function) (\w+)/gm), ([, own]) => own);
  const body = compiled
    .replace(/^import \{([^}]*)\} from '\.\/(\w+)\.js';$/gm, 'const {$1} = $$$2;')
    .replace(/^export \{\};$/gm, '')
    .replace(/^export /gm, '')
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '');
  return `const $${name} = (() => {\n${body.trim()}\nreturn { ${exported.join(', ')} };\n})();\n`;
}
