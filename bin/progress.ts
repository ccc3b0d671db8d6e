import type { CollectOptions, ReadOptions, SourceOutcome } from '#bin/collect.ts'
import { COMMAND } from '#lib/command.ts'
import { count as countOf } from '#lib/count.ts'

const PERIOD_MS = 100

/** Tells a person on stderr how collecting comes along: one line that moves, or none in a log. */
export function progressLine(): Required<
  Pick<ReadOptions, 'progress'> & Pick<CollectOptions, 'done'>
> {
  const { stderr } = process
  let told = 0
  const clear = () => {
    if (stderr.isTTY) stderr.write('\r\x1b[K')
  }
  return {
    progress(sourceId, what, count, total) {
      const now = performance.now()
      if (!stderr.isTTY || now - told < PERIOD_MS) return
      told = now
      const of = total === null ? '' : ` of ${total}`
      clear()
      stderr.write(`${sourceId}: ${what} ${count}${of}`.slice(0, (stderr.columns || 80) - 1))
    },
    done(outcome) {
      clear()
      stderr.write(`${toLine(outcome)}\n`)
    },
  }
}

/** `clones: ok, 1200 records read, 40 rows changed, 0.8 s`, and what went wrong below it. */
function toLine({
  sourceId,
  status,
  read,
  changed,
  quarantined,
  error,
  milliseconds,
}: SourceOutcome) {
  const counts = [
    `${countOf(read, 'record')} read`,
    `${countOf(changed, 'row')} changed`,
    ...(quarantined === 0 ? [] : [`${quarantined} in quarantine (see ${COMMAND} doctor)`]),
    `${(milliseconds / 1000).toFixed(1)} s`,
  ]
  const reasons = error === null ? '' : `\n  ${error.replaceAll('\n', '\n  ')}`
  return `${sourceId}: ${status}, ${counts.join(', ')}${reasons}`
}
