import fc from 'fast-check'
import { expect, test } from 'vitest'
import { desirePathSentence, toDesirePath } from '#app/desire-path/desire-path.ts'
import { drawDesirePath } from '#app/desire-path/geometry.ts'
import type { TeamState } from '#lib/queries/states.ts'
import { aResult } from '#test/support/results.ts'

const aState = (team: string, state: string, origin: TeamState['origin'] = null): TeamState => ({
  team,
  path: 'deploy',
  weekEnd: new Date('2026-03-02T00:00:00Z'),
  state,
  origin,
  currentlyMandated: false,
  everUnderInterfaceMandate: false,
  inactiveWeeks: 0,
  flags: [],
  rule: '',
  inputs: {},
  firstAdoptedWeek: null,
})

const STATES = [
  aState('a', 'adopted', 'voluntary'),
  aState('b', 'adopted', 'mandated'),
  aState('c', 'partial'),
  aState('d', 'trying'),
  aState('e', 'lapsed'),
  aState('f', 'eligible'),
  aState('g', 'excepted'),
  aState('h', 'unknown'),
  aState('i', 'not_eligible'),
]
const WORK = aResult({
  metricId: 'ADO-04',
  unit: 'fraction of activities',
  numerator: 60,
  denominator: 100,
  parts: { parallelPipeline: 30, manualChange: 10, otherOffPath: 0 },
})
const PATH = toDesirePath(STATES, new Set(['a', 'e']), new Map([['ADO-04', WORK]]))

test('each station counts those who came at least so far, of those who could', () => {
  expect(PATH.stations.map(({ teams, mandated }) => [teams, mandated])).toEqual([
    [6, null],
    [5, null],
    [2, 1],
    // Who kept it but has left it since is no keeper.
    [1, 0],
  ])
  expect(PATH.unknown).toBe(1)
})

test('who does not go on is counted where the way was left, so that the stations add up', () => {
  expect(PATH.leavers.map(({ station, key, teams }) => [station, key, teams])).toEqual([
    [0, 'eligible', 1],
    [1, 'partial', 2],
    [1, 'lapsed', 1],
    [2, 'young', 1],
  ])
})

test('the tracks beside it are shares of work or of teams, the widest first', () => {
  expect(PATH.tracks.map(({ key, share, counts }) => [key, share, counts])).toEqual([
    ['parallel', 0.3, '30 of 100 activities'],
    // One of seven teams.
    ['exception', 1 / 7, '1 of 7 teams'],
    ['manual', 0.1, '10 of 100 activities'],
  ])
})

test('the picture is told in sentences', () => {
  expect(desirePathSentence(PATH)).toBe(
    'Of 6 eligible teams, 5 tried the path, 2 adopted it and 1 have kept it for 12 weeks. Beside it: another pipeline, 30 of 100 activities (30%); under an exception, 1 of 7 teams (14%); by hand, 10 of 100 activities (10%). Of 1 team too little is known.',
  )
  expect(desirePathSentence(toDesirePath([], new Set(), new Map()))).toBe(
    'No team is eligible yet.',
  )
})

test('whatever the states, stations never widen and every leaver is drawn', () => {
  const state = fc.constantFrom(
    'adopted',
    'partial',
    'trying',
    'lapsed',
    'eligible',
    'excepted',
    'unknown',
    'not_eligible',
  )
  fc.assert(
    fc.property(fc.array(state, { maxLength: 60 }), (states) => {
      const path = toDesirePath(
        states.map((name, index) => aState(String(index), name)),
        new Set(states.map((_, index) => String(index)).filter((id) => Number(id) % 2 === 0)),
        new Map(),
      )
      const teams = path.stations.map((station) => station.teams)
      const left = (at: number) =>
        path.leavers
          .filter(({ station }) => station === at)
          .reduce((sum, leaver) => sum + leaver.teams, 0)
      const addsUp = [0, 1, 2].every((at) => (teams[at] ?? 0) - left(at) === teams[at + 1])
      const drawing = drawDesirePath(path)
      const isDrawn = !/NaN|Infinity/.test(JSON.stringify(drawing))
      return addsUp && isDrawn && drawing.leavers.length === path.leavers.length
    }),
  )
})
