import { formatDay } from '#app/format.ts'
import { capital, levelWords } from '#app/level-words.ts'
import { OUTCOMES } from '#app/outcome-verdicts.ts'
import { Scroll } from '#app/scroll.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import type { CheckResult, NextLevel, Scorecard } from '#scorecards/checks/scorecard.ts'

/** Where a scorecard stands, what is next for it, and every check with what was seen. */
export function ScorecardView({ scorecard, of }: { scorecard: Scorecard; of: 'service' | 'path' }) {
  return (
    <>
      <p className="level">{levelWords(scorecard)}</p>
      {scorecard.next !== null && <NextSteps next={scorecard.next} checks={scorecard.checks} />}
      <details className="mt-6">
        <summary>Every check</summary>
        <CheckTable checks={scorecard.checks} of={of} />
      </details>
    </>
  )
}

const MOST_STEPS = 3

/** The least that leads to the next level; those that fail before those that nobody knows. */
function NextSteps({ next, checks }: { next: NextLevel; checks: readonly CheckResult[] }) {
  const missing = next.missing.flatMap(
    ({ id }) => checks.find(({ definition }) => definition.id === id) ?? [],
  )
  const steps = missing
    .toSorted((a, b) => Number(a.outcome !== 'fail') - Number(b.outcome !== 'fail'))
    .slice(0, MOST_STEPS)
  if (steps.length === 0) return null
  return (
    <ol className="steps">
      {steps.map(({ definition, findings, outcome }) => {
        const open = findings.filter((finding) => finding.outcome === outcome)
        return (
          <li key={definition.id}>
            <h3>{definition.remedy}</h3>
            <p className="note">
              {definition.name}: {definition.rule} {definition.reason}
            </p>
            <ul className="small">
              {open.slice(0, MOST_STEPS).map(({ subject, evidence }) => (
                <li key={subject}>
                  {subject}: {evidence}
                </li>
              ))}
              {open.length > MOST_STEPS && <li>and {open.length - MOST_STEPS} more</li>}
            </ul>
          </li>
        )
      })}
    </ol>
  )
}

function CheckTable({ checks, of }: { checks: readonly CheckResult[]; of: 'service' | 'path' }) {
  return (
    <Scroll label="Checks">
      <table>
        <caption>
          Checks by level. What is exempt counts neither as passed nor as open; what is unknown is
          neither, and holds the level.
        </caption>
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Level</th>
            <th scope="col">Outcome</th>
            <th scope="col">What was seen{of === 'service' ? ', by service' : ''}</th>
          </tr>
        </thead>
        <tbody>
          {checks.map(({ definition, outcome, counts, findings }) => (
            <tr key={definition.id}>
              <th scope="row">
                {definition.name}
                <p className="note font-normal">{definition.rule}</p>
              </th>
              <td>{capital(definition.level)}</td>
              <td>
                <VerdictWord verdict={OUTCOMES[outcome]} />
                {!counts && (
                  <p className="note">
                    announced, counts from {formatDay(new Date(definition.countsFrom))}
                  </p>
                )}
              </td>
              <td className="evidence">
                <ul>
                  {findings.map((finding) => (
                    <li key={finding.subject}>
                      {of === 'service' && `${finding.subject}: `}
                      {finding.evidence}
                      {finding.exemptUntil != null &&
                        `, until ${formatDay(new Date(finding.exemptUntil))}`}
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
