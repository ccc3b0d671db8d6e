import type { Evidence, EvidenceRow } from '#app/evidence.tsx'
import { formatCount, formatCountOf } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { Scroll } from '#app/scroll.tsx'
import { excludedWord } from '#app/status.ts'
import { setWord } from '#app/words.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** Rows of a set on one page. */
const PAGE = 200

/** Which rows are shown, and the addresses that show others. */
export interface Tabs {
  readonly chosen: string
  readonly href: (tab: string) => string
}

const TABS = [
  { tab: 'counted', name: 'Counted', kinds: ['counted', 'not_counted', 'beside'] },
  { tab: 'excluded', name: 'Left out', kinds: ['excluded', 'not_matured'] },
  { tab: 'unattributed', name: 'Unknown', kinds: ['unknown'] },
]

/** Every row in scope, by set, with the sums that give the number again. */
export function EvidenceSets({
  result,
  evidence,
  page,
  pageHref,
  tabs,
}: {
  result: MetricResult
  evidence: Evidence
  page: number
  /** Left out: further rows are only in the file. */
  pageHref?: ((page: number) => string) | undefined
  /** Left out: every set, one below the other. */
  tabs?: Tabs | undefined
}) {
  const sets = evidence.sets
    .filter(({ rows }) => rows.length > 0)
    .toSorted((a, b) => rank(a.kind) - rank(b.kind))
  if (sets.length === 0) return <p>{nothingSentence(result)}</p>
  const pages = Math.ceil(Math.max(...sets.map(({ rows }) => rows.length)) / PAGE)
  const shown = Math.min(page, pages)
  return (
    <>
      <Sum result={result} sets={sets} />
      {tabs && <TabList tabs={tabs} sets={sets} />}
      {sets
        .filter(({ kind }) => isShown(kind, tabs))
        .map(({ kind, rows }) => (
          <section key={kind} className="evidence-set" aria-label={setName(kind)}>
            <h3>
              {setName(kind)} <span className="count">{formatCount(rows.length)}</span>
            </h3>
            <p className="small">{setMeaning(kind, result)}</p>
            <RowTable
              name={setName(kind)}
              columns={evidence.columns}
              rows={rows.slice((shown - 1) * PAGE, shown * PAGE)}
            />
          </section>
        ))}
      {pages > 1 &&
        (pageHref === undefined ? (
          <p className="note">Of each set the first {PAGE} rows; the file has all of them.</p>
        ) : (
          <Pages page={shown} pages={pages} pageHref={pageHref} />
        ))}
    </>
  )
}

/** Rows of deliveries are named by a run; of a figure that an older version published none has done so. */
const nothingSentence = ({ evidence }: MetricResult) =>
  evidence.some(({ kind }) => kind === 'query')
    ? 'Its rows are named by the next scoring run.'
    : 'There is no row in scope.'

const tabOf = (kind: string) => TABS.find(({ kinds }) => kinds.includes(kind.split(':')[0] ?? ''))

const isShown = (kind: string, tabs: Tabs | undefined) =>
  tabs === undefined || tabOf(kind)?.tab === tabs.chosen

function TabList({ tabs, sets }: { tabs: Tabs; sets: Evidence['sets'] }) {
  return (
    <nav className="choices mt-4" aria-label="Rows">
      {TABS.map(({ tab, name }) => {
        const own = sets.filter(({ kind }) => tabOf(kind)?.tab === tab)
        const count = own.reduce((sum, { rows }) => sum + rows.length, 0)
        return (
          <Link
            key={tab}
            href={tabs.href(tab)}
            scroll={false}
            aria-current={tabs.chosen === tab ? 'true' : undefined}
          >
            {name} {formatCount(count)}
          </Link>
        )
      })}
    </nav>
  )
}

const ORDER = ['counted', 'not_counted', 'beside', 'unknown', 'not_matured', 'excluded']
const rank = (kind: string) => ORDER.indexOf(kind.split(':')[0] ?? '')

function setName(kind: string): string {
  const [set = '', reason] = kind.split(':')
  if (reason === undefined) return setWord(set)
  return `${setWord(set)}: ${excludedWord(reason)}`
}

function setMeaning(kind: string, result: MetricResult): string {
  const [set] = kind.split(':')
  if (isCoverage(result)) return coverageMeaning(set, result)
  if (set === 'counted') {
    return result.numerator === null
      ? 'The cases that the figure is made of.'
      : 'Above the line, and below it.'
  }
  if (set === 'not_counted') return 'Below the line only.'
  if (set === 'unknown') return 'In neither; the bounds say what it would be if they were known.'
  if (set === 'beside') return 'In neither: a figure beside it is made of them.'
  if (set === 'not_matured') return 'In neither: the outcome cannot be known yet.'
  return 'In neither.'
}

/** Of a source: its rows are spans of time. */
const isCoverage = ({ metricId }: MetricResult) => metricId === 'DQ-01'
const hasParts = ({ parts }: MetricResult) => parts['scopes'] !== undefined

function coverageMeaning(set: string | undefined, result: MetricResult): string {
  if (hasParts(result)) {
    return set === 'counted' ? 'At least 90% of it was read.' : 'Less than 90% of it was read.'
  }
  return set === 'counted' ? 'Time that was read.' : 'Time that was not.'
}

function coverageSum(result: MetricResult, rows: number): string {
  return hasParts(result)
    ? `${formatCountOf(rows, 'part')}; the figure is the mean of what was read of each.`
    : `${formatCountOf(rows, 'interval')} in the window.`
}

/** Of a share what is counted is part of what is below the line; of a rate it is something else. */
function addsUp({ unit, numerator, denominator }: MetricResult, counted: number, below: number) {
  if (unit.includes('per ')) return numerator === counted && (below === 0 || denominator === below)
  return denominator === counted + below && (numerator === null || numerator === counted)
}

/** Counts that add up to the number, and whether they do. */
function Sum({
  result,
  sets,
}: {
  result: MetricResult
  sets: readonly { readonly kind: string; readonly rows: readonly EvidenceRow[] }[]
}) {
  const count = (set: string) =>
    sets
      .filter(({ kind }) => kind.split(':')[0] === set)
      .reduce((sum, own) => sum + own.rows.length, 0)
  const [counted, notCounted] = [count('counted'), count('not_counted')]
  const all = sets.reduce((sum, { rows }) => sum + rows.length, 0)
  const outside = all - counted - notCounted
  if (isCoverage(result)) return <p className="sum">{coverageSum(result, all)}</p>
  // Time is shared out, and a row is one of the requests of a chain.
  const isTime = result.unit === 'fraction of time'
  const agrees = isTime ? counted >= (result.n ?? 0) : addsUp(result, counted, notCounted)
  return (
    <>
      <p className="sum" data-sum={agrees ? 'agrees' : 'differs'}>
        {result.numerator === null || isTime
          ? `${formatCount(counted)} counted`
          : `${formatCount(counted)} counted, of ${formatCount(counted + notCounted)} (${formatCount(counted)} + ${formatCount(notCounted)} not counted)`}
        ; {formatCount(outside)} in neither; {formatCountOf(all, 'row')} in all.
      </p>
      {!agrees && (
        <p className="notice">
          These rows do not add up to the number, {result.numerator ?? result.n} of{' '}
          {result.denominator}: facts have changed since it was computed. Run{' '}
          <code>npx desirepath score</code>.
        </p>
      )}
    </>
  )
}

/** Rows as a table; a column in which none of them says anything is left out. */
function RowTable({
  name,
  columns,
  rows,
}: {
  name: string
  columns: readonly string[]
  rows: readonly EvidenceRow[]
}) {
  if (rows.length === 0) return <p className="note">No more rows of this set on this page.</p>
  const told = columns
    .map((column, index) => ({ column, index }))
    .filter(({ index }) => index === 0 || rows.some(({ cells }) => (cells[index] ?? '') !== ''))
  return (
    <Scroll label={`${name}: rows`}>
      <table>
        <caption className="hidden-text">{name}</caption>
        <thead>
          <tr>
            {told.map(({ column }) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, cells }) => (
            <tr key={id}>
              {told.map(({ column, index }) =>
                index === 0 ? (
                  <th key={column} scope="row">
                    {cells[index]}
                  </th>
                ) : (
                  <td key={column}>{cells[index] ?? ''}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Pages({
  page,
  pages,
  pageHref,
}: {
  page: number
  pages: number
  pageHref: (page: number) => string
}) {
  return (
    <nav aria-label="Pages of rows" className="pages">
      {page > 1 && <Link href={pageHref(page - 1)}>Previous rows</Link>}
      <span>
        Page {page} of {pages}, {PAGE} rows of each set
      </span>
      {page < pages && <Link href={pageHref(page + 1)}>Next rows</Link>}
    </nav>
  )
}
