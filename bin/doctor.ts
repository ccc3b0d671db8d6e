import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import { toArgoCdOptions } from '#bin/argocd-options.ts'
import { toBackstageOptions } from '#bin/backstage-options.ts'
import { DEMO_CONFIG, DEMO_HINT } from '#bin/demo/place.ts'
import { toGitHubOptions } from '#bin/github-options.ts'
import { toJiraOptions } from '#bin/jira-options.ts'
import { toPagerDutyOptions } from '#bin/pagerduty-options.ts'
import { isPortFree } from '#bin/port.ts'
import { describeShared } from '#bin/shared-clones.ts'
import { findCloneFolders } from '#collectors/git/clones.ts'
import { type Database, withDatabase } from '#db/connection.ts'
import { getSchemaState, listDamages } from '#db/health.ts'
import { COMMAND } from '#lib/command.ts'
import { type Config, configFile, loadConfig, type SourceConfig } from '#lib/config.ts'
import { count } from '#lib/count.ts'
import { toMilliseconds } from '#lib/duration.ts'
import { DesirepathError, MissingConfigError } from '#lib/errors.ts'
import { wholeDaysBetween } from '#lib/period.ts'
import { listSourceHealth, type SourceHealth } from '#lib/queries/data-health.ts'
import { readSecret } from '#lib/secret.ts'

/** One thing that was looked at. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail'
  readonly subject: string
  readonly says: string
  /** What to do about it. */
  readonly todo?: string
}

/** Looks at everything that Desirepath needs, without changing any of it. */
export async function examine({ port, now }: { port: number; now: Date }): Promise<Finding[]> {
  const findings = [checkNode(), await checkGit()]
  const { config, finding } = checkConfig()
  findings.push(finding)
  if (config) {
    const { health, ...database } = await checkDatabase(config)
    findings.push(database, ...(await checkShared(config)))
    for (const source of config.sources) {
      const reach = await checkReach(source, config)
      findings.push(reach)
      if (!health) continue
      const known = health.get(source.id)
      if (known) findings.push(...checkHealth(known, reach.level !== 'fail', now))
    }
  }
  return [...findings, await checkPort(port)]
}

const OLDEST_NODE = 24

function checkNode(): Finding {
  const { node } = process.versions
  const isOld = Number.parseInt(node, 10) < OLDEST_NODE
  const todo = `use Node ${OLDEST_NODE}, or npx desirepath, which brings its own`
  return { level: isOld ? 'fail' : 'ok', subject: 'node', says: node, ...(isOld && { todo }) }
}

async function checkGit(): Promise<Finding> {
  const subject = 'git'
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'])
    return { level: 'ok', subject, says: stdout.trim().replace('git version ', '') }
  } catch {
    return {
      level: 'fail',
      subject,
      says: 'not found',
      todo: 'install git, and put it on the PATH',
    }
  }
}

function checkConfig(): { finding: Finding; config?: Config } {
  const subject = 'configuration'
  try {
    const config = loadConfig()
    const { file, goldenPaths, sources } = config
    const says = `${file}: ${count(goldenPaths.length, 'golden path')}, ${count(sources.length, 'source')}`
    if (goldenPaths.length > 0) return { config, finding: { level: 'ok', subject, says } }
    const todo = 'describe a golden path in it'
    return { config, finding: { level: 'warn', subject, says, todo } }
  } catch (error) {
    if (!(error instanceof DesirepathError)) throw error
    const isMissing = error instanceof MissingConfigError
    const todo = isMissing ? missingTodo() : `mend it, then: ${COMMAND} config check`
    const says = isMissing ? `${configFile()} is not there` : error.message
    return { finding: { level: 'fail', subject, says, todo } }
  }
}

function missingTodo(): string {
  const own = `${COMMAND} init writes one; --config or DESIREPATH_CONFIG names another`
  return existsSync(DEMO_CONFIG) ? `${own}; ${DEMO_HINT}` : own
}

async function checkShared(config: Config): Promise<Finding[]> {
  const shared = await describeShared(config)
  const todo = 'change repositories of one of them in the configuration'
  return shared.map((says) => ({ level: 'fail', subject: 'sources', says, todo }))
}

type Health = ReadonlyMap<string, SourceHealth>

async function checkDatabase({ database }: Config): Promise<Finding & { health?: Health }> {
  const subject = 'database'
  if (!existsSync(database)) {
    const todo = `${COMMAND} collect makes it`
    return { level: 'warn', subject, says: `${database} is not there yet`, todo }
  }
  try {
    return await withDatabase(database, (db) => examineDatabase(db, database))
  } catch (error) {
    if (!(error instanceof DesirepathError)) throw error
    return { level: 'fail', subject, says: error.message, todo: 'check the file and its folder' }
  }
}

async function examineDatabase(db: Database, path: string): Promise<Finding & { health?: Health }> {
  const subject = 'database'
  // Fails where another holds the lock, or the disk is read-only.
  await db.transaction().execute(async () => {})
  const damages = await listDamages(db)
  if (damages.length > 0) {
    const says = `${path} is damaged: ${damages.join('; ')}`
    return { level: 'fail', subject, says, todo: 'restore a backup' }
  }
  const schema = await getSchemaState(db)
  if (schema === 'newer') {
    const says = `${path} was migrated by a newer version`
    return { level: 'fail', subject, says, todo: 'start that version' }
  }
  if (schema === 'older') {
    const says = `${path} is not at the newest schema`
    return { level: 'warn', subject, says, todo: `${COMMAND} migrate` }
  }
  const sources = await listSourceHealth(db)
  const health = new Map(sources.map((source) => [source.id, source]))
  return { level: 'ok', subject, says: `${path} is sound, can be written, newest schema`, health }
}

async function checkReach(source: SourceConfig, config: Config): Promise<Finding> {
  const subject = `source ${source.id}`
  switch (source.kind) {
    case 'files':
    case 'opsgenie':
    case 'policy-results':
    case 'surveys':
      return checkFolder(subject, source.path)
    case 'environment-requests':
    case 'git':
      return checkClones(subject, source.repositories)
    case 'ingest':
      return { level: 'ok', subject, says: `listens; ${COMMAND} token list shows who may send` }
    case 'github-webhook': {
      const read = () => readSecret(source.secret, process.env)
      return checkSignIn({ subject, source, says: 'deliveries', read })
    }
    case 'github': {
      const { auth } = toGitHubOptions(source, config)
      return checkSignIn({ subject, source, says: `${source.baseUrl}, ${source.org}`, read: auth })
    }
    default:
      return checkSignIn({
        subject,
        source,
        says: source.baseUrl,
        read: signInOf(source, config),
      })
  }
}

type RestSource = Extract<SourceConfig, { kind: 'backstage' | 'argocd' | 'jira' | 'pagerduty' }>

function signInOf(source: RestSource, config: Config): () => unknown {
  switch (source.kind) {
    case 'backstage':
      return toBackstageOptions(source, config).signIn
    case 'argocd':
      return toArgoCdOptions(source).signIn
    case 'jira':
      return toJiraOptions(source, config).signIn
    default:
      return toPagerDutyOptions(source).signIn
  }
}

async function checkFolder(subject: string, path: string): Promise<Finding> {
  const names = await readdir(path).catch(() => undefined)
  if (names) {
    const says = `${path}: ${count(names.length, 'file')}`
    if (names.length > 0) return { level: 'ok', subject, says }
    return { level: 'warn', subject, says, todo: 'put files there, or check path' }
  }
  const todo = 'check path in the configuration'
  return { level: 'fail', subject, says: `${path} cannot be read`, todo }
}

async function checkClones(subject: string, repositories: readonly string[]): Promise<Finding> {
  const { folders, empty } = await findCloneFolders(repositories)
  if (empty.length === 0) return { level: 'ok', subject, says: `${count(folders.length, 'clone')}` }
  const todo = 'check repositories in the configuration'
  return { level: 'fail', subject, says: `no clone in ${empty.join(', ')}`, todo }
}

interface SignInCheck {
  readonly subject: string
  readonly source: SourceConfig
  readonly says: string
  /** Reads the secret. */
  readonly read: () => unknown
}

function checkSignIn({ subject, source, says, read }: SignInCheck): Finding {
  try {
    read()
    return { level: 'ok', subject, says: `${says}: has a secret to sign in` }
  } catch (error) {
    if (!(error instanceof DesirepathError)) throw error
    const todo = `then: ${COMMAND} source test ${source.id}`
    return { level: 'fail', subject, says: error.message, todo }
  }
}

/** A source whose newest success is so many of its intervals old is late. */
const LATE_INTERVALS = 2

/** What cannot be reached cannot be collected either: what to do about it is said already. */
function checkHealth(health: SourceHealth, isReached: boolean, now: Date): Finding[] {
  const { id, quarantinedCount } = health
  const subject = `source ${id}`
  const { todo: collectIt, ...found } = describeFreshness(health, now)
  const freshness: Finding = {
    subject,
    ...found,
    ...(isReached && collectIt !== undefined && { todo: collectIt }),
  }
  if (quarantinedCount === 0) return [freshness]
  const says = `${count(quarantinedCount, 'record')} in quarantine`
  const todo = 'the page /data lists each with its reason; mend them at the source'
  return [freshness, { level: 'warn', subject, says, todo }]
}

function describeFreshness(
  { id, every, lastRun, lastSuccessAt }: SourceHealth,
  now: Date,
): Omit<Finding, 'subject'> {
  const todo = `${COMMAND} collect ${id}`
  if (lastRun === null) return { level: 'warn', says: 'never collected', todo }
  const success =
    lastSuccessAt === null ? 'never succeeded' : `last success ${describeAge(lastSuccessAt, now)}`
  if (lastRun.status === 'failed') {
    return { level: 'warn', says: `last run failed: ${lastRun.error}; ${success}`, todo }
  }
  if (lastRun.status === 'partial' && lastRun.error !== null) {
    const says = `last run was partial: ${lastRun.error}`
    return { level: 'warn', says, todo: `do what it says, then: ${todo}` }
  }
  const age = lastSuccessAt === null ? 0 : now.getTime() - lastSuccessAt.getTime()
  const isLate = every !== null && age > LATE_INTERVALS * toMilliseconds(every)
  if (!isLate) return { level: 'ok', says: success }
  return { level: 'warn', says: `${success}, though it is due every ${every}`, todo }
}

function describeAge(then: Date, now: Date): string {
  const days = wholeDaysBetween(then, now)
  const instant = then.toISOString().slice(0, 16).replace('T', ' ')
  return days < 1 ? `${instant} UTC` : `${instant} UTC, ${count(days, 'day')} ago`
}

async function checkPort(port: number): Promise<Finding> {
  const subject = `port ${port}`
  if (await isPortFree('127.0.0.1', port)) return { level: 'ok', subject, says: 'free' }
  const todo = 'if that is not Desirepath itself, start with --port'
  return { level: 'warn', subject, says: 'in use', todo }
}
