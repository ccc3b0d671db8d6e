import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitCollector } from '#collectors/git/collector.ts'
import { runCollector } from '#collectors/run.ts'
import { withDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'
import { indexVersions, usageStateReader } from '#scorecards/adoption/usage-state.ts'
import type { Bench, Measurement } from '#test/bench/bench.ts'

/**
 * Collects 13 clones (the largest with 18,000 commits, 13 files that it publishes and the others
 * copy, 100 months) through the runner, then again with nothing new, then works out the usage state
 * of every repository and path at the end of every month. Each step is a process of its own.
 *
 * Goals on 2 cores: first run at most 15 s and 500 MB, second at most 1 s with the start of Node.
 */

const REPOSITORIES = 13
const FILES = 13
const MONTHS = 100
/** With 18,000 on the main line: a third is merged from the side. */
const LARGEST = 27_000
const OTHERS = 4_500
const START = Date.UTC(2018, 0, 1) / 1000
const SPAN = MONTHS * 30.4 * 86_400

const watched = Array.from({ length: FILES }, (_, index) => `shared/file-${index + 1}.yml`)
const paths = [
  ...watched.map((path, index) => ({
    id: `shared-${index + 1}`,
    rules: GoldenPathRules.parse({
      evidence: [{ kind: 'file-equals', path, publishedIn: 'acme/common' }],
      eligible: { file: 'go.mod' },
    }),
  })),
  {
    id: 'deploy',
    rules: GoldenPathRules.parse({
      evidence: [{ kind: 'workflow-pin', uses: 'acme/deploy' }],
      offPath: [{ kind: 'workflow-file', glob: '.github/workflows/*release*.yml' }],
    }),
  },
]

export const gitBench: Bench = {
  name: 'git',
  async run() {
    const made = mkdtempSync(join(tmpdir(), 'desirepath-bench-'))
    try {
      mkdirSync(join(made, 'acme'))
      for (let index = 0; index < REPOSITORIES; index += 1) makeRepository(made, index)
      return toMeasurements(
        runStep('collect', made),
        runStep('collect', made),
        runStep('states', made),
      )
    } finally {
      rmSync(made, { recursive: true, force: true })
    }
  },
}

/** What one process did, timed with its start. */
interface Step {
  readonly seconds: number
  /** Rows stored, or states worked out. */
  readonly count: number
  readonly peakMB: number
}

const toMeasurements = (first: Step, second: Step, states: Step): Measurement[] => [
  { measure: 'first run', value: first.seconds, unit: 's', goal: '<= 15' },
  { measure: 'its rows', value: first.count, unit: 'rows' },
  { measure: 'its peak memory', value: first.peakMB, unit: 'MB', goal: '<= 500' },
  { measure: 'second run, nothing new', value: second.seconds, unit: 's', goal: '<= 1' },
  { measure: 'its rows', value: second.count, unit: 'rows', goal: '0' },
  { measure: 'states of every month', value: states.seconds, unit: 's' },
  { measure: 'states', value: states.count, unit: 'states' },
]

function runStep(what: string, made: string): Step {
  const started = performance.now()
  const told = execFileSync(process.execPath, [import.meta.filename, what, made])
  const { count, peakMB } = JSON.parse(told.toString()) as Omit<Step, 'seconds'> // As `tell` prints.
  return { seconds: (performance.now() - started) / 1000, count, peakMB }
}

function tell(count: number): void {
  const peakMB = process.resourceUsage().maxRSS / 1024
  process.stdout.write(JSON.stringify({ count, peakMB }))
}

async function collect(made: string): Promise<void> {
  await withDatabase(join(made, 'desirepath.db'), async (db) => {
    await migrateToLatest(db)
    const collector = gitCollector({
      sourceId: 'clones',
      repositories: [join(made, 'acme/*')],
      paths,
    })
    const { changed } = await runCollector(db, collector, {
      now: () => new Date(),
      signal: new AbortController().signal,
      progress: () => {},
    })
    tell(changed)
  })
}

async function states(made: string): Promise<void> {
  await withDatabase(join(made, 'desirepath.db'), async (db) => {
    const evidence = await db.selectFrom('usage_evidence').selectAll().execute()
    const versions = await db.selectFrom('path_versions').selectAll().execute()
    const repositories = await db.selectFrom('repositories').select('id').execute()
    const ofPath = Map.groupBy(evidence, (row) => `${row.path_id} ${row.repository_id}`)
    const readers = paths.flatMap(({ id, rules }) => {
      const index = indexVersions(versions.filter((row) => row.path_id === id))
      return repositories.map((repository) =>
        usageStateReader(rules, ofPath.get(`${id} ${repository.id}`) ?? [], index),
      )
    })
    const months = Array.from({ length: MONTHS }, (_, month) => new Date(Date.UTC(2018, month + 1)))
    const states = readers.flatMap((read) => months.map((month) => read(month).state))
    const count = states.filter((state) => state !== 'unknown').length
    tell(count)
  })
}

/** The first repository publishes; a third of what happens comes in merges. */
function makeRepository(made: string, index: number): void {
  const count = index === 0 ? LARGEST : OTHERS
  const target = join(made, 'acme', index === 0 ? 'common.git' : `service-${index}.git`)
  const random = seeded(index + 1)
  const commands: string[] = []
  for (let number = 1; number <= count; number += 1) {
    const at = Math.floor(START + (SPAN * number) / count)
    commands.push(toCommit(number, at, toChanges({ index, number, count, random })))
  }
  const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: devNull }
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', target], { env })
  execFileSync('git', ['fast-import', '--quiet'], { cwd: target, env, input: commands.join('') })
}

interface Making {
  readonly index: number
  readonly number: number
  readonly count: number
  readonly random: () => number
}

function toChanges({ index, number, count, random }: Making): [string, string][] {
  const folder = `pkg/part-${Math.floor(random() * 60)}/sub-${Math.floor(random() * 5)}`
  const changes: [string, string][] = [
    [`${folder}/file-${Math.floor(random() * 12)}.go`, `${number} of ${index}\n`.repeat(20)],
  ]
  if (number === 1) changes.push(['go.mod', 'module example\n'])
  const rate = (index === 0 ? 900 : 500) / count
  const file = watched[Math.floor(random() * FILES)]
  const version = Math.floor((number / count) * 60) - Math.floor(random() * 3)
  if (file && random() < rate) changes.push([file, `${file} ${version}\n`])
  if (random() < 150 / count) {
    changes.push([
      `.github/workflows/ci-${Math.floor(random() * 3)}.yml`,
      toWorkflow(version, random),
    ])
  }
  return changes
}

function toWorkflow(version: number, random: () => number): string {
  const steps = Array.from(
    { length: 40 },
    (_, step) => `      - name: step ${step}\n        run: make target-${step} # ${random()}\n`,
  )
  const deploy = `      - uses: acme/deploy@v1.${version}.0\n`
  return `on: push\njobs:\n  build:\n    runs-on: linux\n    steps:\n${deploy}${steps.join('')}`
}

function toCommit(mark: number, at: number, changes: readonly [string, string][]): string {
  const person = `Robin Example <robin@example.com> ${at} +0000`
  const side = mark % 3 === 0 && mark > 3
  const message = side ? `Merge pull request #${mark} from acme/topic-${mark}` : `Change ${mark}`
  return [
    `commit refs/heads/main\nmark :${mark}\nauthor ${person}\ncommitter ${person}\n`,
    toBlock(message),
    mark > 1 ? `from :${side ? mark - 2 : mark - 1}\n` : '',
    side ? `merge :${mark - 1}\n` : '',
    ...changes.map(([path, content]) => `M 100644 inline ${path}\n${toBlock(content)}`),
    '\n',
  ].join('')
}

const toBlock = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`

/** The same numbers every time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

if (import.meta.main) {
  const [, , step, folder = ''] = process.argv
  await (step === 'collect' ? collect(folder) : states(folder))
}
