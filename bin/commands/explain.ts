import { type Command, Option } from 'commander'
import { parseMoment } from '#bin/as-of.ts'
import { parsePeriod, referenceOf } from '#bin/compare.ts'
import { withProject } from '#bin/context.ts'
import { toStoryText } from '#bin/explain-text.ts'
import { findDefinition, listSubjects, type ShowFilter, single } from '#bin/show.ts'
import type { Config } from '#lib/config.ts'
import { ConfigError } from '#lib/errors.ts'
import { type ChangeQuestion, explainChange } from '#lib/queries/explain-change.ts'
import { parseWindow } from '#lib/windows.ts'

interface ExplainOptions extends ShowFilter {
  readonly from?: string
  readonly to?: string
  readonly period?: string
  readonly compare: string
  readonly json?: true
}

export function registerExplain(program: Command): void {
  program
    .command('explain')
    .description('why one number changed between two moments, in parts that add up')
    .argument('<metric>', 'its id or key, such as ADO-02 or total_adoption_rate')
    .option(
      '--period <name>',
      '2026-Q3, 2026-08, 2026-W34, 2026, or first..last day, both of them in it: what is explained',
    )
    .option('--compare <what>', 'previous, year-ago, or the name of a period', 'previous')
    .addOption(
      new Option('--from <day>', 'in place of a period: the day that is held against …').conflicts(
        'period',
      ),
    )
    .addOption(new Option('--to <day>', '… this one; both at 00:00 UTC').conflicts('period'))
    .option('--path <id>', 'golden path; each of them when left out')
    .option('--team <id>', 'one team on it')
    .option('--json', 'print the whole records')
    .addHelpText(
      'after',
      '\nOf two periods the figures over them are held against each other, as `compare` measures them; of two\ndays the newest published figures then, each over the days that METRICS.md tells.\n\nExamples:\n  desirepath explain ADO-02 --period 2026-Q3\n  desirepath explain ADO-04 --path http-service --period 2026-08 --compare year-ago\n  desirepath explain REL-03 --from 2026-04-01 --to 2026-07-01',
    )
    .action(explain)
}

async function explain(name: string, options: ExplainOptions, command: Command): Promise<void> {
  const { from, to, period, compare, json, ...filter } = options
  if (period === undefined && (from === undefined || to === undefined)) {
    command.error('error: --period, or both --from and --to, say what is explained')
  }
  const definition = findDefinition(name)
  const now = new Date()
  await withProject(async ({ config, db }) => {
    const moments = readMoments(
      { from: from ?? '', to: to ?? '', period, compare },
      config.organisation,
      now,
    )
    const subjects = await listSubjects(db, config, definition, filter)
    const stories = []
    for (const { sourceId, ...scope } of subjects) {
      if (sourceId !== undefined) {
        throw new ConfigError(`${definition.id}: is about sources, and no team moves it`)
      }
      const question = { metricId: definition.id, scope, ...moments, now }
      stories.push(await explainChange(db, question))
    }
    const text = json
      ? `${JSON.stringify(single(stories), null, 2)}\n`
      : stories.map((story) => toStoryText(definition, story)).join('\n')
    process.stdout.write(text)
  })
}

type Moments = Pick<ExplainOptions, 'compare'> & {
  readonly period: string | undefined
  readonly from: string
  readonly to: string
}

/** @throws {ConfigError} when the options name no two moments that are over */
function readMoments(
  { from, to, period, compare }: Moments,
  organisation: Config['organisation'],
  now: Date,
): Pick<ChangeQuestion, 'before' | 'after' | 'windows'> {
  if (period !== undefined) {
    const window = parsePeriod(period, organisation, now)
    const isNamed = compare !== 'previous' && compare !== 'year-ago'
    const reference = isNamed
      ? parseWindow(compare, organisation)
      : referenceOf(window, compare, organisation)
    if (reference === null) {
      throw new ConfigError(
        `--compare: expected previous, year-ago or a period such as 2026-Q2, not "${compare}"`,
      )
    }
    const windows = { before: reference.period, after: window.period }
    return { before: windows.before.to, after: windows.after.to, windows }
  }
  const [before, after] = [parseMoment('--from', from, now), parseMoment('--to', to, now)]
  if (before < after) return { before, after }
  throw new ConfigError(`--to: expected a moment after that of --from, ${from}, not "${to}"`)
}
