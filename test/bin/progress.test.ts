import { execFileSync, spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, runCli } from '#test/support/cli.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const OUTCOME = 'owners: ok, 1 record read, 1 row changed, … s'

/** A source of one file, of 25 bytes. */
const aProject = () =>
  aFolder({
    'desirepath.yaml':
      'organisation: { name: Acme }\nsources: [{ id: owners, kind: files, path: ./owners }]',
    'owners/teams.csv': 'id,name\nbasket,The Basket',
  })

const untimed = (text: string) => text.replaceAll(/[\d.]+ s(?=\r?\n)/g, '… s')

test('a log has one line for each source, and no line that moves', SLOW, async () => {
  const { stderr } = await runCli(['collect'], { cwd: aProject() })
  expect(untimed(stderr)).toBe(`${OUTCOME}\n`)
})

const SCRIPT = '/usr/bin/script'

/** What `collect` shows on a terminal of so many columns; 0: one that does not know. */
function collectOnTerminal(columns: number): string {
  const command = `${process.execPath} ${resolve('bin/desirepath.ts')} collect`
  const args = ['-qec', `stty cols ${columns}; ${command}`, '/dev/null']
  return untimed(execFileSync(SCRIPT, args, { cwd: aProject(), encoding: 'utf8', input: '' }))
}

const CLEAR = '\r\x1b[K'

// That of util-linux gives a command a terminal; others have other options.
const version = spawnSync(SCRIPT, ['--version'], { encoding: 'utf8' })
const isMissing = !version.stdout?.includes('util-linux')

test.skipIf(isMissing).each([
  [100, 'owners: teams.csv 25 of 25'],
  [24, 'owners: teams.csv 25 of'],
  [0, 'owners: teams.csv 25 of 25'],
])('on a terminal of %i columns a line moves, fits, and gives way', SLOW, (columns, line) => {
  expect(collectOnTerminal(columns)).toBe(`${CLEAR}${line}${CLEAR}${OUTCOME}\r\n`)
})
