import { formatDay } from '#app/format.ts'
import { HiddenFields } from '#app/hidden-fields.tsx'
import { Link } from '#app/link.tsx'
import { hereWith, type View } from '#app/view.ts'
import { toDay } from '#lib/period.ts'
import { DEFAULT_RANGE, type NamedRange, quarterBefore, quarterOf, stepRange } from '#lib/range.ts'

const RANGES = [
  { text: '4w', name: '4 weeks' },
  { text: '13w', name: '13 weeks', keys: 'w' },
  { text: '26w', name: '26 weeks' },
  { text: '52w', name: '52 weeks' },
  { text: '2y', name: '2 years' },
]
const QUARTERS = 4
const DAY_MS = 24 * 60 * 60 * 1000

/** Which time is shown, and ways to another; all of them links, so each is an address. */
export function RangePicker({ view, now }: { view: View; now: Date }) {
  const quarters = Array.from({ length: QUARTERS }, (_, back) =>
    quarterBefore(quarterOf(now, view.organisation), back),
  )
  return (
    <>
      <button type="button" className="control" popoverTarget="range-panel">
        {rangeName(view.range)}
        {view.day !== null && `, seen on ${formatDay(new Date(view.day))}`}
      </button>
      <section id="range-panel" popover="auto" className="panel" aria-label="Range">
        <p className="eyebrow">Time until now</p>
        <p className="choices">
          {RANGES.map(({ text, name, keys }) => (
            <RangeLink key={text} view={view} text={text} name={name} keys={keys} />
          ))}
        </p>
        <p className="eyebrow mt-3">Quarter</p>
        <p className="choices">
          {quarters.map((text, index) => (
            <RangeLink
              key={text}
              view={view}
              text={text}
              name={quarterName(text)}
              keys={index === 0 ? 'q' : undefined}
            />
          ))}
        </p>
        <p className="choices mt-3">
          <Link href={hereWith(view, { range: stepRange(view.range, -1) })} data-key="[">
            One period back
          </Link>
          {view.range.to.getTime() + DAY_MS < now.getTime() && (
            <Link href={hereWith(view, { range: stepRange(view.range, 1) })} data-key="]">
              One period on
            </Link>
          )}
        </p>
        <LookBack view={view} />
      </section>
    </>
  )
}

function RangeLink({
  view,
  text,
  name,
  keys,
}: {
  view: View
  text: string
  name: string
  keys?: string | undefined
}) {
  return (
    <Link
      href={hereWith(view, { range: text === DEFAULT_RANGE ? undefined : text })}
      aria-current={view.range.text === text ? 'true' : undefined}
      data-key={keys}
    >
      {name}
    </Link>
  )
}

/** A form, so that a day can be chosen without a script. */
function LookBack({ view }: { view: View }) {
  return (
    <form className="mt-4 flex flex-wrap items-center gap-2" action={view.address}>
      <HiddenFields view={view} asks="asof" />
      <label htmlFor="asof">Look back to</label>
      <input id="asof" className="field" type="date" name="asof" defaultValue={view.day ?? ''} />
      <button type="submit" className="control">
        Show
      </button>
    </form>
  )
}

/** What is compared with. */
export function ComparisonPicker({ view, now }: { view: View; now: Date }) {
  const quarters = Array.from({ length: QUARTERS }, (_, back) =>
    quarterBefore(quarterOf(now, view.organisation), back + 1),
  )
  const choices = [
    { text: 'prev', name: 'The time before', keys: 'c' },
    { text: 'yoy', name: 'Last year', keys: 'y' },
    ...quarters.map((text) => ({ text, name: quarterName(text), keys: undefined })),
    { text: 'target', name: 'The target of the golden path', keys: undefined },
    { text: 'median', name: 'The median of the other teams', keys: undefined },
    { text: 'off', name: 'Nothing', keys: 'x' },
  ]
  return (
    <>
      <button type="button" className="control" popoverTarget="comparison-panel">
        {comparisonName(view)}
      </button>
      <section id="comparison-panel" popover="auto" className="panel" aria-label="Comparison">
        <p className="eyebrow">Compare with</p>
        <p className="choices flex-col">
          {choices.map(({ text, name, keys }) => (
            <Link
              key={text}
              href={hereWith(view, { cmp: text === 'prev' ? undefined : text })}
              aria-current={view.comparison.text === text ? 'true' : undefined}
              data-key={keys}
            >
              {name}
            </Link>
          ))}
        </p>
      </section>
    </>
  )
}

/** `13 weeks to 23 Nov 2026`, `Q3 2026`, `1 Jul 2026 to 30 Sept 2026`. */
export function rangeName({ text, from, to }: NamedRange): string {
  const known = RANGES.find((range) => range.text === text)
  if (known !== undefined) return `${known.name} to ${formatDay(to)}`
  if (/-Q\d$/.test(text)) return quarterName(text)
  return `${formatDay(from)} to ${formatDay(new Date(to.getTime() - 1))}`
}

/** `Q3 2026`. */
export function quarterName(quarter: string): string {
  const [year, part] = quarter.split('-')
  return `${part} ${year}`
}

/** `against 24 Aug 2026`: the moment that figures are compared with. */
export function comparisonName({ comparison: { text, at } }: View): string {
  if (text === 'target') return 'against the target'
  if (text === 'median') return 'against the median'
  return at === null ? 'no comparison' : `against ${toDayName(at)}`
}

const toDayName = (at: Date) => formatDay(new Date(toDay(at)))
