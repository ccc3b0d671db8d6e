import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { SourceError } from '#lib/errors.ts'

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

/** The files `*.json` of a folder, by name. @throws {SourceError} when it cannot be read */
export async function listExports(sourceId: string, folder: string): Promise<ExportFile[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new SourceError(sourceId, `the folder ${folder} cannot be read`, { cause })
  })
  const wanted = names.filter((name) => /^[^.].*\.json$/i.test(name)).toSorted()
  return Promise.all(
    wanted.map(async (name) => {
      const path = join(folder, name)
      const { size, mtimeMs } = await stat(path)
      return { name, path, size, mtimeMs }
    }),
  )
}

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
  const { data } = Export.safeParse(parseJson(await readFile(path, 'utf8')))
  if (data !== undefined) return data
  const expected = 'expected incidents as Opsgenie lists them: {"data": [ … ]}'
  throw new SourceError(sourceId, `${name}: ${expected}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
