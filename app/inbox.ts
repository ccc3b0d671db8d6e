import 'server-only'
import { appConfig } from '#app/configuration.ts'
import type { Database } from '#db/connection.ts'
import { openMigrated } from '#db/current.ts'
import { type Inbox, RATE, type Receipt, toAnswer, type Webhook } from '#lib/commands/receive.ts'
import { ConfigError } from '#lib/errors.ts'
import { RequestError } from '#lib/request-error.ts'
import { readSecret } from '#lib/secret.ts'
import { TokenBuckets } from '#lib/token-bucket.ts'

/** The one connection of the web server that writes, and only what is received. */
const door = openMigrated(() => appConfig().database, { busyMs: 0 }, 'received_events')

const rate = new TokenBuckets(RATE)

/** Answers a request that is taken in by `work`: 202 once it is on the disk. */
export function receive(work: (inbox: Inbox) => Promise<Receipt>): Promise<Response> {
  return toAnswer(async () => work({ db: await openInbox(), now: () => new Date(), rate }), log)
}

async function openInbox(): Promise<Database> {
  const opened = await door()
  if (opened !== null) return opened.db
  throw new RequestError(503, 'there is no database yet, or it is not at the newest schema')
}

/** Webhooks of GitHub whose secret can be read; of the others the log tells. */
export function listWebhooks(): Webhook[] {
  return appConfig().webhooks.flatMap(({ id, secret }) => {
    try {
      return [{ sourceId: id, secrets: readSecret(secret, process.env).split(/\s*\n\s*/) }]
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      log(error.message)
      return []
    }
  })
}

const log = (line: string) => console.error(`${new Date().toISOString()} warn web: ${line}`)
