/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'lib-is-a-leaf',
      comment: 'Helpers know nothing of this project.',
      severity: 'error',
      from: { path: '^lib/(?!(queries|commands)/)' },
      to: { path: '^(app|bin|collectors|db|lib/(queries|commands)|scorecards)/' },
    },
    {
      name: 'metrics-are-pure',
      comment: 'A metric is arithmetic on facts. Add a package here only if it does no I/O.',
      severity: 'error',
      from: { path: '^scorecards/(?!run(\\.ts|/))' },
      to: {
        pathNot:
          '^(scorecards/(?!run(\\.ts|/))|lib/(?!(queries|commands)/|config\\.ts)|node_modules/(@date-fns|date-fns|semver|@types/semver|zod)/)',
      },
    },
    {
      name: 'scoring-knows-only-the-database',
      severity: 'error',
      from: { path: '^scorecards/run(\\.ts|/)' },
      to: { path: '^(app|bin|collectors|lib/((queries|commands)/|config))' },
    },
    {
      name: 'db-knows-no-caller',
      severity: 'error',
      from: { path: '^db/' },
      to: { path: '^(app|bin|collectors|lib/(queries|commands)|scorecards)/' },
    },
    {
      name: 'queries-know-only-the-database',
      severity: 'error',
      from: { path: '^lib/(queries|commands)/' },
      to: { path: '^(app|bin|collectors)/|^scorecards/run(\\.ts|/)' },
    },
    {
      name: 'collectors-only-write',
      severity: 'error',
      from: { path: '^collectors/' },
      to: { path: '^(app|bin|lib/(queries|commands)|scorecards)/' },
    },
    {
      name: 'sources-are-strangers',
      comment:
        'collectors/evidence/ is no source: sources that read repositories share it. Rows that are sent are read as rows of files.',
      severity: 'error',
      from: { path: '^collectors/([^/]+)/' },
      to: {
        path: '^collectors/[^/]+/',
        pathNot: '^collectors/($1|evidence)/|^collectors/files/(body|entities|save)\\.ts$',
      },
    },
    {
      name: 'migrations-are-frozen',
      comment: 'A migration must mean the same thing for ever.',
      severity: 'error',
      from: { path: '^db/migrations/(?!index\\.ts)' },
      to: { pathNot: '^node_modules/kysely/' },
    },
    {
      name: 'pages-read-through-queries',
      comment: 'Two doors to the database: one that reads, one that keeps what was sent.',
      severity: 'error',
      from: { path: '^app/(?!(database|inbox)\\.ts)' },
      to: {
        path: '^(bin|collectors|db)/|^scorecards/run(\\.ts|/)|^node_modules/(better-sqlite3|kysely)/',
        pathNot: '^collectors/files/body\\.ts$',
      },
    },
    {
      name: 'only-what-is-sent-is-written',
      comment: 'Routes that take in what machines send. No page writes.',
      severity: 'error',
      from: { path: '^app/(?!inbox\\.ts|api/(ingest|webhooks)/)' },
      to: { path: '^(app/inbox\\.ts|collectors/|lib/commands/)' },
    },
    {
      name: 'answers-are-read-to-be-published',
      comment: 'Whatever else reads what people answered could show it.',
      severity: 'error',
      from: {
        path: '^(app|bin|collectors|lib|scorecards)/',
        pathNot: '^lib/commands/publish-surveys\\.ts',
      },
      to: { path: '^db/survey-answers\\.ts' },
    },
    {
      name: 'browser-code-stays-in-the-browser',
      severity: 'error',
      from: { path: '\\.client\\.tsx$' },
      to: {
        path: '^(app/database\\.ts|lib/((queries|commands)/|config))',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nothing-imports-the-commands',
      severity: 'error',
      from: { pathNot: '^bin/' },
      to: { path: '^bin/' },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // TypeScript 7 has no JavaScript API yet, so dependency-cruiser reads the files with swc.
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
}
