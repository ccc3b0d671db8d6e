import type { Database } from '#db/connection.ts'
import { addPath, addService, addTeam, cover } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

/** What was read of an organisation. */
export const SPAN = { from: '2025-10-06', to: '2026-06-01' }

/** A path of deployments, and teams with a service of their own name; what they deployed was read. */
export async function aDeployingOrganisation(
  teams: readonly string[] = ['payments', 'search'],
  rules: object = { work: 'deployments' },
): Promise<Database> {
  const db = await testDatabase()
  await addPath(db, { rules })
  for (const team of teams) {
    await addTeam(db, team)
    await addService(db, team, { team })
  }
  await cover(db, 'entity:deployments', { ...SPAN, sourceId: 'pipelines' })
  return db
}
