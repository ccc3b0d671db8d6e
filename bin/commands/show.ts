import { type Command, Option } from 'commander'
import { parseMoment } from '#bin/as-of.ts'
import { parsePeriod } from '#bin/compare.ts'
import { withProject } from '#bin/context.ts'
import {
  findDefinition,
  listSubjects,
  measureSubject,
  nowhere,
  type ShowFilter,
  single,
} from '#bin/show.ts'
import { toResultText } from '#bin/show-text.ts'
import { weekOf } from '#lib/period.ts'
import type { MetricResult } from '#scorecards/result.ts'

interface ShowOptions extends ShowFilter {
  readonly asOf?: string
  readonly period?: string
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
    .addOption(
      new Option(
        '--as-of <day>',
        'a day (00:00 UTC) or an instant; the last week end when left out',
      ).conflicts('period'),
    )
    .option(
      '--period <name>',
      '2026-Q3, 2026-08, 2026-W34, 2026, or first..last day, both of them in it; in place of its own days',
    )
    .option('--json', 'print the whole record')
    .addHelpText(
      'after',
      '\nComputed from the collected facts, for any moment of their history. METRICS.md lists the metrics.\n\nExamples:\n  desirepath show ADO-01\n  desirepath show bypass_rate --path http-service --as-of 2026-01-01\n  desirepath show ADO-04 --path http-service --team payments --json\n  desirepath show SUP-05 --path http-service --period 2026-Q3',
    )
    .action(show)
}

async function show(name: string, { asOf, period, json, ...filter }: ShowOptions): Promise<void> {
  const definition = findDefinition(name)
  const now = new Date()
  const moment = asOf === undefined ? weekOf(now).from : parseMoment('--as-of', asOf, now)
  await withProject(async ({ config, db }) => {
    const window =
      period === undefined ? undefined : parsePeriod(period, config.organisation, now).period
    const at = window?.to ?? moment
    const subjects = await listSubjects(db, config, definition, filter)
    const results: MetricResult[] = []
    for (const subject of subjects) {
      const question = { metricId: definition.id, ...subject, asOf: at, now }
      results.push(...(await measureSubject(db, question, window)))
    }
    if (results.length === 0) throw nowhere(definition, subjects)
    if (json) process.stdout.write(`${JSON.stringify(single(results), null, 2)}\n`)
    else process.stdout.write(results.map((one) => toResultText(definition, one)).join('\n'))
  })
}
