import { cpSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writeFiles } from '#test/support/cli.ts'
import { aFolder } from '#test/support/git.ts'

/** Before the pages of a copied project were built. */
const EARLIER = new Date('2026-01-01T00:00:00Z')
const BUILT = new Date('2026-02-01T00:00:00Z')
/** After that. */
const LATER = new Date('2026-03-01T00:00:00Z')

const BUILD = '.next/BUILD_ID'

interface ProjectOptions {
  /** What stands in for `next build`, as JavaScript. */
  readonly builder?: string
  /** False: its pages were never built. */
  readonly isBuilt?: boolean
}

export interface ProjectCopy {
  readonly folder: string
  /** The commands of the copy. */
  readonly script: string
  /** Makes a file of it newer than its pages. */
  readonly touch: (file: string) => void
}

/**
 * A copy of this project in which every file is older than the pages, and a stand-in for Next that
 * builds nothing and serves one line. A real build takes half a minute.
 */
export function aProjectCopy({ builder = '', isBuilt = true }: ProjectOptions = {}): ProjectCopy {
  const folder = aFolder()
  for (const part of ['bin', 'collectors', 'db', 'lib', 'scorecards', 'package.json']) {
    cpSync(part, join(folder, part), { recursive: true })
  }
  linkPackages(folder)
  writeFiles(folder, {
    'app/page.tsx': '',
    'app/globals.css': '',
    'next.config.mjs': '',
    'node_modules/next/dist/bin/next': `${builder} ${BUILDS}`,
    'node_modules/next/index.js': SERVES,
    ...(isBuilt && { [BUILD]: '' }),
  })
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.startsWith('node_modules')) utimesSync(join(folder, file), EARLIER, EARLIER)
  }
  if (isBuilt) utimesSync(join(folder, BUILD), BUILT, BUILT)
  return {
    folder,
    script: join(folder, 'bin/desirepath.ts'),
    touch: (file) => utimesSync(join(folder, file), LATER, LATER),
  }
}

const BUILDS = `
const { mkdirSync, writeFileSync } = require('node:fs')
mkdirSync('.next', { recursive: true })
writeFileSync('${BUILD}', '')`

const SERVES = `
module.exports = () => ({
  prepare: async () => {},
  close: async () => {},
  getRequestHandler: () => async ({ url }, answer) => (url === '/end' ? process.exit(7) : answer.end('pages')),
})`

/** Every package but Next, which has a stand-in. */
function linkPackages(folder: string): void {
  const packages = resolve('node_modules')
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(packages)) {
    if (name === 'next' || name.startsWith('.')) continue
    symlinkSync(join(packages, name), join(folder, 'node_modules', name))
  }
}
