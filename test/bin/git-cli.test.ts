import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { aFolder, runCli, startCli, writeFiles } from '#test/support/cli.ts'
import { storedFacts } from '#test/support/collect-clones.ts'
import { aHistory, fetchedAt } from '#test/support/git.ts'

const VERY_SLOW = { timeout: 120_000 }

const CLONES = 8
const COMMITS = 400
const HOUR_MS = 3_600_000

const START = Date.parse('2024-01-01T00:00:00Z')

/** 00:00 UTC, with an hour for each commit. */
const hoursLater = (hours: number) => new Date(START + hours * HOUR_MS).toISOString()

const CONFIGURATION = `organisation: { name: Acme }
goldenPaths:
  - id: build
    name: Build file
    availableSince: 2024-01-01
    evidence:
      - { kind: file-equals, path: Makefile.common, publishedIn: clone-0 }
      - { kind: workflow-pin, uses: acme/deploy }
    offPath: [{ kind: workflow-file, glob: '.github/workflows/*legacy*.yml' }]
sources:
  - id: clones
    kind: git
    repositories: ./clones/*
    releases: [{ tags: 'v*', environment: production }]
`

/** Clones in which watched files come, change and go; the first publishes what the others copy. */
function writeClones(folder: string, commits = COMMITS): void {
  for (let clone = 0; clone < CLONES; clone += 1) {
    const history = aHistory()
    for (let commit = 0; commit < commits; commit += 1) {
      history.commit({ at: hoursLater(commit), files: toFiles(clone, commit) })
      if (commit % 50 === 49) history.tag(`v1.${commit}.0`, commit + 1, hoursLater(commit))
    }
    fetchedAt(history.writeTo(join(folder, `clones/clone-${clone}`)), hoursLater(commits))
  }
}

function toFiles(clone: number, commit: number): Record<string, string | null> {
  const workflow = '.github/workflows/legacy-deploy.yml'
  return {
    'src/main.ts': `${clone}/${commit}`,
    ...(commit % 10 === clone && { 'Makefile.common': `# revision ${Math.floor(commit / 40)}\n` }),
    ...(commit % 25 === clone && {
      '.github/workflows/ci.yml': `jobs: { build: { uses: acme/deploy@v${commit % 3} } }\n`,
    }),
    ...(commit % 60 === clone && { [workflow]: 'on: push\n' }),
    ...(commit % 60 === clone + 30 && { [workflow]: null }),
    // It is there and cannot be read.
    ...(commit === 200 && { 'catalog-info.yaml': `: : ${clone}\n` }),
  }
}

/** A configuration that reads the same clones into a database of its own, which is opened beside it. */
async function aDatabase(cwd: string, name: string): Promise<{ db: Database; args: string[] }> {
  writeFiles(cwd, { [`${name}.yaml`]: `${CONFIGURATION}database: ./${name}.db\n` })
  const db = openDatabase(join(cwd, `${name}.db`))
  onTestFinished(() => db.destroy())
  await migrateToLatest(db)
  return { db, args: ['collect', '--config', `${name}.yaml`] }
}

/** Everything stored, but for when it was. */
async function listStored(db: Database): Promise<Record<string, unknown>> {
  const cursors = await db.selectFrom('cursors').selectAll().orderBy('scope').execute()
  const coverage = await db.selectFrom('coverage').selectAll().orderBy('scope').execute()
  return {
    ...(await storedFacts(db)),
    cursors: cursors.map(({ updated_at: _, ...row }) => row),
    coverage: coverage.map(({ observed_at: _, ...row }) => row),
  }
}

async function countChanges(db: Database): Promise<number> {
  const { changes } = await db
    .selectFrom('changes')
    .select(({ fn }) => fn.countAll<number>().as('changes'))
    .executeTakeFirstOrThrow()
  return changes
}

interface KillMoment {
  /** Stored changes that it waits for; 0: from its start on. */
  readonly changes: number
  readonly furtherMs: number
}

/** Returns how many changes were stored when it was killed. */
async function killAt(
  { db, args }: { db: Database; args: string[] },
  cwd: string,
  { changes, furtherMs }: KillMoment,
): Promise<number> {
  // Whoever is killed leaves temporary files, which go with the folder.
  const { child, ended } = startCli(args, { cwd, env: { TMPDIR: cwd } })
  let isGone = false
  ended.then(() => {
    isGone = true
  })
  while (!isGone && (await countChanges(db)) < changes) await sleep(2)
  await sleep(furtherMs)
  child.kill('SIGKILL')
  await ended
  return countChanges(db)
}

/** Early on, or shortly after some of the clones were stored. */
const MOMENT: fc.Arbitrary<KillMoment> = fc.noBias(
  fc.oneof(
    fc.record({ changes: fc.constant(0), furtherMs: fc.nat(500) }),
    fc.record({
      changes: fc.integer({ min: 1, max: (CLONES - 2) * COMMITS }),
      furtherMs: fc.nat(20),
    }),
  ),
)

/** What an undisturbed run of all commits stores. */
async function storedByWholeRun(cwd: string): Promise<Record<string, unknown>> {
  const { db, args } = await aDatabase(cwd, 'whole')
  expect(await runCli(args, { cwd })).toMatchObject({ status: 0 })
  return listStored(db)
}

test(
  'killed at any moment and started again, it stores what an undisturbed run does',
  VERY_SLOW,
  async () => {
    const cwd = aFolder()
    writeClones(cwd)
    const expected = await storedByWholeRun(cwd)
    expect(expected['changes']).toHaveLength(CLONES * COMMITS)
    expect(expected['deployments']).toHaveLength(CLONES * (COMMITS / 50))
    expect(expected['quarantine']).toHaveLength(CLONES)

    const stored: number[] = []
    for (const [run, moment] of fc.sample(MOMENT, { seed: 4, numRuns: 6 }).entries()) {
      const cut = await aDatabase(cwd, `cut-${run}`)
      stored.push(await killAt(cut, cwd, moment))
      expect(await runCli(cut.args, { cwd })).toMatchObject({ status: 0 })
      expect(await listStored(cut.db)).toEqual(expected)
    }
    // Most were killed halfway.
    expect(stored.filter((changes) => changes < CLONES * COMMITS).length).toBeGreaterThan(3)
  },
)

test(
  'killed again and again while it reads what is new, it stores the same',
  VERY_SLOW,
  async () => {
    const cwd = aFolder()
    const cut = await aDatabase(cwd, 'cut')
    writeClones(cwd, COMMITS / 2)
    expect(await runCli(cut.args, { cwd })).toMatchObject({ status: 0 })
    const pauses = fc.sample(fc.noBias(fc.nat(30)), { seed: 3, numRuns: 3 })
    for (const [run, furtherMs] of pauses.entries()) {
      writeClones(cwd, COMMITS - 50 * (2 - run))
      const changes = await countChanges(cut.db)
      await killAt(cut, cwd, { changes: changes + 1, furtherMs })
    }
    expect(await runCli(cut.args, { cwd })).toMatchObject({ status: 0 })
    expect(await listStored(cut.db)).toEqual(await storedByWholeRun(cwd))
    const runs = await cut.db.selectFrom('collector_runs').select('status').execute()
    expect(runs.map(({ status }) => status).filter((status) => status === 'running')).toEqual([])
  },
)
