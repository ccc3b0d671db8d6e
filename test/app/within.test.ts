import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { findWithin, isWithin, listGroups } from '#app/within.ts'
import type { Team } from '#lib/queries/teams.ts'
import { addTeam } from '#test/support/adoption.ts'
import { servedDatabase } from '#test/support/served.ts'

const team = (id: string, parentId: string | null = null): Team => ({
  id,
  name: id.toUpperCase(),
  kind: null,
  parentId,
  activeFrom: null,
  activeTo: null,
})
const TEAMS = [team('tribe'), team('squad', 'tribe'), team('crew', 'squad'), team('solo', 'guild')]
const idsOf = (text: string) => [...(findWithin(TEAMS, text)?.teamIds ?? [])]

test('a group is itself with all teams below it, a team is only itself', () => {
  expect(idsOf('group:tribe')).toEqual(['tribe', 'squad', 'crew'])
  expect(idsOf('team:tribe')).toEqual(['tribe'])
  expect(findWithin(TEAMS, 'group:tribe')?.name).toBe('TRIBE')
})

test('a group of which only its teams speak is known by their word', () => {
  expect(findWithin(TEAMS, 'group:guild')).toEqual({
    text: 'group:guild',
    name: 'guild',
    teamIds: new Set(['guild', 'solo']),
  })
  expect(listGroups(TEAMS)).toEqual([
    { id: 'guild', name: 'guild' },
    { id: 'squad', name: 'SQUAD' },
    { id: 'tribe', name: 'TRIBE' },
  ])
})

test('what nobody knows, and what has no team below it, is no group', () => {
  expect(['group:nowhere', 'group:crew', 'team:guild', 'tribe'].map(idsOf)).toEqual([
    [],
    [],
    [],
    [],
  ])
})

test('teams that are each below the other are met once', () => {
  const circle = [team('a', 'b'), team('b', 'a')]
  expect([...(findWithin(circle, 'group:a')?.teamIds ?? [])]).toEqual(['a', 'b'])
})

test('what is of no team is of the whole organisation only', () => {
  expect([isWithin(null, null), isWithin(findWithin(TEAMS, 'team:solo'), null)]).toEqual([
    true,
    false,
  ])
})

test('the interface and the file keep to a group, and refuse one that nobody knows', async () => {
  const { db, get } = await servedDatabase()
  await addTeam(db, 'payments', { parent_id: 'commerce' })
  await addTeam(db, 'search')
  const told = await (await get('/api/v1/teams?in=group:commerce')).json()
  expect(told.items.map(({ id }: { id: string }) => id)).toEqual(['payments'])
  const file = await (await get('/export/team-states.csv?in=group:commerce')).text()
  expect(parse(file, { comment: '#' }).slice(1)).toEqual([['payments']])
  const refused = await get('/api/v1/teams?in=group:nowhere')
  expect([refused.status, (await refused.json()).detail]).toEqual([
    400,
    'in: group:nowhere: no such group or team',
  ])
  expect((await get('/export/team-states.csv?in=group:nowhere')).status).toBe(400)
})

test('a file whose rows are of the whole organisation says so where a group is asked for', async () => {
  const { db, get } = await servedDatabase()
  await addTeam(db, 'payments', { parent_id: 'commerce' })
  const file = await (await get('/export/runs.csv?in=group:commerce')).text()
  expect(file).toContain('# of the whole organisation, not of commerce alone\n')
  expect(await (await get('/export/runs.csv')).text()).not.toContain('whole organisation')
})
