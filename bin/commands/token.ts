import type { Command } from 'commander'
import { withProject } from '#bin/context.ts'
import { requireKnown } from '#bin/known.ts'
import { SENT_ENTITIES } from '#collectors/files/body.ts'
import { type ApiToken, insertToken, listTokens, revokeToken } from '#db/api-tokens.ts'
import { COMMAND } from '#lib/command.ts'
import { Duration, toMilliseconds } from '#lib/duration.ts'
import { ConfigError } from '#lib/errors.ts'
import { createToken } from '#lib/token.ts'

export function registerToken(program: Command): void {
  const token = program.command('token').description('who may send events and rows')
  token
    .command('create')
    .description('print a new token; it is shown this once and kept nowhere')
    .requiredOption('--source <id>', 'a source of kind ingest: what is sent is stored as its')
    .requiredOption(
      '--scope <scope...>',
      'what may be sent: cloudevents, flux, argocd, or entities',
    )
    .option('--expires <duration>', 'how long it is valid', '90d')
    .addHelpText(
      'after',
      '\nExamples:\n  desirepath token create --source ci --scope cloudevents\n  desirepath token create --source ci --scope deployments incidents --expires 365d',
    )
    .action(create)
  token.command('list').description('every token, without its secret part').action(list)
  token
    .command('revoke')
    .description('end a token at once')
    .argument('<prefix>', `as ${COMMAND} token list shows it`)
    .action(revoke)
}

const LONGEST_MS = 366 * 24 * 60 * 60_000

interface CreateOptions {
  readonly source: string
  readonly scope: readonly string[]
  readonly expires: string
}

async function create({ source, scope, expires }: CreateOptions): Promise<void> {
  await withProject(async ({ config, db }) => {
    const ingesting = config.sources.filter(({ kind }) => kind === 'ingest').map(({ id }) => id)
    requireKnown('--source', source, ingesting)
    for (const one of scope) requireKnown('--scope', one, SCOPES)
    const now = new Date()
    const { text, prefix, hash } = createToken()
    await insertToken(db, {
      prefix,
      hash,
      source_id: source,
      scopes: [...new Set(scope)].toSorted(),
      created_at: now.toISOString(),
      expires_at: new Date(now.getTime() + parseValidity(expires)).toISOString(),
    })
    process.stdout.write(`${text}\n`)
    console.error('This is the only time that it is shown.')
  })
}

const SCOPES = ['cloudevents', 'flux', 'argocd', ...SENT_ENTITIES]

/** @throws {ConfigError} when the text is no duration, or one of more than a year */
function parseValidity(text: string): number {
  const { data } = Duration.safeParse(text)
  const milliseconds = data === undefined ? Number.POSITIVE_INFINITY : toMilliseconds(data)
  if (milliseconds <= LONGEST_MS) return milliseconds
  throw new ConfigError(`--expires: expected a duration such as 90d, at most 366d, not "${text}"`)
}

async function list(): Promise<void> {
  await withProject(async ({ db }) => {
    const tokens = await listTokens(db)
    if (tokens.length === 0) console.error(`there is no token; ${COMMAND} token create makes one`)
    for (const token of tokens) process.stdout.write(toLine(token, new Date()))
  })
}

function toLine(token: ApiToken, now: Date): string {
  const { prefix, source_id: source, scopes } = token
  return `${prefix}  ${source}  ${scopes.join(',')}  ${toState(token, now)}\n`
}

function toState({ expires_at: expiresAt, revoked_at: revokedAt }: ApiToken, now: Date): string {
  if (revokedAt !== null) return `revoked ${revokedAt}`
  return `${expiresAt > now.toISOString() ? 'valid until' : 'expired'} ${expiresAt}`
}

async function revoke(prefix: string): Promise<void> {
  await withProject(async ({ db }) => {
    const known = (await listTokens(db)).map((token) => token.prefix)
    requireKnown('token', prefix, known)
    await revokeToken(db, prefix, new Date())
  })
}
