import type { Database } from '#db/connection.ts'
import { DesirepathError } from '#lib/errors.ts'

/** The right to run jobs. `fence` is higher than that of everybody who held it before. */
export interface Lease {
  readonly name: string
  readonly owner: string
  readonly fence: number
}

/** Somebody else holds the lease, or took it over. */
export class LeaseError extends DesirepathError {
  override readonly name = 'LeaseError'
  /** Who holds it; null when it is not known. */
  readonly holder: Lease | null

  constructor(message: string, holder: Lease | null) {
    super(message)
    this.holder = holder
  }
}

const LEASE_MS = 60_000

/**
 * Takes the lease, or takes it over from a holder that did not renew it in time or, whatever its
 * time, from the holder with the fence number `dead`.
 *
 * @throws {LeaseError} that says who holds it, and until when
 */
export async function acquireLease(
  db: Database,
  { name, owner, now, dead = 0 }: { name: string; owner: string; now: Date; dead?: number },
): Promise<Lease> {
  const taken = await db
    .insertInto('leases')
    .values({ name, owner, fence: 1, expires_at: expiry(now) })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({
          owner,
          fence: eb('leases.fence', '+', 1),
          expires_at: expiry(now),
        }))
        .where((eb) =>
          eb.or([eb('leases.expires_at', '<=', now.toISOString()), eb('leases.fence', '=', dead)]),
        ),
    )
    .returning('fence')
    .executeTakeFirst()
  if (taken === undefined) throw await describeHolder(db, name)
  return { name, owner, fence: taken.fence }
}

async function describeHolder(db: Database, name: string): Promise<LeaseError> {
  const held = await db.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst()
  if (held === undefined) return new LeaseError(`the lease "${name}" is held by another`, null)
  return new LeaseError(
    `${held.owner} is at work, until ${held.expires_at} unless it goes on`,
    held,
  )
}

/**
 * Puts the end of the lease off.
 *
 * @throws {LeaseError} when somebody else has taken it over
 */
export async function renewLease(db: Database, lease: Lease, now: Date): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('leases')
    .set({ expires_at: expiry(now) })
    .where('name', '=', lease.name)
    .where('fence', '=', lease.fence)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw lost(lease)
}

/**
 * Lets a transaction go on only while its lease is the newest. It writes the row as it is, so that
 * nobody can take the lease over before the transaction ends.
 *
 * @throws {LeaseError} when somebody else has taken it over
 */
export async function checkFence(tx: Database, lease: Lease): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('leases')
    .set({ fence: lease.fence })
    .where('name', '=', lease.name)
    .where('fence', '=', lease.fence)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw lost(lease)
}

/** Gives the lease back; the fence stays, so that a later holder's is higher. */
export async function releaseLease(db: Database, lease: Lease, now: Date): Promise<void> {
  await db
    .updateTable('leases')
    .set({ expires_at: now.toISOString() })
    .where('name', '=', lease.name)
    .where('fence', '=', lease.fence)
    .execute()
}

const expiry = (now: Date) => new Date(now.getTime() + LEASE_MS).toISOString()

const lost = ({ name }: Lease) =>
  new LeaseError(`the lease "${name}" was taken over by another`, null)
