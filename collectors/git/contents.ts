import { ContentReader, type Readings, type WantedFile } from '#collectors/evidence/readings.ts'
import { readBlobs } from '#collectors/git/blobs.ts'
import type { GitPlace } from '#collectors/git/git.ts'

/** Reads each distinct content once and keeps only what the readers made of it. @throws {GitError} */
export async function readContents(
  place: GitPlace,
  files: Iterable<WantedFile>,
): Promise<Readings> {
  const reader = new ContentReader(files)
  await readBlobs(place, reader.blobs, (blob, content) => reader.visit(blob, content))
  return reader
}
