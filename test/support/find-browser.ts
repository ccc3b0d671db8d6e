import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { chromium } from '@playwright/test'

/** Where systems put Chromium and Google Chrome. */
const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Keeps the browser from calling home, and lets root run it. */
export const BROWSER_ARGUMENTS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/**
 * The Chromium to drive: the one that `CHROME_PATH` names, Playwright's own, or one that the
 * system has. Undefined when there is none.
 */
export function findBrowser(): string | undefined {
  const named = process.env['CHROME_PATH']
  const candidates = [...(named ? [named] : []), chromium.executablePath(), ...INSTALLED]
  return candidates.find((path) => path !== '' && existsSync(path))
}

/** Installs what `findBrowser` then finds; true when a command said that it worked. */
function installBrowser(): boolean {
  const playwright = join(
    dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')),
    'cli.js',
  )
  return (
    run(process.execPath, [playwright, 'install', 'chromium']) ||
    (isRootOnDebian() &&
      run('apt-get', ['update']) &&
      run('apt-get', ['install', '--yes', 'chromium']))
  )
}

const isRootOnDebian = () => process.getuid?.() === 0 && existsSync('/etc/debian_version')

function run(command: string, parameters: readonly string[]): boolean {
  return spawnSync(command, parameters, { stdio: 'inherit' }).status === 0
}

if (import.meta.main) {
  const found = findBrowser() ?? (installBrowser() ? findBrowser() : undefined)
  if (found === undefined) {
    console.error(
      'no browser for the tests: install Chromium (`npx playwright install --with-deps chromium`), or name one in CHROME_PATH',
    )
    process.exitCode = 1
  } else {
    process.stdout.write(`browser: ${found}\n`)
  }
}
