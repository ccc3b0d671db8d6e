import { spawn } from 'node:child_process'
import { glob, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DesirepathError } from '#lib/errors.ts'

/** What the pages are made of. */
const PARTS = [
  '{app,db,lib,scorecards}/**/*.{ts,tsx,css}',
  'collectors/files/*.ts',
  'package.json',
  'next.config.mjs',
  'postcss.config.mjs',
  'proxy.ts',
]

/** The pages could not be built. */
class BuildError extends DesirepathError {
  override readonly name = 'BuildError'
}

/**
 * Builds the pages of `project`, unless they are newer than everything they are made of.
 *
 * @throws {BuildError} with what the builder said
 */
export async function buildPages(
  project: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  const built = await modifiedAt(resolve(project, '.next/BUILD_ID'))
  if (built > (await newestPart(project)) || signal.aborted) return
  log('building the pages')
  const { code, said } = await runNextBuild(project, signal)
  if (code === 0 || signal.aborted) return
  throw new BuildError(`the pages could not be built:\n${said}`)
}

async function newestPart(project: string): Promise<number> {
  const parts = await Array.fromAsync(glob(PARTS, { cwd: project }))
  return Math.max(...(await Promise.all(parts.map((part) => modifiedAt(resolve(project, part))))))
}

/** 0 when there is no such file. */
const modifiedAt = (file: string) =>
  stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )

async function runNextBuild(
  project: string,
  signal: AbortSignal,
): Promise<{ code: number | null; said: string }> {
  const next = resolve(project, 'node_modules/next/dist/bin/next')
  const child = spawn(process.execPath, [next, 'build'], {
    cwd: project,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  const said: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  const code = await new Promise<number | null>((ended) => child.once('close', ended))
  return { code, said: Buffer.concat(said).toString() }
}
