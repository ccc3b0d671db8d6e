import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stringify } from 'csv-stringify/sync'

export type Cell = string | number | null | undefined

/** Writes `<folder>/<file>` with a header; rows keep their order. */
export async function writeTable(
  folder: string,
  file: string,
  columns: readonly string[],
  rows: readonly Readonly<Record<string, Cell>>[],
): Promise<void> {
  const path = join(folder, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, stringify([...rows], { header: true, columns: [...columns] }))
}
