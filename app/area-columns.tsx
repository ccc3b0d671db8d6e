import { AREAS, type AreaOfMetrics, metricsOf } from '#app/areas.ts'
import { DefinitionPopover } from '#app/definition-popover.tsx'
import { ChangeWords, Figure, FigureLink } from '#app/figure.tsx'
import { Link } from '#app/link.tsx'
import type { MeasuredMetric } from '#app/measured.ts'
import { StatusShape } from '#app/shape.tsx'
import { readResult } from '#app/status.ts'
import { figureHref } from '#app/surveys/waves.ts'
import { timesWords } from '#app/time-words.ts'
import { hrefOf, type View } from '#app/view.ts'
import { comparedOf } from '#app/yardstick.ts'
import type { MetricDefinition } from '#scorecards/result.ts'

interface AreasProps {
  readonly measured: readonly MeasuredMetric[]
  /** Path id → name. */
  readonly names: ReadonlyMap<string, string>
  readonly view: View
}

/** What stands for each area: one figure of the whole organisation, else one of each path. */
export function AreaColumns(props: AreasProps) {
  return (
    <div className="areas">
      {AREAS.map((area) => (
        <AreaColumn key={area.area} area={area} {...props} />
      ))}
    </div>
  )
}

function AreaColumn({ area, measured, names, view }: AreasProps & { area: AreaOfMetrics }) {
  const shown = headlineOf(area, measured)
  return (
    <section className="area" aria-label={area.name}>
      <h2>
        <Link href={`${hrefOf(view, '/metrics')}#${area.area.replace(' ', '-')}`}>{area.name}</Link>
      </h2>
      {shown === undefined ? (
        <p className="note mt-2">
          Nothing of this area was measured for this moment. It rests on {area.needs}; figures of
          weeks are kept for two years.
        </p>
      ) : (
        <>
          <div className="area-metric">
            {shown.definition.name} <DefinitionPopover definition={shown.definition} place="area" />
          </div>
          <Headline own={shown.own} names={names} view={view} />
        </>
      )}
    </section>
  )
}

interface Headlined {
  readonly definition: MetricDefinition
  readonly own: readonly MeasuredMetric[]
}

/** The first metric of an area with a figure, else the first: the one that stands for it leads. */
function headlineOf(
  { area }: AreaOfMetrics,
  measured: readonly MeasuredMetric[],
): Headlined | undefined {
  const candidates = metricsOf(area).flatMap((definition): Headlined[] => {
    const own = measured.filter(({ result }) => result.metricId === definition.id)
    return own.length === 0 ? [] : [{ definition, own }]
  })
  const hasFigure = ({ own }: Headlined) => own.some(({ result }) => readResult(result).hasFigure)
  return candidates.find(hasFigure) ?? candidates[0]
}

function Headline({
  own,
  names,
  view,
}: Pick<Headlined, 'own'> & Pick<AreasProps, 'names' | 'view'>) {
  const whole = own.find(({ result }) => result.scope.pathId === undefined)
  if (whole !== undefined) {
    const { result } = whole
    return (
      <div className="head">
        <Figure result={result} href={figureHref(view, result)} change={comparedOf(whole)} />
      </div>
    )
  }
  return (
    <>
      <p className="note mt-2">{timesWords(own.map(({ result }) => result))}</p>
      <ul className="by-path">
        {own
          .toSorted((a, b) => nameOf(a, names).localeCompare(nameOf(b, names), 'en'))
          .map((one) => {
            const { result } = one
            const { figure, hasFigure, verdict } = readResult(result)
            const change = comparedOf(one)
            return (
              <li key={result.scope.pathId}>
                <span className="by-path-name">{nameOf({ result }, names)}</span>
                <span
                  className={hasFigure ? 'by-path-value' : 'by-path-value words'}
                  data-metric={result.metricId}
                >
                  <FigureLink href={figureHref(view, result)}>{figure}</FigureLink>
                </span>
                <span className={`tone-${verdict?.tone ?? 'quiet'}`}>
                  {verdict !== null && (
                    <>
                      <StatusShape shape={verdict.shape} />
                      <span className="hidden-text">{verdict.word}</span>
                    </>
                  )}
                </span>
                {change !== null && <ChangeWords change={change} short />}
              </li>
            )
          })}
      </ul>
    </>
  )
}

const nameOf = ({ result }: Pick<MeasuredMetric, 'result'>, names: AreasProps['names']) =>
  names.get(result.scope.pathId ?? '') ?? result.scope.pathId ?? ''
