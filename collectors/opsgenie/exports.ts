import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { SourceError } from '#lib/errors.ts'
import { Instant } from '#lib/instant.ts'

/** A file of a folder as it was when we looked. */
export interface ExportFile {
  /** Without the folder. */
  readonly name: string
  readonly path: string
  readonly size: number
  readonly mtimeMs: number
}

/** Files are read as a whole. */
const MOST_BYTES = 64 * 1024 * 1024

export interface Exports {
  readonly files: readonly ExportFile[]
  /** Names that are none of a file that can be opened, and why. */
  readonly faults: readonly { readonly name: string; readonly failure: SourceError }[]
}

/** The files `*.json` of a folder, by name. @throws {SourceError} when the folder cannot be read */
export async function listExports(sourceId: string, folder: string): Promise<Exports> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new SourceError(sourceId, `the folder ${folder} cannot be read`, { cause })
  })
  const wanted = names.filter((name) => /^[^.].*\.json$/i.test(name)).toSorted()
  const files: ExportFile[] = []
  const faults: { name: string; failure: SourceError }[] = []
  for (const name of wanted) {
    try {
      files.push(await openExport(sourceId, folder, name))
    } catch (failure) {
      if (!(failure instanceof SourceError)) throw failure
      faults.push({ name, failure })
    }
  }
  return { files, faults }
}

async function openExport(sourceId: string, folder: string, name: string): Promise<ExportFile> {
  const path = join(folder, name)
  const found = await stat(path).catch((cause: unknown) => refuseUnreadable(sourceId, name, cause))
  if (!found.isFile()) throw new SourceError(sourceId, `${name}: is no file; take it away`)
  return { name, path, size: found.size, mtimeMs: found.mtimeMs }
}

function refuseUnreadable(sourceId: string, name: string, cause: unknown): never {
  const { code } = ErrorCode.parse(cause)
  const todo = 'take it away, or let it be read'
  throw new SourceError(sourceId, `${name}: cannot be read (${code}); ${todo}`, { cause })
}

const ErrorCode = z.object({ code: z.string() })

/** An answer of the interface, the list in it, or several answers. */
const Export = z.union([
  z.looseObject({ data: z.array(z.unknown()) }).transform(({ data }) => data),
  z
    .array(z.looseObject({ data: z.array(z.unknown()) }))
    .transform((answers) => answers.flatMap(({ data }) => data)),
  z.array(z.unknown()),
])

/** The incidents of a file. @throws {SourceError} when it is none of an export */
export async function readExport(
  sourceId: string,
  { name, path, size }: ExportFile,
): Promise<readonly unknown[]> {
  if (size > MOST_BYTES)
    throw new SourceError(sourceId, `${name}: has more than ${MOST_BYTES} bytes`)
  const content = await readFile(path, 'utf8').catch((cause: unknown) =>
    refuseUnreadable(sourceId, name, cause),
  )
  const { data } = Export.safeParse(parseJson(content))
  if (data !== undefined) return data
  const expected = 'expected incidents as Opsgenie lists them: {"data": [ … ]}'
  throw new SourceError(sourceId, `${name}: ${expected}`)
}

const Updated = z.looseObject({ id: z.string(), updatedAt: Instant })

/** Tells whether another of the files has a later version of an incident. */
export async function findOutdated(
  sourceId: string,
  files: readonly ExportFile[],
): Promise<(incident: unknown) => boolean> {
  const latest = new Map<string, string>()
  for (const file of files) {
    // Whoever reads the file tells why it cannot be read.
    const incidents = await readExport(sourceId, file).catch(toNothing)
    for (const incident of incidents) {
      const { data } = Updated.safeParse(incident)
      const former = data && latest.get(data.id)
      if (data && (former === undefined || data.updatedAt > former)) {
        latest.set(data.id, data.updatedAt)
      }
    }
  }
  return (incident) => {
    const { data } = Updated.safeParse(incident)
    return data !== undefined && data.updatedAt < (latest.get(data.id) ?? '')
  }
}

function toNothing(error: unknown): readonly unknown[] {
  if (error instanceof SourceError) return []
  throw error
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
