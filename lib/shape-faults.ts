import { z } from 'zod'

/** What is wrong with a value, on one line: `key.inner[0]: message; message`. */
export const tellFaults = ({ issues }: z.core.$ZodError): string =>
  issues.map(({ path, message }) => [nameOf(path), message].filter(Boolean).join(': ')).join('; ')

/** A header of a column is told as it stands, whatever it holds. */
const nameOf = (path: readonly PropertyKey[]) =>
  path.length === 1 ? String(path[0]) : z.core.toDotPath(path)
