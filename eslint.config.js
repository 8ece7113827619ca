import tseslint from 'typescript-eslint';

/**
 * Imports run one way: wire <- spec <- oracle, agents <- tester, dut, fuzz, replay <- cli. Net is handed in, so all but the
 * outermost layers see only its types (src/net/port.ts); report sees results only.
 */
const mayImport = {
  wire: [],
  spec: ['wire'],
  net: ['wire'],
  oracle: ['spec', 'wire'],
  agents: ['spec', 'wire'],
  tester: ['oracle', 'agents', 'spec', 'wire'],
  dut: ['agents', 'spec', 'wire'],
  fuzz: ['tester', 'oracle', 'agents', 'spec', 'wire'],
  replay: ['tester', 'oracle', 'agents', 'spec', 'wire'],
  report: ['spec'],
  cli: ['suites', 'tester', 'dut', 'fuzz', 'replay', 'report', 'net', 'oracle', 'agents', 'spec', 'wire'],
};
/** Single files that a layer may import besides. */
const mayImportFile = {
  oracle: ['net/port'],
  agents: ['net/port'],
  tester: ['net/port', 'report/result', 'report/totals'],
  dut: ['net/port', 'net/net-error'],
  fuzz: ['net/port', 'report/result'],
  replay: ['net/port', 'report/result', 'report/totals'],
};
const folders = [...Object.keys(mayImport), 'suites', 'test'];
const why =
  'Imports run one way: wire <- spec <- oracle, agents <- tester, dut, fuzz, replay <- cli; net is handed in (only the ' +
  'types of src/net/port.ts are for all); report sees result types only; suites see tester, oracle, spec, wire and chai.';

/** Matches relative imports of `forbidden` folders, but for the files allowed one by one. */
function relativeImports(forbidden, allowedFiles = []) {
  const except = allowedFiles.length > 0 ? `(?!(${allowedFiles.join('|')})\\.js$)` : '';
  return `^(\\.\\./)+(src/)?${except}(${forbidden.join('|')})/`;
}

const layers = Object.entries(mayImport).map(([layer, allowed]) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: relativeImports(
              folders.filter((folder) => folder !== layer && !allowed.includes(folder)),
              mayImportFile[layer],
            ),
            message: why,
          },
        ],
      },
    ],
  },
}));

/** The entry of the device's own process has no one above it to hand the net in. */
const dutEntry = { files: ['src/dut/main.ts'], rules: { 'no-restricted-imports': 'off' } };

/** What is printed goes through a reporter or the command line. */
const quiet = { files: ['{src,suites}/**/*.ts'], rules: { 'no-console': 'error' } };

const suites = {
  files: ['suites/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: relativeImports(
              folders.filter((folder) => !['suites', 'tester', 'oracle', 'spec', 'wire'].includes(folder)),
            ),
            message: why,
          },
          { regex: '^(?!\\.|chai$)', message: why },
        ],
      },
    ],
  },
};

const injected = 'Time and randomness are handed in, so that a run can be repeated.';
const pure = {
  files: ['src/{wire,spec,oracle,agents}/**/*.ts'],
  rules: {
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: injected },
      { object: 'Math', property: 'random', message: injected },
      { object: 'performance', property: 'now', message: injected },
    ],
    'no-restricted-globals': [
      'error',
      ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({ name, message: injected })),
    ],
  },
};

const typed = {
  files: ['{src,suites,test}/**/*.ts'],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    eqeqeq: 'error',
    'no-control-regex': 'error',
    'no-fallthrough': 'error',
    'no-unsafe-finally': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    '@typescript-eslint/await-thenable': 'error',
    '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
    '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    '@typescript-eslint/explicit-module-boundary-types': 'error',
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/no-non-null-assertion': 'error',
    '@typescript-eslint/no-unnecessary-type-assertion': 'error',
    // The compiler does that (noUnusedLocals, noUnusedParameters).
    '@typescript-eslint/no-unused-vars': 'off',
    '@typescript-eslint/only-throw-error': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  },
};

const assertionInCatch = {
  selector: 'CatchClause CallExpression[callee.name="expect"]',
  message:
    'An assertion in a catch block is never reached when nothing is thrown: assert on the rejection (expect(() => ...).to.throw) ' +
    'or on the value (ok: false).',
};
const tests = {
  files: ['{test,suites}/**/*.ts'],
  rules: {
    'no-restricted-syntax': ['error', assertionInCatch],
    // Chai's properties (`to.be.true`) are expressions.
    '@typescript-eslint/no-unused-expressions': 'off',
  },
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'reports/', 'bench/'] },
  { files: ['**/*.ts'], extends: [tseslint.configs.base, tseslint.configs.recommended] },
  typed,
  quiet,
  ...layers,
  dutEntry,
  suites,
  pure,
  tests,
);
