import { writeFile } from 'node:fs/promises'
import { ConfigError } from '#lib/errors.ts'

/**
 * Prints `text`, or writes it to the file that `--out` names.
 *
 * @throws {ConfigError} when the file cannot be written
 */
export async function writeOutput(text: string, file: string | undefined): Promise<void> {
  if (file === undefined) {
    process.stdout.write(text)
    return
  }
  await writeFile(file, text).catch((cause: Error) => {
    throw new ConfigError(`--out: ${file} cannot be written: ${cause.message}`, { cause })
  })
}
