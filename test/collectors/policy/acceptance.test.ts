import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { acceptance, RUN_AT, type Upstream } from '#test/collectors/acceptance.ts'
import { localSkips } from '#test/collectors/local-skips.ts'
import { swellFile, testFolder } from '#test/support/files.ts'
import { collectPolicy, writeResults } from '#test/support/policy-results.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'policy results',
  start: startFolder,
  skips: {
    ...localSkips('results are read from a folder, nobody is asked'),
    'T-C04': 'a cursor is the hash of a file, not a time',
    'T-C09': 'a file that changes is read as a whole: test/collectors/policy/collector.test.ts',
    'T-C10': 'results have no order in time, all of a file are read',
    'T-C11': 'no clock but that of this machine is involved',
    'T-C12': 'what a result is about is its id; another one is another subject',
    'T-C13': 'a result of another shape is put aside: test/collectors/policy/formats.test.ts',
  },
})

const REQUIREMENTS = [
  {
    id: 'labels',
    name: 'Resources are labelled',
    from: '2026-01-01',
    evidence: [{ tool: 'kyverno', rule: 'labels/**' }],
  },
]

const RESULTS = ['pass', 'fail', 'warn', 'error', 'skip']

const toResult = (choice: number, name = `pod-${choice % 7}`) => ({
  policy: choice % 2 === 0 ? 'labels' : 'limits',
  rule: 'team',
  result: RESULTS[choice % RESULTS.length],
  timestamp: { seconds: 1_777_600_000 + (choice % 11) },
  resources: [{ kind: 'Pod', name, namespace: 'shop' }],
})

/** Reports in several files, which only grow. */
async function startFolder(): Promise<Upstream> {
  const folder = testFolder()
  const reports = [0, 1, 2].map((place) => [toResult(place), toResult(place + 10)])
  const write = () => {
    for (const [index, results] of reports.entries()) {
      writeResults(folder, `deployment/d-${index}/report.json`, { kind: 'PolicyReport', results })
    }
  }
  write()
  return {
    collect: (db, { now = RUN_AT, signal, guard } = {}) =>
      collectPolicy(db, folder, {
        now,
        requirements: REQUIREMENTS,
        covers: { from: '2026-01-01T00:00:00.000Z' },
        ...(signal && { signal }),
        ...(guard && { guard }),
      }),
    tables: ['policy_requirements', 'policy_evidence'],
    lose: () => rmSync(folder, { recursive: true }),
    evolve: (choice) => {
      reports[choice % 3]?.push(toResult(choice))
      write()
    },
    swell: () => swellFile(join(folder, 'deployment/d-0/report.json')),
    write: (text) => {
      reports[0]?.push(toResult(0, text))
      write()
    },
  }
}
