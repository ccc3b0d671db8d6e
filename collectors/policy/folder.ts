import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import {
  LARGEST,
  type ReadDocument,
  readDocuments,
  UnreadableResults,
} from '#collectors/policy/documents.ts'
import type { Origin } from '#collectors/policy/finding.ts'
import { SourceError } from '#lib/errors.ts'

const IGNORED = /^\.|^readme|\.md$/i

/** The files below a folder, by name. @throws {SourceError} when it cannot be read */
export async function listResultFiles(sourceId: string, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(
    (cause: unknown) => {
      throw new SourceError(sourceId, `the folder ${folder} cannot be read`, { cause })
    },
  )
  return entries
    .filter((entry) => entry.isFile() && !IGNORED.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted()
}

/** Tells whether something was signed with one of the keys. @throws {SourceError} for a key that cannot be read */
export async function readKeys(
  sourceId: string,
  files: readonly string[],
): Promise<Origin['isSigned']> {
  const keys: KeyObject[] = []
  for (const file of files) {
    try {
      keys.push(createPublicKey(await readFile(file)))
    } catch (cause) {
      const message = `keys: ${file} is no public key in PEM that can be read`
      throw new SourceError(sourceId, message, { cause })
    }
  }
  return (bytes, signature) => keys.some((key) => isSignedBy(key, bytes, signature))
}

function isSignedBy(key: KeyObject, bytes: Buffer, signature: Buffer): boolean {
  const isEdwards = key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448'
  try {
    return verify(isEdwards ? null : 'sha256', bytes, key, signature)
  } catch {
    return false
  }
}

export interface OpenedFile {
  readonly sha256: string
  readonly writtenAt: Date
  /** @throws {UnreadableResults} */
  readonly read: () => ReadDocument[]
}

/** @throws {UnreadableResults} */
export async function openFile(
  folder: string,
  file: string,
  isSigned: Origin['isSigned'],
): Promise<OpenedFile> {
  const path = join(folder, file)
  const { size, mtime } = await stat(path)
  if (size > LARGEST) throw new UnreadableResults(`is larger than ${LARGEST} bytes`)
  const bytes = await readFile(path)
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    writtenAt: mtime,
    read: () => readDocuments(bytes, { file, isSigned }),
  }
}

/** What a file may do to us: not hold what it should, or not let itself be read. */
export const isExpected = (error: unknown): error is Error =>
  error instanceof UnreadableResults || (error instanceof Error && 'syscall' in error)
