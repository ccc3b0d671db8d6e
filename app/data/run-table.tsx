import { formatAgo, formatCount, formatElapsed, formatInstant } from '#app/format.ts'
import { Scroll } from '#app/scroll.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import type { Verdict } from '#app/status.ts'
import type { CollectorRun } from '#lib/queries/data-health.ts'

const STATUSES: Readonly<Record<CollectorRun['status'], Verdict>> = {
  ok: { word: 'Complete', shape: 'up', tone: 'good' },
  partial: { word: 'Partial', shape: 'half', tone: 'watch' },
  failed: { word: 'Failed', shape: 'down', tone: 'bad' },
  running: { word: 'Running', shape: 'clock', tone: 'quiet' },
}

/** The newest runs of all sources. */
export function RunTable({ runs, now }: { runs: readonly CollectorRun[]; now: Date }) {
  if (runs.length === 0) return <p className="note">Nothing was collected yet.</p>
  return (
    <Scroll label="Runs of every source">
      <table>
        <caption>The newest first</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Started</th>
            <th scope="col">Ended</th>
            <th scope="col">Took</th>
            {['Read', 'Changed', 'Quarantined'].map((heading) => (
              <th key={heading} scope="col" className="number">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">{run.sourceId}</th>
              <td>
                {formatInstant(run.startedAt)}
                <p className="note">{formatAgo(run.startedAt, now)}</p>
              </td>
              <td>
                <VerdictWord verdict={STATUSES[run.status]} />
                {run.error !== null && <p className="note lines">{run.error}</p>}
              </td>
              <td className="nowrap">
                {run.finishedAt === null
                  ? 'not ended'
                  : formatElapsed(run.finishedAt.getTime() - run.startedAt.getTime())}
              </td>
              <td className="number">{formatCount(run.readCount)}</td>
              <td className="number">{formatCount(run.changedCount)}</td>
              <td className="number">{formatCount(run.quarantinedCount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
