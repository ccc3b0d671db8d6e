import { Scroll } from '#app/scroll.tsx'
import { StateWord } from '#app/state-word.tsx'
import { usageWord } from '#app/words.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { UsageRow } from '#lib/queries/usage.ts'
import type { CheckResult } from '#scorecards/checks/scorecard.ts'

/** One row for each service: its state on each path, and how many checks it passes. */
export function ServiceMatrix({
  usage,
  paths,
  checks,
}: {
  usage: readonly UsageRow[]
  paths: readonly GoldenPath[]
  checks: readonly CheckResult[]
}) {
  const services = [...Map.groupBy(usage, ({ service }) => service)]
  if (services.length === 0) {
    return <p className="note">No service was known at this moment.</p>
  }
  return (
    <Scroll label="Services and golden paths">
      <table>
        <caption>Each service with its state on each golden path</caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col" className="number">
              Checks
            </th>
            {paths.map(({ id, name }) => (
              <th key={id} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {services.map(([service, own]) => (
            <tr key={service}>
              <th scope="row">{service}</th>
              <td className="number">{passedWords(checks, service)}</td>
              {paths.map(({ id }) => {
                const row = own.find(({ path }) => path === id)
                return (
                  <td key={id}>
                    {row !== undefined && <StateWord word={usageWord(row.state)} />}
                    {row?.version != null && <p className="note">{row.version}</p>}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** `5 of 6`, of those that count and from which the service is not exempt. */
function passedWords(checks: readonly CheckResult[], service: string): string {
  const findings = checks
    .filter(({ counts }) => counts)
    .flatMap(({ findings: all }) => all.filter(({ subject }) => subject === service))
    .filter(({ outcome }) => outcome !== 'exempt')
  const passed = findings.filter(({ outcome }) => outcome === 'pass').length
  return `${passed} of ${findings.length}`
}
