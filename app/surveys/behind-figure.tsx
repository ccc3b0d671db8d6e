import { Link } from '#app/link.tsx'
import { SurveyRule } from '#app/surveys/rule.tsx'
import { figureHref } from '#app/surveys/waves.ts'
import type { View } from '#app/view.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** In place of rows, which would be people: by which rule the figure is shown, and its wave. */
export function BehindSurveyFigure({ result, view }: { result: MetricResult; view: View }) {
  const { k } = result.parameters
  return (
    <section className="section stack" aria-labelledby="rows">
      <h2 id="rows">What is behind it</h2>
      <p>
        The rows of this figure would be people, so none open.{' '}
        <Link href={figureHref(view, result)}>Its wave</Link> has the groups, and what comments were
        about.
      </p>
      <SurveyRule k={typeof k === 'number' ? k : null} />
    </section>
  )
}
