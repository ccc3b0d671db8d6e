import type { Verdict } from '#app/status.ts'
import type { CheckResult } from '#scorecards/checks/scorecard.ts'

/** Outcomes of checks as word, shape and colour. */
export const OUTCOMES: Readonly<Record<CheckResult['outcome'], Verdict>> = {
  pass: { word: 'Pass', shape: 'up', tone: 'good' },
  fail: { word: 'Open', shape: 'down', tone: 'bad' },
  unknown: { word: 'Unknown', shape: 'ring', tone: 'quiet' },
  exempt: { word: 'Exempt', shape: 'bar', tone: 'quiet' },
}
