import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { ScopeFailure } from '#collectors/collector.ts'
import { ENTITIES, type Entity } from '#collectors/files/entities.ts'
import { didYouMean } from '#collectors/files/row.ts'
import { SourceError } from '#lib/errors.ts'

/** A file of a folder as it was when we looked. */
export interface EntityFile {
  readonly entity: Entity
  /** Its name without the folder. */
  readonly name: string
  readonly path: string
  readonly format: 'csv' | 'ndjson'
  readonly size: number
  readonly mtimeMs: number
}

export interface Folder {
  readonly files: readonly EntityFile[]
  readonly failures: readonly ScopeFailure[]
}

const IGNORED = /^\.|^readme|\.md$/i

/** @throws {SourceError} when the folder cannot be read */
export async function listFolder(sourceId: string, folder: string): Promise<Folder> {
  const names = await readNames(sourceId, folder)
  const files: EntityFile[] = []
  const failures: ScopeFailure[] = []
  for (const name of names) {
    const fault = toNameFault(name, names)
    if (fault === undefined) files.push(await lookAt(folder, name))
    else failures.push({ scope: `file:${name}`, failure: new SourceError(sourceId, fault) })
  }
  return { files: files.toSorted(byNeed), failures }
}

async function readNames(sourceId: string, folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const files = entries.filter((entry) => !entry.isDirectory() && !IGNORED.test(entry.name))
    return files.map(({ name }) => name).toSorted()
  } catch (cause) {
    throw new SourceError(sourceId, `the folder ${folder} cannot be read`, { cause })
  }
}

const ENTITY_NAMES = Object.keys(ENTITIES)

function toNameFault(name: string, all: readonly string[]): string | undefined {
  const extension = extname(name)
  const base = name.slice(0, name.length - extension.length)
  if (base === 'golden_paths') return `${name}: golden paths are described in desirepath.yaml`
  if (!Object.hasOwn(ENTITIES, base) || !['.csv', '.ndjson'].includes(extension)) {
    const known = `known are .csv and .ndjson of ${ENTITY_NAMES.join(', ')}`
    return `${name}: no file that we know${didYouMean(base, ENTITY_NAMES)}; ${known}`
  }
  const other = `${base}${extension === '.csv' ? '.ndjson' : '.csv'}`
  return all.includes(other) ? `${name}: only one of it and ${other} may be there` : undefined
}

async function lookAt(folder: string, name: string): Promise<EntityFile> {
  const path = join(folder, name)
  const { size, mtimeMs } = await stat(path)
  const format = name.endsWith('.csv') ? 'csv' : 'ndjson'
  const entity = ENTITIES[name.slice(0, name.length - format.length - 1)]
  if (entity === undefined) throw new TypeError(`${name} was taken for an entity`)
  return { entity, name, path, format, size, mtimeMs }
}

/** Dated owners come first: what a services file says of owners counts only where they are silent. */
const byNeed = (a: EntityFile, b: EntityFile) =>
  Number(b.entity.table === 'service_owners') - Number(a.entity.table === 'service_owners')
