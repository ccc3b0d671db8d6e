import type { Command } from 'commander'
import { parseAsOf } from '#bin/as-of.ts'
import { withProject } from '#bin/context.ts'
import {
  findDefinition,
  isOfDelivery,
  listSubjects,
  type ShowFilter,
  type Subject,
  showDelivery,
} from '#bin/show.ts'
import { toResultText } from '#bin/show-text.ts'
import type { Database } from '#db/connection.ts'
import { ConfigError } from '#lib/errors.ts'
import { weekOf } from '#lib/period.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { measureOn, type Question } from '#scorecards/run.ts'

interface ShowOptions extends ShowFilter {
  readonly asOf?: string
  readonly json?: true
}

export function registerShow(program: Command): void {
  program
    .command('show')
    .description('one number, with interval, coverage, status and the rows behind it')
    .argument('<metric>', 'its id or key, such as ADO-02 or total_adoption_rate')
    .option('--path <id>', 'golden path; each of them when left out')
    .option('--team <id>', 'one team on it')
    .option('--source <id>', 'source, of a metric about sources')
    .option('--as-of <day>', 'a day (00:00 UTC) or an instant; the last week end when left out')
    .option('--json', 'print the whole record')
    .addHelpText(
      'after',
      '\nComputed from the collected facts, for any moment of their history. METRICS.md lists the metrics.\n\nExamples:\n  desirepath show ADO-01\n  desirepath show bypass_rate --path http-service --as-of 2026-01-01\n  desirepath show ADO-04 --path http-service --team payments --json',
    )
    .action(show)
}

async function show(name: string, { asOf, json, ...filter }: ShowOptions): Promise<void> {
  const definition = findDefinition(name)
  const now = new Date()
  const at = asOf === undefined ? weekOf(now).from : parseAsOf(asOf, now)
  await withProject(async ({ config, db }) => {
    const subjects = await listSubjects(db, config, definition, filter)
    const results: MetricResult[] = []
    for (const subject of subjects) {
      const question = { metricId: definition.id, ...subject, asOf: at, now }
      results.push(...(await answer(db, question)))
    }
    if (results.length === 0) {
      throw new ConfigError(`${definition.id}: does not exist for ${toScopes(subjects)}`)
    }
    if (json) process.stdout.write(`${JSON.stringify(single(results), null, 2)}\n`)
    else process.stdout.write(results.map((one) => toResultText(definition, one)).join('\n'))
  })
}

/** Nothing where the metric does not exist in the scope. */
async function answer(db: Database, question: Question): Promise<MetricResult[]> {
  const result = isOfDelivery(question.metricId)
    ? await showDelivery(db, question)
    : await measureOn(db, question)
  return result === undefined ? [] : [result]
}

function toScopes(subjects: readonly Subject[]): string {
  if (subjects.some(({ teamId }) => teamId !== undefined)) return 'one team; leave out --team'
  const paths = subjects.flatMap(({ pathId }) => pathId ?? []).join(', ')
  return `${paths}; METRICS.md says what it is about`
}

/** What was asked of one scope is one record. */
const single = <T>(results: readonly T[]) => (results.length === 1 ? results[0] : results)
