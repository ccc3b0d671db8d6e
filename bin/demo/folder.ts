import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError } from '#lib/errors.ts'

const MARKER_FILE = 'demonstration.json'

/** Says that a folder holds nothing but a demonstration, and which. */
const Marker = z.object({
  desirepath: z.literal('demonstration'),
  version: z.int(),
  seed: z.int(),
  /** Where its history ends. */
  until: z.iso.datetime(),
  /** When it was last collected and scored; null while that has not happened. */
  scoredAt: z.iso.datetime().nullable(),
})
export type Marker = z.output<typeof Marker>

/** Null: there is no folder, or it holds something else. */
export async function findMarker(folder: string): Promise<Marker | null> {
  const text = await readFile(join(folder, MARKER_FILE), 'utf8').catch(() => 'null')
  return Marker.safeParse(toJson(text)).data ?? null
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export async function writeMarker(folder: string, marker: Marker): Promise<void> {
  await writeFile(join(folder, MARKER_FILE), `${JSON.stringify(marker, null, 2)}\n`)
}

/**
 * Puts what `write` makes in the place of `folder`, whole or not at all. An earlier demonstration
 * there is replaced.
 *
 * @throws {ConfigError} when there is anything else
 */
export async function replaceFolder(
  folder: string,
  marker: Marker,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const beside = `${folder}.new`
  await clear(folder, { remove: false })
  await clear(beside, { remove: true })
  await mkdir(beside, { recursive: true })
  await writeMarker(beside, marker)
  await write(beside)
  await rm(folder, { recursive: true, force: true })
  await rename(beside, folder)
}

/**
 * Deletes a demonstration and what an interrupted one left beside it.
 *
 * @throws {ConfigError} when the folder is none, and deletes nothing
 */
export async function removeDemo(folder: string): Promise<void> {
  if ((await findMarker(folder)) === null)
    throw new ConfigError(`${folder}: ${NO_DEMO}; nothing was removed`)
  await rm(folder, { recursive: true })
  if (await findMarker(`${folder}.new`)) await rm(`${folder}.new`, { recursive: true })
}

const NO_DEMO = `is no demonstration: it holds no ${MARKER_FILE}`

async function clear(folder: string, { remove }: { remove: boolean }): Promise<void> {
  const held = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new ConfigError(`${folder}: cannot be used`, { cause: error })
  })
  if (held.length > 0 && (await findMarker(folder)) === null) {
    throw new ConfigError(`${folder}: ${NO_DEMO}; name another folder`)
  }
  if (remove) await rm(folder, { recursive: true, force: true })
}
