import { expect, test } from 'vitest'
import { listFaults } from '#test/support/config.ts'

test('faults of a source of policy results are told with line and column', () => {
  const yaml = `organisation: { name: Acme }
sources:
  - id: policy
    kind: policy-results
    path: ./policy-results
    covers: { since: 2026-01-01 }
    requirements:
      - id: reviewed
        name: Reviewed
        from: 2026-02-01
        to: 2026-01-01
        evidence: [{ tool: scorecard, rule: Code-Review, least: 11 }]
      - id: built
        name: Built
        from: soon
        evidence: [{ tool: conftes }]
`
  expect(listFaults(yaml)).toEqual([
    'desirepath.yaml:6:13: sources.0.covers.from: is missing: expected a day such as 2026-01-31, or an instant with its offset',
    'desirepath.yaml:6:15: sources.0.covers.since: unknown key, expected one of from, to',
    'desirepath.yaml:11:13: sources.0.requirements.0.to: expected a time after from, not "2026-01-01"',
    'desirepath.yaml:12:65: sources.0.requirements.0.evidence.0.least: expected at most 10, not 11',
    'desirepath.yaml:15:15: sources.0.requirements.1.from: expected a day such as 2026-01-31, or an instant with its offset, not "soon"',
    'desirepath.yaml:16:28: sources.0.requirements.1.evidence.0.tool: expected conftest, opa, kyverno, sarif, scorecard or provenance, not "conftes"',
  ])
})

test('what does not fit together in a requirement is told where it stands', () => {
  const yaml = `organisation: { name: Acme }
sources:
  - id: policy
    kind: policy-results
    path: ./policy-results
    requirements:
      - { id: a, name: A, from: 2026-02-01, to: 2026-01-01, evidence: [{ tool: opa, least: 7 }] }
      - { id: a, name: B, from: 2026-02-01, evidence: [] }
`
  expect(listFaults(yaml)).toEqual([
    'desirepath.yaml:7:49: sources.0.requirements.0.to: expected a time after from, not "2026-01-01"',
    'desirepath.yaml:7:92: sources.0.requirements.0.evidence.0.least: expected only with tool: scorecard, not 7',
    'desirepath.yaml:8:15: sources.0.requirements.1.id: expected an id that no other has, not "a"',
    'desirepath.yaml:8:55: sources.0.requirements.1.evidence: expected at least one tool whose results are evidence, not []',
  ])
})
