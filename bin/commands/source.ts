import type { Command } from 'commander'
import { listFedMetrics } from '#bin/fed-metrics.ts'
import { requireKnown } from '#bin/known.ts'
import { examineSource } from '#bin/source-test.ts'
import { stopSignal } from '#bin/stop-signal.ts'
import type { Examination } from '#collectors/collector.ts'
import type { FactTable } from '#db/natural-keys.ts'
import { loadConfig } from '#lib/config.ts'
import { SourceError } from '#lib/errors.ts'
import { OutboundError } from '#lib/outbound.ts'

export function registerSource(program: Command): void {
  const source = program.command('source').description('help with the sources')
  source
    .command('test')
    .description('connect to a source, and say what can be read and which metrics that feeds')
    .argument('<source>', 'its id')
    .addHelpText(
      'after',
      '\nStores nothing. The exit status is 1 when something cannot be read.\n\nExample:\n  desirepath source test gh',
    )
    .action(testSource)
}

async function testSource(id: string): Promise<void> {
  const config = loadConfig()
  const { sources } = config
  const ids = sources.map((source) => source.id)
  requireKnown('source', id, ids)
  const source = sources[ids.indexOf(id)]
  if (source === undefined) throw new TypeError(`${id} is known, and was not found`)
  const tables = new Set<FactTable>()
  const context = { now: () => new Date(), signal: stopSignal(), progress: tellProgress }
  for await (const examination of tryOut(examineSource(source, config, context))) {
    process.stdout.write(toLines(examination))
    if (examination.problem !== null) process.exitCode = 1
    else for (const table of examination.fills) tables.add(table)
  }
  process.stdout.write(toMetricLines(tables))
}

const tellProgress = (what: string) => console.error(what)

/** A server that does not answer ends the examination, and is told like what else is wrong. */
async function* tryOut(examinations: AsyncIterable<Examination>): AsyncGenerator<Examination> {
  try {
    yield* examinations
  } catch (error) {
    if (!isUnreachable(error)) throw error
    const todo = 'check baseUrl, privateNetwork, and whether the server runs'
    yield { what: 'server', fills: [], says: '', problem: { why: error.message, todo } }
  }
}

const isUnreachable = (error: unknown): error is SourceError =>
  error instanceof SourceError &&
  error.cause instanceof OutboundError &&
  error.cause.kind === 'unreachable'

const INDENT = ' '.repeat(6)

function toLines({ what, fills, says, problem }: Examination): string {
  const filled = fills.length === 0 ? '' : ` → ${fills.join(', ')}`
  if (problem === null) return `ok    ${what}: ${says}${filled}\n`
  return `fail  ${what}: ${problem.why.replaceAll('\n', `\n${INDENT}`)}\n${INDENT}→ ${problem.todo}\n`
}

function toMetricLines(tables: ReadonlySet<FactTable>): string {
  const { whole, part, none } = listFedMetrics(tables)
  const inPart = part.map(({ key, lacks }) => `${key} (needs ${lacks.join(', ')} as well)`)
  const others =
    none.length === 0 ? '' : `\ncannot feed ${none.length} of the metrics in METRICS.md\n`
  return `\nfeeds:\n${toList(whole)}\nfeeds in part:\n${toList(inPart)}${others}`
}

const toList = (keys: readonly string[]) =>
  keys.length === 0 ? '  none\n' : keys.map((key) => `  ${key}\n`).join('')
