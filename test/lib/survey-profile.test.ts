import { expect, test } from 'vitest'
import { wallTimeToInstant } from '#lib/timezone.ts'
import { listFaults } from '#test/support/config.ts'

const listSurveyFaults = (surveys: string) =>
  listFaults(`organisation: { name: Acme }
sources:
  - id: survey
    kind: surveys
    path: ./surveys
    surveys:
${surveys}`)

test('faults of a survey are told with line and column', () => {
  const faults = listSurveyFaults(`      - id: spring
        name: Spring
        file: spring.csv
        opened: 2026-03-02
        closed: 2026-03-01
        exported: yesterday
        k: 3
        timezone: Mars
        group: { column: 0, answers: { A: other } }
        invited: { clay: 2 }
        questions:
          - { column: Q, is: csat, labels: [bad, good] }
          - { column: R, is: mood }
          - { column: S, is: nps, scale: 5 }
`)
  expect(faults).toEqual([
    'desirepath.yaml:12:19: sources.0.surveys.0.exported: expected a day such as 2026-01-31, or an instant with its offset, not "yesterday"',
    'desirepath.yaml:13:12: sources.0.surveys.0.k: expected at least 5, not 3',
    'desirepath.yaml:14:19: sources.0.surveys.0.timezone: expected a time zone such as Europe/Berlin, not "Mars"',
    'desirepath.yaml:15:26: sources.0.surveys.0.group.column: expected at least 1, not 0',
    'desirepath.yaml:15:43: sources.0.surveys.0.group.answers.A: expected a group that is not all, other or unmapped, not "other"',
    'desirepath.yaml:18:44: sources.0.surveys.0.questions.0.labels: expected 5 labels, one for each point of csat, not ["bad","good"]',
    'desirepath.yaml:19:30: sources.0.surveys.0.questions.1.is: expected nps, csat, umux1, umux2, comment or quotable, not "mood"',
    'desirepath.yaml:20:35: sources.0.surveys.0.questions.2.scale: unknown key, expected one of column, is, lowest, best, labels, path',
  ])
})

test('what does not fit together is told where it stands', () => {
  const survey = (rest: string) =>
    `      - { id: s, name: S, file: s.csv, opened: 2026-03-02, ${rest} }\n`
  const asks = 'questions: [{ column: Q, is: nps }]'
  expect(listSurveyFaults(survey(`closed: 2026-03-01, ${asks}`))).toEqual([
    'desirepath.yaml:7:68: sources.0.surveys.0.closed: expected a time after opened, not "2026-03-01"',
  ])
  expect(listSurveyFaults(survey(`invited: { clay: 2 }, ${asks}`))).toEqual([
    'desirepath.yaml:7:77: sources.0.surveys.0.invited.clay: expected at least 5 people (k); join it to a larger group, not 2',
  ])
  expect(
    listSurveyFaults(survey('questions: [{ column: Q, is: nps }, { column: R, is: nps }]')),
  ).toEqual([
    'desirepath.yaml:7:113: sources.0.surveys.0.questions.1.is: expected each once a path, not "nps"',
  ])
  expect(listSurveyFaults(survey(asks) + survey(asks))).toEqual([
    'desirepath.yaml:8:15: sources.0.surveys.1.id: expected an id of its own, not "s"',
    'desirepath.yaml:8:33: sources.0.surveys.1.file: expected its own file, not "s.csv"',
    'desirepath.yaml:8:48: sources.0.surveys.1.opened: expected no survey of the same source at the same time; make two sources, not "2026-03-02"',
  ])
})

test('a clock on the wall is an instant, also on the days when clocks change', () => {
  const at = (wall: string, zone = 'Europe/Berlin') =>
    wallTimeToInstant(Date.parse(`${wall}Z`), zone).toISOString()
  expect(at('2026-01-15T12:00')).toBe('2026-01-15T11:00:00.000Z')
  expect(at('2026-07-15T12:00')).toBe('2026-07-15T10:00:00.000Z')
  expect(at('2026-03-29T04:00')).toBe('2026-03-29T02:00:00.000Z')
  // From 3:00 back to 2:00: the first of two.
  expect(at('2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z')
  expect(at('2026-02-03T10:00', 'Asia/Kolkata')).toBe('2026-02-03T04:30:00.000Z')
})
