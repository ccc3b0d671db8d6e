/** What answers weigh in memory at most. */
const MOST_BYTES = 64 * 1024 * 1024

interface Weighed {
  readonly bytes: number
}

interface Entry<Value> {
  readonly value: Promise<Value>
  bytes: number
}

/** Whether a value was there, is being made for another, or had to be made. */
export type Found = 'hit' | 'collapsed' | 'miss'

/**
 * Values by key, while `stamp` stays what it is: another one forgets all of them. Whoever asks for a
 * key while its value is made waits for that one. The values asked for least recently go when all
 * together weigh more than `mostBytes`; those that `isKept` refuses, and failures, are not kept.
 */
export function keptValues<Value extends Weighed>({
  isKept,
  mostBytes = MOST_BYTES,
}: {
  readonly isKept: (value: Value) => boolean
  readonly mostBytes?: number
}) {
  let stamp = ''
  let entries = new Map<string, Entry<Value>>()

  const findOrMake = (
    now: string,
    key: string,
    make: () => Promise<Value>,
  ): { readonly found: Found; readonly value: Promise<Value> } => {
    if (now !== stamp) {
      stamp = now
      entries = new Map()
    }
    const known = entries.get(key)
    if (known === undefined) return { found: 'miss', value: keep(entries, key, make()) }
    entries.delete(key)
    entries.set(key, known)
    return { found: known.bytes > 0 ? 'hit' : 'collapsed', value: known.value }
  }

  /** Into `own`, which may have been forgotten by the time the value is there. */
  const keep = (own: Map<string, Entry<Value>>, key: string, value: Promise<Value>) => {
    const entry: Entry<Value> = { value, bytes: 0 }
    own.set(key, entry)
    value.then(
      (made) => {
        if (!isKept(made)) return own.delete(key)
        entry.bytes = made.bytes
        return dropOldest(own, mostBytes)
      },
      () => own.delete(key),
    )
    return value
  }

  return findOrMake
}

function dropOldest(entries: Map<string, Entry<unknown>>, mostBytes: number): void {
  let bytes = [...entries.values()].reduce((sum, entry) => sum + entry.bytes, 0)
  for (const [key, entry] of entries) {
    if (bytes <= mostBytes) return
    if (entry.bytes > 0) entries.delete(key)
    bytes -= entry.bytes
  }
}
