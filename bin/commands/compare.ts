import { type Command, Option } from 'commander'
import {
  type Asked,
  compareWithPeriod,
  compareWithTargets,
  parsePeriod,
  referenceOf,
} from '#bin/compare.ts'
import { toComparisonText, toTargetText } from '#bin/compare-text.ts'
import { type Project, withProject } from '#bin/context.ts'
import { findDefinition, listSubjects, nowhere, type ShowFilter, single } from '#bin/show.ts'
import { ConfigError } from '#lib/errors.ts'
import type { MetricDefinition } from '#scorecards/result.ts'

interface CompareOptions extends ShowFilter {
  readonly period: string
  readonly with: 'previous' | 'year-ago' | 'target'
  readonly json?: true
}

export function registerCompare(program: Command): void {
  program
    .command('compare')
    .description('one number over a period, beside an earlier one or its target')
    .argument('<metric>', 'its id or key, such as ADO-02 or total_adoption_rate')
    .requiredOption(
      '--period <name>',
      '2026-Q3, 2026-08, 2026-W34, 2026, or first..last day, both of them in it',
    )
    .addOption(
      new Option('--with <what>', 'what it stands beside')
        .choices(['previous', 'year-ago', 'target'])
        .default('previous'),
    )
    .option('--path <id>', 'golden path; each of them when left out')
    .option('--team <id>', 'one team on it')
    .option('--source <id>', 'source, of a metric about sources')
    .option('--json', 'print the whole records')
    .addHelpText(
      'after',
      '\nEach metric is measured over the period, and what is a state at a moment as it stood at its end;\nMETRICS.md tells which is which. Quarters and years are fiscal, and bear the number of the year\nthat they end in.\n\nExamples:\n  desirepath compare ADO-02 --period 2026-Q3\n  desirepath compare ADO-04 --path http-service --team payments --period 2026-08 --with year-ago\n  desirepath compare ADO-02 --period 2026-07-01..2026-09-30\n  desirepath compare SPD-01 --period 2026-08 --with target',
    )
    .action(compare)
}

async function compare(name: string, options: CompareOptions): Promise<void> {
  const { period, with: to, json, ...filter } = options
  const definition = findDefinition(name)
  const now = new Date()
  await withProject(async (project) => {
    const { config, db } = project
    const window = parsePeriod(period, config.organisation, now)
    const subjects = await listSubjects(db, config, definition, filter)
    const asked = subjects.map((subject): Asked => ({ definition, subject, window, now }))
    if (to === 'target') {
      const all = await listTargetComparisons(project, asked, definition)
      print(all, json, (one) => toTargetText(definition, one))
      return
    }
    const reference = referenceOf(window, to, config.organisation)
    const all = []
    for (const one of asked) all.push((await compareWithPeriod(db, one, reference)) ?? [])
    if (all.flat().length === 0) throw nowhere(definition, subjects)
    print(all.flat(), json, (one) => toComparisonText(definition, one))
  })
}

async function listTargetComparisons(
  { config, db }: Project,
  asked: readonly Asked[],
  { id }: MetricDefinition,
) {
  const all = []
  for (const one of asked) all.push(...(await compareWithTargets(db, one, config.goldenPaths)))
  if (all.length > 0) return all
  throw new ConfigError(`${id}: no golden path has a target for it; goldenPaths.targets holds them`)
}

function print<T>(all: readonly T[], json: true | undefined, toText: (one: T) => string): void {
  const text = json ? `${JSON.stringify(single(all), null, 2)}\n` : all.map(toText).join('\n')
  process.stdout.write(text)
}
