import { changeOf } from '#app/change.ts'
import { CsvLink, DataTableView } from '#app/data-table-view.tsx'
import { ChangeWords } from '#app/figure.tsx'
import { formatCountOf } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import type { MeasuredMetric } from '#app/measured.ts'
import { MetricCard } from '#app/metric-card.tsx'
import { Scroll } from '#app/scroll.tsx'
import { readResult } from '#app/status.ts'
import { surveyGroups } from '#app/tables/surveys.tsx'
import type { Parameters, Search } from '#app/url-state.ts'
import { hrefOf, type View } from '#app/view.ts'

/** What a wave says of one path: all who were asked, each group, themes, and words that may be quoted. */
export function SaidOfPath({
  pathId,
  name,
  measured,
  quotes,
  teams,
  file,
  view,
  search,
}: {
  /** Null: of no path in particular. */
  pathId: string | null
  name: string
  measured: readonly MeasuredMetric[]
  quotes: readonly string[]
  /** Team id → name. */
  teams: ReadonlyMap<string, string>
  /** What its files are asked for by, beside the view. */
  file: Parameters
  view: View
  search: Search
}) {
  const of = (key: string, isNamed: boolean) =>
    measured.filter(({ result }) => (result.parameters[key] !== undefined) === isNamed)
  const whole = of('group', false).filter(({ result }) => result.parameters['theme'] === undefined)
  const byMetric = new Map(whole.map((one) => [one.result.metricId, one]))
  const themes = of('theme', true)
  const groups = surveyGroups(measured, teams, `${name}, by group`)
  return (
    <section className="section" aria-labelledby="of-path">
      <h2 id="of-path">
        {pathId === null ? (
          name
        ) : (
          <Link href={hrefOf(view, `/golden-paths/${pathId}`)}>{name}</Link>
        )}
      </h2>
      <div className="cards">
        {whole.map(({ result }) => (
          <MetricCard
            key={result.metricId}
            metricId={result.metricId}
            measured={byMetric.get(result.metricId)}
            href="#groups"
            guardrails={byMetric}
            view={view}
          />
        ))}
      </div>
      <details className="mt-6">
        <summary>By group ({formatCountOf(groups.rows.length, 'group')})</summary>
        <div id="groups" className="pt-2">
          <DataTableView table={groups} view={view} search={search} file={file} />
        </div>
      </details>
      {themes.some(({ result }) => result.status !== 'source_missing') && (
        <div className="mt-8">
          <h3>What comments were about</h3>
          <CsvLink id="survey-figures" view={view} file={file} />
          <Themes themes={themes} caption={`Themes of the comments on ${name}`} />
        </div>
      )}
      {quotes.length > 0 && (
        <div className="mt-8">
          <h3>In their words</h3>
          <ul className="quotes">
            {[...new Set(quotes)].map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

/** The theme that most comments were about goes first. */
function Themes({ themes, caption }: { themes: readonly MeasuredMetric[]; caption: string }) {
  const sorted = themes.toSorted((a, b) => (b.result.value ?? -1) - (a.result.value ?? -1))
  return (
    <Scroll label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Theme</th>
            <th scope="col" className="number">
              Share
            </th>
            <th scope="col">Comments</th>
            <th scope="col">Against the wave before</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ result, before }) => {
            const theme = String(result.parameters['theme'])
            const { figure, counts } = readResult(result)
            const change = changeOf(result, before, 'none')
            return (
              <tr key={theme}>
                <th scope="row">{theme.replaceAll('_', ' ')}</th>
                <td className="number">{figure}</td>
                <td>{counts ?? ''}</td>
                <td>{change !== null && <ChangeWords change={change} short />}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}
