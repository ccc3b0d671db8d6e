import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, constantFrom, oneof, property, string, stringMatching } from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { configFile, loadAppConfig, loadConfig, parseConfig } from '#lib/config.ts'
import { ConfigError, MissingConfigError } from '#lib/errors.ts'
import { listFaults } from '#test/support/config.ts'

const FILE = '/srv/acme/desirepath.yaml'

const SMALLEST = 'organisation: { name: Acme }'

test('a whole file is read, with paths from its own folder and the catalogue first', () => {
  const yaml = `
organisation: { name: Acme, timezone: Europe/Berlin, fiscalYearStart: 4 }
database: ../facts.db
catalog:
  - { source: files, path: ./catalog, every: 1h }
  - { source: files, path: /srv/owners }
goldenPaths:
  - id: deploy
    name: Deploy
    availableSince: 2025-02-01
    evidence: [{ kind: workflow-pin, uses: acme/deploy }]
    mandates: [{ kind: outcome, announced: 2025-09-01, effective: 2026-01-01T00:00:00+01:00 }]
sources:
  - { id: clones, kind: git, repositories: ./clones/*, every: 1d }
  - { id: tickets, kind: files, path: ./tickets, covers: { from: 2025-01-01 } }
`
  const { goldenPaths, ...config } = parseConfig(yaml, FILE)
  expect(config).toEqual({
    file: FILE,
    organisation: {
      name: 'Acme',
      timezone: 'Europe/Berlin',
      fiscalYearStart: 4,
      demonstration: false,
    },
    database: '/srv/facts.db',
    sources: [
      { id: 'catalog', kind: 'files', path: '/srv/acme/catalog', every: '1h' },
      { id: 'catalog-2', kind: 'files', path: '/srv/owners' },
      {
        id: 'clones',
        kind: 'git',
        repositories: ['/srv/acme/clones/*'],
        every: '1d',
        releases: [],
        bots: [],
      },
      {
        id: 'tickets',
        kind: 'files',
        path: '/srv/acme/tickets',
        covers: { from: '2025-01-01T00:00:00.000Z' },
      },
    ],
  })
  expect(goldenPaths.map(({ id, mandates }) => ({ id, mandates }))).toEqual([
    {
      id: 'deploy',
      mandates: [
        {
          kind: 'outcome',
          announced: '2025-09-01T00:00:00.000Z',
          effective: '2025-12-31T23:00:00.000Z',
          scope: 'all',
        },
      ],
    },
  ])
})

test('what is left out has its default', () => {
  expect(parseConfig(SMALLEST, FILE)).toEqual({
    file: FILE,
    organisation: { name: 'Acme', timezone: 'UTC', fiscalYearStart: 1, demonstration: false },
    database: '/srv/acme/data/desirepath.db',
    goldenPaths: [],
    sources: [],
  })
})

test('no register of mandates differs from an empty one', () => {
  const path = 'id: a, name: A, availableSince: 2025-02-01'
  const yaml = `${SMALLEST}\ngoldenPaths: [{ ${path} }, { ${path.replace('a', 'b')}, mandates: [] }]`
  const { goldenPaths } = parseConfig(yaml, FILE)
  expect(goldenPaths.map(({ mandates }) => mandates)).toEqual([undefined, []])
})

test('every fault is told at once, with its place, the key, what was expected and what stood there', () => {
  const yaml = `organisation: { name: Acme, timezone: Europe/Berln, fiscalYearStart: 13 }
databse: ./x.db
goldenPaths:
  - id: my path
    name: ""
    availableSince: yesterday
    evidence:
      - { kind: workflow-pins, uses: acme/deploy }
      - { kind: file-equals, path: Makefile, publishedin: acme/common }
  - id: deploy
    name: Deploy
    availableSince: 2025-02-01
    mandates:
      - { kind: told, announced: 2025-09-01, effective: 2026-01-01, scope: some }
sources:
  - { id: clones, kind: git, every: 1 day }
  - { id: clones, kind: files, path: ./x }
  - { id: config, kind: files, path: ./y }
  - { id: gh, kind: gitlab }
`
  expect(listFaults(yaml)).toEqual([
    'desirepath.yaml:1:39: organisation.timezone: expected a time zone such as Europe/Berlin, not "Europe/Berln"',
    'desirepath.yaml:1:70: organisation.fiscalYearStart: expected at most 12, not 13',
    'desirepath.yaml:2:1: databse: unknown key, did you mean database?',
    'desirepath.yaml:4:9: goldenPaths.0.id: expected letters, digits, dots, dashes and underscores, not "my path"',
    'desirepath.yaml:5:11: goldenPaths.0.name: expected a text that is not empty, not ""',
    'desirepath.yaml:6:21: goldenPaths.0.availableSince: expected a day such as 2026-01-31, or an instant with its offset, not "yesterday"',
    'desirepath.yaml:8:17: goldenPaths.0.evidence.0.kind: expected file-equals, workflow-pin, file-present or annotation, not "workflow-pins"',
    'desirepath.yaml:9:9: goldenPaths.0.evidence.1.publishedIn: is missing: expected a text',
    'desirepath.yaml:9:46: goldenPaths.0.evidence.1.publishedin: unknown key, did you mean publishedIn?',
    'desirepath.yaml:14:17: goldenPaths.1.mandates.0.kind: expected interface or outcome, not "told"',
    'desirepath.yaml:14:76: goldenPaths.1.mandates.0.scope: expected all, or a list of team ids, not "some"',
    'desirepath.yaml:16:5: sources.0.repositories: is missing: expected a folder of clones such as ./clones/*, or a list of them',
    'desirepath.yaml:16:37: sources.0.every: expected a duration such as 15min, 1h or 3d, not "1 day"',
    'desirepath.yaml:17:11: sources.1.id: expected an id that no other has, not "clones"',
    'desirepath.yaml:18:11: sources.2.id: expected an id that is not config, catalog or catalog-2 …, not "config"',
    'desirepath.yaml:19:21: sources.3.kind: expected git, files, github, argocd, surveys, environment-requests, policy-results, jira, pagerduty, opsgenie, github-webhook or ingest, not "gitlab"',
  ])
})

test.each([
  ['nothing at all', '', ['1:1: organisation: is missing: expected keys and values']],
  ['a list', '- a', ['1:1: expected keys and values, not ["a"]']],
  ['an id twice', `${SMALLEST}\n${SMALLEST}`, ['2:1: Map keys must be unique']],
  [
    'a database that we cannot use yet',
    `${SMALLEST}\ndatabase: postgres://db/acme`,
    [
      '2:11: database: PostgreSQL is not supported yet: expected the path of a file, not "postgres://db/acme"',
    ],
  ],
  [
    'a secret in an address, which is not repeated',
    `${SMALLEST}\ndatabase: postgres://me:p@ss@db/acme`,
    [
      '2:11: database: PostgreSQL is not supported yet: expected the path of a file, not "postgres://…@db/acme"',
    ],
  ],
  [
    'addresses of repositories instead of clones',
    `${SMALLEST}
sources:
  - { id: a, kind: git, repositories: https://me:secret@example.com/acme/shop.git }
  - { id: b, kind: git, repositories: ['./clones/*', git@example.com:acme/shop.git] }`,
    [
      '3:39: sources.0.repositories: expected folders on this machine; git clone --mirror makes one of an address, not "https://…@example.com/acme/shop.git"',
      '4:39: sources.1.repositories: expected folders on this machine; git clone --mirror makes one of an address, not ["./clones/*","git@example.com:acme/shop.git"]',
    ],
  ],
  [
    'a kind of row that nobody sends',
    `${SMALLEST}
sources: [{ id: ci, kind: ingest, covers: { deploymentz: 2026-01-01 } }]`,
    ['2:45: sources.0.covers.deploymentz: unknown key, did you mean deployments?'],
  ],
  [
    'a number where a duration stands, and a secret that is missing',
    `${SMALLEST}
catalog: [{ source: backstage, baseUrl: 'https://backstage.example', every: 15 }]`,
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
      '2:11: catalog.0.token: is missing: expected ${NAME}, an environment variable: a secret does not belong into this file',
      '2:77: catalog.0.every: expected a duration such as 15min, 1h or 3d, not 15',
    ],
  ],
  [
    'a time that ends before it begins',
    `${SMALLEST}
sources:
  - { id: csv, kind: files, path: ./x, covers: { from: 2026-02-01, to: 2026-01-01 } }`,
    ['3:72: sources.0.covers.to: expected a time after from, not "2026-01-01"'],
  ],
  [
    'a golden path that is not there',
    `${SMALLEST}
goldenPaths: [{ id: deploy, name: Deploy, availableSince: 2025-02-01 }]
sources:
  - id: asked
    kind: environment-requests
    repositories: ./clones
    goldenPath: environments
  - id: desk
    kind: jira
    baseUrl: https://acme.example
    token: \${TOKEN}
    jql: project = HELP
    categories:
      - { label: deploy, path: deploy }
      - { label: deploying, path: deploi }
  - id: gh
    kind: github
    org: acme
    token: \${TOKEN}
    tickets: { repositories: [help], categories: [{ label: a, path: b }] }
  - id: policy
    kind: policy-results
    path: ./results
    requirements:
      - { id: r, name: R, path: other, from: 2026-01-01, evidence: [{ tool: opa }] }
  - id: survey
    kind: surveys
    path: ./surveys
    surveys:
      - id: s
        name: S
        file: s.csv
        opened: 2026-01-01
        path: more
        questions: [{ column: 2, is: nps, path: yet }]`,
    [
      '7:17: sources.0.goldenPath: expected the id of a golden path (deploy), not "environments"',
      '15:35: sources.1.categories.1.path: expected the id of a golden path (deploy), not "deploi"',
      '20:69: sources.2.tickets.categories.0.path: expected the id of a golden path (deploy), not "b"',
      '25:33: sources.3.requirements.0.path: expected the id of a golden path (deploy), not "other"',
      '34:15: sources.4.surveys.0.path: expected the id of a golden path (deploy), not "more"',
      '35:49: sources.4.surveys.0.questions.0.path: expected the id of a golden path (deploy), not "yet"',
    ],
  ],
  [
    'two mandates of one name',
    `${SMALLEST}
goldenPaths:
  - id: a
    name: A
    availableSince: 2025-02-01
    mandates:
      - { id: m, kind: outcome, announced: 2025-09-01, effective: 2026-01-01 }
      - { id: m, kind: interface, announced: 2025-09-01, effective: 2026-01-01 }`,
    ['8:15: goldenPaths.0.mandates.1.id: expected an id that no other has, not "m"'],
  ],
  [
    'two rules of one name',
    `${SMALLEST}
goldenPaths:
  - id: a
    name: A
    availableSince: 2025-02-01
    evidence: [{ kind: file-present, path: a }, { kind: file-present, path: a }]`,
    [
      '6:15: goldenPaths.0.evidence: expected an id for each of two rules of the same kind and subject, not [{"kind":"file-present","path":"a"},{"kind":"file-present","…',
    ],
  ],
])('%s is a fault with its place', (_, yaml, faults) => {
  expect(listFaults(yaml)).toEqual(faults.map((fault) => `desirepath.yaml:${fault}`))
})

test('broken YAML is a fault with its place', () => {
  expect(listFaults('organisation:\n  name: [Acme')).toEqual([
    expect.stringMatching(/^desirepath\.yaml:2:\d+: /),
  ])
})

const fragment = oneof(
  string({ maxLength: 5 }),
  constantFrom('organisation', 'goldenPaths', 'sources', 'name', 'id', 'kind', 'evidence', 'git'),
  constantFrom(
    ': ',
    '\n',
    '\n  ',
    '\n  - ',
    '{ ',
    ' }',
    '[',
    ']',
    ', ',
    '&a ',
    '*a',
    '<<: ',
    '!!x ',
  ),
)

test('whatever the text, only faults of the configuration are thrown', () => {
  assert(
    property(stringMatching(/^.{0,2}$/), string(), (start, rest) => {
      listFaults(start + rest)
    }),
  )
  assert(
    property(fragment, fragment, fragment, fragment, fragment, fragment, (...parts) => {
      listFaults(`${SMALLEST}\n${parts.join('')}`)
      listFaults(parts.join(''))
    }),
    { numRuns: 1000 },
  )
})

test('an alias that grows without end is a fault', () => {
  const grow = ['a', 'b', 'c', 'd', 'e', 'f'].map(
    (name, index, all) => `${name}: &${name} [${`*${all[index - 1] ?? 'z'},`.repeat(9)}]`,
  )
  const yaml = ['z: &z [1]', ...grow].join('\n')
  expect(listFaults(yaml)).toEqual([expect.stringContaining('desirepath.yaml:1:1: ')])
})

/** Writes a configuration that is deleted after the test, and returns the environment that names it. */
function write(yaml: string): { DESIREPATH_CONFIG: string } {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'desirepath.yaml')
  writeFileSync(file, yaml)
  return { DESIREPATH_CONFIG: file }
}

test('pages take their part of a file whose other parts are at fault', () => {
  const env = write(`${SMALLEST}\nsources: [{ kind: fax }]`)
  expect(loadAppConfig(env).organisation.name).toBe('Acme')
  expect(() => loadConfig(env)).toThrow(ConfigError)
})

test('without a file, says how to make one or name one', () => {
  const env = { DESIREPATH_CONFIG: '/nowhere/desirepath.yaml' }
  expect(() => loadConfig(env)).toThrow(
    new MissingConfigError(
      '/nowhere/desirepath.yaml: is not there; `npx desirepath init` writes one, DESIREPATH_CONFIG or --config names another',
    ),
  )
})

test('a Backstage is part of the catalogue, beside files', () => {
  const yaml = `${SMALLEST}
catalog:
  - { source: files, path: ./catalog }
  - { source: backstage, baseUrl: https://backstage.example.com, token: '\${TOKEN}', every: 1h }
`
  expect(parseConfig(yaml, FILE).sources[1]).toEqual({
    id: 'catalog-2',
    kind: 'backstage',
    baseUrl: 'https://backstage.example.com',
    token: 'TOKEN',
    privateNetwork: false,
    every: '1h',
  })
})

test('faults of a catalogue are told with their place, and a token in the file is not repeated', () => {
  const yaml = `${SMALLEST}
catalog:
  - { source: backstage, baseUrl: backstage.example.com, token: s3cret }
  - { source: backstag, path: ./a }
  - { source: backstage, url: https://backstage.example.com }
`
  expect(listFaults(yaml)).toEqual([
    'desirepath.yaml:3:35: catalog.0.baseUrl: expected an address such as https://HOST, not "backstage.example.com"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
    'desirepath.yaml:3:65: catalog.0.token: expected ${NAME}, an environment variable: a secret does not belong into this file',
    'desirepath.yaml:4:15: catalog.1.source: expected files or backstage, not "backstag"',
    'desirepath.yaml:5:5: catalog.2.baseUrl: is missing: expected an address such as https://HOST',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
    'desirepath.yaml:5:5: catalog.2.token: is missing: expected ${NAME}, an environment variable: a secret does not belong into this file',
    'desirepath.yaml:5:26: catalog.2.url: unknown key, expected one of source, baseUrl, token, privateNetwork, every',
  ])
})

test('an Argo CD needs an address and a token, and its faults are told with their place', () => {
  const yaml = (settings: string) =>
    `${SMALLEST}\nsources:\n  - { id: argo, kind: argocd, token: '\${TOKEN}', ${settings} }`
  const { sources } = parseConfig(
    yaml('baseUrl: https://argocd.example.com, labels: { service: acme.io/service }'),
    FILE,
  )
  expect(sources).toMatchObject([
    {
      token: 'TOKEN',
      privateNetwork: false,
      applications: ['*'],
      names: '{service}-{environment}',
      labels: { service: 'acme.io/service' },
      bots: [],
    },
  ])
  expect(listFaults(yaml("names: '{service}', label: {}"))).toEqual([
    'desirepath.yaml:3:5: sources.0.baseUrl: is missing: expected an address such as https://HOST',
    'desirepath.yaml:3:57: sources.0.names: expected a name such as {service}-{environment}, not "{service}"',
    'desirepath.yaml:3:70: sources.0.label: unknown key, did you mean labels?',
  ])
})

test('the file of this folder is read unless another is named', () => {
  expect([configFile({}), configFile({ DESIREPATH_CONFIG: '/a/b.yaml' })]).toEqual([
    join(process.cwd(), 'desirepath.yaml'),
    '/a/b.yaml',
  ])
})

const gitHub = (settings: string) =>
  parseConfig(
    `organisation: { name: Acme }\nsources: [{ id: gh, kind: github, org: acme${settings} }]`,
    'desirepath.yaml',
  )

test('an organisation of GitHub needs a name and a way to sign in, and the rest has defaults', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
  const { sources } = gitHub(", token: '${GITHUB_TOKEN}'")
  expect(sources[0]).toMatchObject({
    token: 'GITHUB_TOKEN',
    baseUrl: 'https://api.github.com',
    privateNetwork: false,
    repositories: ['*'],
    lookBack: '365d',
    owners: {},
  })
})

test('a token in the file is refused without repeating it, and so are two ways to sign in', () => {
  expect(() => gitHub(', token: ghp_s3cret')).toThrow(/sources\.0\.token: expected \$\{NAME\}/)
  expect(() => gitHub(', token: ghp_s3cret')).not.toThrow(/ghp/)
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
  const app = "app: { id: 1, installation: 2, privateKey: '${KEY}' }"
  const both = `, token: '\${TOKEN}', ${app}`
  expect(() => gitHub(both)).toThrow(/sources\.0: expected exactly one of token and app$/)
  expect(() => gitHub('')).toThrow(/sources\.0: expected exactly one of token and app$/)
  expect(gitHub(`, ${app}`).sources).toHaveLength(1)
})

test('a webhook belongs to a source of kind github', () => {
  const yaml = `organisation: { name: Acme }
sources:
  - { id: files, kind: files, path: ./a }
  - { id: events, kind: github-webhook, of: files, secret: '\${SECRET}' }
`
  expect(listFaults(yaml)).toEqual([
    'desirepath.yaml:4:45: sources.1.of: expected the id of a source of kind github, not "files"',
  ])
})

test('notifications of Argo CD are about a source of kind argocd', () => {
  const yaml = `organisation: { name: Acme }
sources:
  - { id: ci, kind: ingest, argocd: ci }
`
  expect(listFaults(yaml)).toEqual([
    'desirepath.yaml:3:37: sources.0.argocd: expected the id of a source of kind argocd, not "ci"',
  ])
})

test('two webhooks have two secrets', () => {
  const yaml = `organisation: { name: Acme }
sources:
  - { id: gh, kind: github, org: acme, token: '\${TOKEN}' }
  - { id: one, kind: github-webhook, of: gh, secret: '\${SECRET}' }
  - { id: two, kind: github-webhook, of: gh, secret: '\${SECRET}' }
`
  expect(listFaults(yaml)).toEqual([
    'desirepath.yaml:5:54: sources.2.secret: expected a secret that no other webhook has: it tells which one a delivery is for',
  ])
})

test('the web server learns the secrets of webhooks by name, whatever else is wrong', () => {
  const env = write(`${SMALLEST}
sources:
  - { kind: fax }
  - { id: events, kind: github-webhook, of: gh, secret: '\${SECRET}' }
`)
  expect(loadAppConfig(env).webhooks).toMatchObject([{ id: 'events', secret: 'SECRET' }])
})

test('what is sent may be said to be complete, by entity', () => {
  const yaml = `${SMALLEST}
sources: [{ id: ci, kind: ingest, covers: { deployments: 2026-01-01 } }]`
  expect(parseConfig(yaml, FILE).sources).toMatchObject([
    { every: '1h', covers: { deployments: '2026-01-01T00:00:00.000Z' } },
  ])
  expect(listFaults(yaml.replace('deployments', 'teams'))[0]).toContain('covers')
})

const jira = (settings: string) =>
  parseConfig(
    `organisation: { name: Acme }
sources:
  - id: desk
    kind: jira
    baseUrl: https://acme.atlassian.net
    token: \${JIRA_TOKEN}
${settings}`,
    'desirepath.yaml',
  )

test('a Jira needs an address, a token and a search, and the rest has defaults', () => {
  const { sources } = jira('    jql: project = HELP')
  expect(sources[0]).toMatchObject({
    hosting: 'cloud',
    token: 'JIRA_TOKEN',
    lookBack: '365d',
    fields: {},
    statusMap: { open: [], inProgress: [], done: [] },
    platformTeam: [],
  })
})

test('faults of a Jira are told with their place', () => {
  const settings = `    jql: project = HELP order by created
    hosting: server
    fields: { squad: Team }
    categories:
      - { label: deploy }
      - { category: deployment }
      - { component: api, type: question }
`
  const faults = [
    'desirepath.yaml:7:10: sources.0.jql: expected a search without ORDER BY: tickets are read by their updates, not "project = HELP order by created"',
    'desirepath.yaml:8:14: sources.0.hosting: expected cloud or data-center, not "server"',
    'desirepath.yaml:9:15: sources.0.fields.squad: unknown key',
    'desirepath.yaml:11:9: sources.0.categories.0: expected what it says: category, severity, type, path, team, executedBy or coDesign',
  ]
  for (const fault of faults) expect(() => jira(settings)).toThrow(fault)
  expect(() => jira(settings)).toThrow(
    'desirepath.yaml:12:9: sources.0.categories.1: expected what it looks at: label, text, priority, component, issueType or requestType',
  )
  expect(() => jira(settings)).toThrow(
    /desirepath\.yaml:13:\d+: sources\.0\.categories\.2\.type: expected how_to, access, .* or other, not "question"/,
  )
})

test('faults of a PagerDuty are told with their place', () => {
  const yaml = `organisation: { name: Acme }
sources:
  - id: pager
    kind: pagerduty
    token: \${PAGERDUTY_TOKEN}
    rules:
      - { priority: P1 }
      - { label: drill, ignore: true }
      - { text: drill, cause: weather }
`
  expect(listFaults(yaml)).toEqual([
    'desirepath.yaml:7:9: sources.0.rules.0: expected what it says: severity, cause or ignore, not {"priority":"P1"}',
    'desirepath.yaml:8:9: sources.0.rules.1: expected what it looks at: service, priority, urgency or text, not {"label":"drill","ignore":true}',
    'desirepath.yaml:8:11: sources.0.rules.1.label: unknown key, expected one of service, priority, urgency, text, severity, cause, ignore',
    'desirepath.yaml:9:31: sources.0.rules.2.cause: expected platform, user_input, policy or dependency, not "weather"',
  ])
})

test('an issue is an incident by a label, and rules of other sources are not its', () => {
  const rules = '[{ urgency: low, ignore: true }]'
  const incidents = `{ repositories: [ops], labels: [], rules: ${rules} }`
  const settings = `, token: '\${T}', incidents: ${incidents}`
  expect(() => gitHub(settings)).toThrow(/sources\.0\.incidents\.labels: expected at least 1/)
  expect(() => gitHub(settings)).toThrow(
    /sources\.0\.incidents\.rules\.0\.urgency: unknown key, expected one of label, text, severity, cause, ignore/,
  )
})

test('faults of a source of environment requests are told with line and column', () => {
  const yaml = `${SMALLEST}
sources:
  - id: environments
    kind: environment-requests
    repositories: https://example.com/envs
    files: []
    rules:
      required: [team, owner]
      fields: { lifetime: 3 }
      allowed: { colour: [red] }
    state: { field: status.phase }
`
  expect(listFaults(yaml)).toEqual([
    'desirepath.yaml:5:19: sources.0.repositories: expected folders on this machine; git clone --mirror makes one of an address, not "https://example.com/envs"',
    'desirepath.yaml:6:12: sources.0.files: expected at least 1, not []',
    'desirepath.yaml:8:24: sources.0.rules.required.1: expected team, purpose, lifetime, region or dataClassification, not "owner"',
    'desirepath.yaml:9:27: sources.0.rules.fields.lifetime: expected keys such as spec.team, or a list of them, not 3',
    'desirepath.yaml:10:18: sources.0.rules.allowed.colour: unknown key, expected one of team, purpose, lifetime, region, dataClassification',
    'desirepath.yaml:11:12: sources.0.state.usable: is missing: expected a list',
  ])
})
