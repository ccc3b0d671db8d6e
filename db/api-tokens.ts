import type { Database, Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'

export type ApiToken = Omit<Row<'api_tokens'>, 'scopes'> & { readonly scopes: readonly string[] }

const toToken = ({ scopes, ...row }: Row<'api_tokens'>): ApiToken => ({
  ...row,
  scopes: JSON.parse(scopes) as string[], // As `insertToken` wrote it.
})

export async function insertToken(
  db: Database,
  { scopes, ...token }: Omit<ApiToken, 'revoked_at'>,
): Promise<void> {
  const row = { ...token, scopes: JSON.stringify(scopes), revoked_at: null }
  await db.insertInto('api_tokens').values(row).execute()
}

/** Every token that there was, the newest first. */
export async function listTokens(db: Reader): Promise<ApiToken[]> {
  const rows = await db
    .selectFrom('api_tokens')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('prefix')
    .execute()
  return rows.map(toToken)
}

export async function findToken(db: Reader, prefix: string): Promise<ApiToken | undefined> {
  const row = await db
    .selectFrom('api_tokens')
    .selectAll()
    .where('prefix', '=', prefix)
    .executeTakeFirst()
  return row && toToken(row)
}

/** Ends a token; one that was revoked before stays as it is. */
export async function revokeToken(db: Database, prefix: string, at: Date): Promise<void> {
  await db
    .updateTable('api_tokens')
    .set({ revoked_at: at.toISOString() })
    .where('prefix', '=', prefix)
    .where('revoked_at', 'is', null)
    .execute()
}

/** Whether anybody could send with a token at `now`. */
export async function hasValidToken(db: Reader, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('api_tokens')
    .select('prefix')
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now.toISOString())
    .executeTakeFirst()
  return row !== undefined
}
