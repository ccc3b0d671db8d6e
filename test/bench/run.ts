import { mkdir, writeFile } from 'node:fs/promises'
import type { Bench, Measurement } from '#test/bench/bench.ts'
import { eventsBench } from '#test/bench/events.ts'
import { gitBench } from '#test/bench/git.ts'
import { gitHubBench } from '#test/bench/github.ts'
import { importBench } from '#test/bench/import.ts'
import { scoringBench } from '#test/bench/scoring.ts'
import { webBench } from '#test/bench/web.ts'

const BENCHES: readonly Bench[] = [
  importBench,
  gitBench,
  gitHubBench,
  eventsBench,
  scoringBench,
  webBench,
]

/** `npm run bench -- [name…]`: all of them when none is named. */
async function runBenches(names: readonly string[]): Promise<void> {
  const known = BENCHES.map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Error(`no bench ${unknown.join(', ')}; known: ${known.join(', ')}`)
  for (const bench of BENCHES) {
    if (names.length > 0 && !names.includes(bench.name)) continue
    const measurements = await bench.run()
    await mkdir('data/bench', { recursive: true })
    await writeFile(`data/bench/${bench.name}.json`, `${JSON.stringify(measurements, null, 2)}\n`)
    process.stdout.write(`${bench.name}\n${measurements.map(toLine).join('')}\n`)
  }
}

function toLine({ measure, value, unit, goal }: Measurement): string {
  const digits = Math.abs(value) < 100 ? 2 : 0
  const figure = value.toFixed(digits).padStart(10)
  return `  ${measure.padEnd(54)} ${figure} ${unit.padEnd(7)} ${goal ? `goal ${goal}` : ''}\n`
}

await runBenches(process.argv.slice(2))
