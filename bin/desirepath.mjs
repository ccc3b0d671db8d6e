#!/usr/bin/env node
// The commands are TypeScript, which Node 24 runs as it is. This file runs on older versions, too: it
// starts them with the Node that came with the project.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
const node = existsSync(own) ? own : process.execPath
const commands = fileURLToPath(new URL('./desirepath.ts', import.meta.url))

const child = spawn(node, [commands, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))

// npm and npx run this in a shell. They pass a signal on to it, and it ends without passing it on.
if (process.env['npm_lifecycle_event'] !== undefined) {
  const shell = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, 250)
}

child.on('error', (error) => {
  console.error(`desirepath: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
})
