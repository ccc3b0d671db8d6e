import { CsvLink } from '#app/data-table-view.tsx'
import { database } from '#app/database.ts'
import { loadEvidence } from '#app/evidence.tsx'
import { EvidenceSets, type Tabs } from '#app/evidence-sets.tsx'
import { FactList } from '#app/fact-list.tsx'
import { Figure, SmallFigure } from '#app/figure.tsx'
import { formatInstant } from '#app/format.ts'
import { partLines } from '#app/parts.ts'
import { BehindSurveyFigure } from '#app/surveys/behind-figure.tsx'
import { isSurvey } from '#app/surveys/figures.ts'
import { timeWords } from '#app/time-words.ts'
import { resultHref, type View } from '#app/view.ts'
import { cellParameters } from '#scorecards/measurement-row.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** A number, what its record says beside its value, and every row that it rests on. */
export async function OpenedFigure({
  result,
  window,
  beside,
  view,
  page = 1,
  pageHref,
  tabs,
  children,
}: {
  result: MetricResult
  /** The span of time that it was asked for, as an address names it. */
  window?: string | undefined
  /** The same figure over the days that the metric itself looks at, where `result` is over others. */
  beside?: MetricResult | undefined
  view: View
  /** Page of rows, from 1. */
  page?: number
  /** Left out: only the first. */
  pageHref?: (page: number) => string
  /** Left out: every set, one below the other. */
  tabs?: Tabs
  /** Stands between the number and its rows. */
  children?: React.ReactNode
}) {
  return (
    <>
      <section className="section two" aria-label="The number">
        <div className="head">
          <Figure result={result} href="#rows" />
          {beside !== undefined && (
            <SmallFigure
              label={`By its own days, ${timeWords(beside)}`}
              result={beside}
              href={resultHref(view, beside)}
            />
          )}
        </div>
        <RecordInWords result={result} />
      </section>
      {children}
      {isSurvey(result.metricId) ? (
        <BehindSurveyFigure result={result} view={view} />
      ) : (
        <section className="section" aria-labelledby="rows">
          <h2 id="rows">The rows behind it</h2>
          <CsvLink
            id="evidence"
            view={view}
            file={{
              ev: {
                metricId: result.metricId,
                scope: result.scope,
                cell: cellParameters(result),
                ...(window !== undefined && { window }),
              },
            }}
          />
          <EvidenceSets
            result={result}
            evidence={await loadEvidence(await database(), result, view)}
            page={page}
            pageHref={pageHref}
            tabs={tabs}
          />
        </section>
      )}
    </>
  )
}

/** What the record says beside its value, for a reader who wants to check it. */
function RecordInWords({ result }: { result: MetricResult }) {
  const { window, ci, watermarks } = result
  const isMoment = window.start === window.end
  const facts = [
    {
      term: isMoment ? 'At' : 'Window',
      text: isMoment
        ? formatInstant(new Date(window.end))
        : `from ${formatInstant(new Date(window.start))} up to ${formatInstant(new Date(window.end))}, the end not included`,
    },
    {
      term: 'Computed',
      text: `${formatInstant(new Date(result.computedAt))}, definition ${result.definitionVersion}, engine ${result.engineVersion}`,
    },
    { term: 'Interval', text: ci === null ? '' : `95%, ${ci.method}` },
    {
      term: 'Sources, complete until',
      text: Object.entries(watermarks)
        .map(([source, until]) => `${source} ${formatInstant(new Date(until))}`)
        .join('; '),
    },
  ]
  return <FactList facts={[...facts, { term: 'Beside it', text: partLines(result) }]} />
}
