import { DatabaseError } from '#lib/errors.ts'

/** None of these is a bug: the file is not ours, is damaged, or its disk does not take it. */
const FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'its folder cannot be written',
  ENOTDIR: 'its folder is a file',
  EROFS: 'its folder cannot be written',
  SQLITE_BUSY: 'another program keeps it locked',
  SQLITE_CANTOPEN: 'it cannot be opened',
  SQLITE_CORRUPT: 'it is damaged; restore a backup',
  SQLITE_FULL: 'the disk is full',
  SQLITE_IOERR: 'the disk cannot be read or written',
  SQLITE_NOTADB: 'this file is not a database',
  SQLITE_READONLY: 'it cannot be written',
}

/** In our words what SQLite or the disk said of the database at `path`; any other error as it is. */
export function explainFault(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  // An extended code begins with a plain one: SQLITE_IOERR_FSYNC.
  const [code = ''] = /^(SQLITE_)?[A-Z]+/.exec(String(error.code)) ?? []
  const fault = FAULTS[code]
  return fault ? new DatabaseError(`database ${path}: ${fault}`, { cause: error }) : error
}
