import { answer, readFigureRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { type ComparedWindow, compareOver } from '#app/windows.ts'
import { definitionOf } from '#scorecards/catalogue.ts'
import { progressOf } from '#scorecards/target.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readFigureRequest(request, ROUTES['/api/v1/comparisons'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, figure } = asked
  const compared = await compareOver(view, figure)
  return answer(request, { asOf: view.at, items: compared.map(toItem) })
}

function toItem({ result, reference, comparison, yardstick }: ComparedWindow) {
  const {
    difference = null,
    incomparable = null,
    ci = null,
    noInterval = null,
    ratio = null,
  } = comparison ?? {}
  return {
    result,
    reference: reference ?? null,
    difference,
    incomparable,
    ci,
    noInterval,
    ratio,
    median: yardstick?.kind === 'median' ? toMedian(yardstick) : null,
    target: yardstick?.kind === 'target' ? toTarget(result, yardstick.target) : null,
  }
}

const toMedian = ({ value, teams }: { value: number; teams: number }) => ({ value, teams })

function toTarget(result: ComparedWindow['result'], target: Parameters<typeof progressOf>[2]) {
  const { outcome, gap } = progressOf(result, definitionOf(result.metricId), target)
  return { value: target.target, by: target.by, outcome, gap }
}
