import { LEAST_FOR_SCORE } from '#scorecards/survey/answers.ts'

/** Why some groups show nothing. The same words for each of them: to tell them apart would tell. */
export function SurveyRule({ k }: { /** Null: as usual. */ k: number | null }) {
  return (
    <p className="note max-w-prose">
      A wave is shown once it has closed, by the one grouping it was asked in, and never changes
      afterwards. A group with fewer than {k ?? LEAST_FOR_SCORE} answers shows neither a score nor
      how many answered; another can be hidden beside it, in the same words, so that nobody can work
      it out. No single answer is shown anywhere, files and API included.
    </p>
  )
}
