import { expect, test } from 'vitest'
import { ROUTES } from '#app/api/routes.ts'
import { addPath, addTeam } from '#test/support/adoption.ts'
import { servedDatabase } from '#test/support/served.ts'

const FIGURE = 'ev=ADO-04@path:http-service'

async function anApp() {
  const served = await servedDatabase()
  await addPath(served.db)
  await addTeam(served.db, 'payments')
  const ask = async (address: string) => {
    const answer = await served.get(`/api/v1/${address}`)
    const { detail } = (await answer.json()) as { detail?: string } // Of a problem alone.
    return { status: answer.status, detail }
  }
  return { ask, get: served.get }
}

const SPAN = ', such as 13w, 2026-Q3 or 2026-07-01..2026-09-30'
const METRIC = 'ev: no "ADO-99"; did you mean ADO-09?'

/** What is asked for, and how the detail begins. */
const REFUSED: readonly (readonly [address: string, detail: string])[] = [
  ...['figures', 'series', 'comparisons', 'explanations'].flatMap((route) =>
    (
      [
        ['', 'ev: names no figure; expected a figure: ADO-02@path:deploy'],
        ['ev=nothing', 'ev: "nothing" means nothing here; expected a figure: '],
        ['ev=ADO-99@path:http-service', METRIC],
        ['ev=ADO-04@path:nowhere', 'ev: path: no "nowhere"; known are http-service'],
        ['ev=ADO-04@path:http-servce', 'ev: path: no "http-servce"; did you mean http-service?'],
        ['ev=ADO-04@path:http-service,team:shop', 'ev: team: no "shop"; known are payments'],
        ['ev=DQ-01@source:clones', 'ev: source: no "clones"; '],
        ['ev=ADO-99@path:x,team:y', 'ev: no "ADO-99"; did you mean ADO-09?, path: no "x"; '],
        ['ev=ADO-04@path:a,path:b', 'ev: "ADO-04@path:a,path:b" means nothing here; '],
        ['ev=ADO-04@place:a', 'ev: "ADO-04@place:a" means nothing here; '],
        [
          `${FIGURE},window:2026-Q9`,
          `ev: window: "2026-Q9" is no span of time that has begun${SPAN}`,
        ],
        [
          `${FIGURE},window:2998-Q1`,
          `ev: window: "2998-Q1" is no span of time that has begun${SPAN}`,
        ],
        [`${FIGURE},window:soon`, `ev: window: "soon" is no span of time that has begun${SPAN}`],
        [`${FIGURE},step:adopted`, 'ev: ADO-04 has no cells by step'],
        ['ev=ADO-07@path:http-service,step:slept', 'ev: step: no "slept"; known are attempted, '],
        ['ev=ADO-06@path:http-service,weeks:5', 'ev: weeks: no "5"; known are 4, 8, 12, 26'],
        ['ev=SUP-03@path:http-service,type:joke', 'ev: type: no "joke"; known are how_to, '],
        [`${FIGURE}&${FIGURE}`, 'ev: is named more than once'],
        [
          `${FIGURE}&range=2026-Q9`,
          'range: "2026-Q9" means nothing here; expected a span of time: ',
        ],
        [`${FIGURE}&range=2998`, 'range: "2998" means nothing here; expected a span of time: '],
        [`${FIGURE}&asof=2998-01-01`, 'asof: "2998-01-01" means nothing here; expected what was'],
        [`${FIGURE}&asof=yesterday`, 'asof: "yesterday" means nothing here; expected what was'],
        [`${FIGURE}&colour=red`, 'colour: no such parameter here; known are ev, asof, range'],
      ] as const
    ).map(([query, detail]) => [`${route}?${query}`, detail] as const),
  ),
  ...['series', 'comparisons', 'explanations'].flatMap((route) =>
    ['2026-Q9', '2026-W99', '2026-13', '2998-Q1', 'tomorrow'].map(
      (cmp) =>
        [
          `${route}?${FIGURE}&cmp=${cmp}`,
          `cmp: "${cmp}" means nothing here; expected what`,
        ] as const,
    ),
  ),
  [`figures?${FIGURE}&cmp=prev`, 'cmp: no such parameter here; known are ev, asof, range'],
  [`series?${FIGURE}&bucket=decade`, 'bucket: "decade" means nothing here; expected of which'],
  ['measurements?path=nowhere', 'path: no "nowhere"; known are http-service'],
  ['measurements?path=', 'path: is empty; leave it out'],
  ['measurements?range=2026-Q9', 'range: "2026-Q9" means nothing here; '],
  ['golden-paths?in=group:nowhere', 'in: group:nowhere: no such group or team'],
  ['golden-paths?in=nowhere', 'in: "nowhere" means nothing here; expected whose teams: '],
  ['teams?in=team:nowhere', 'in: team:nowhere: no such group or team'],
  ['teams?asof=2998-01-01', 'asof: "2998-01-01" means nothing here; '],
  ['seals?range=13w', 'range: names no fiscal quarter, such as 2026-Q3'],
  ['surveys?range=soon', 'range: "soon" means nothing here; '],
  ['metrics?path=http-service', 'path: no such parameter here; it takes none'],
]

test('whatever means nothing, or that nobody knows, is refused by every route with the way out', async () => {
  const { ask } = await anApp()
  for (const [address, detail] of REFUSED) {
    const told = await ask(address)
    expect({ address, ...told, detail: told.detail?.slice(0, detail.length) }).toEqual({
      address,
      status: 400,
      detail,
    })
  }
  const routes = new Set(REFUSED.map(([address]) => `/api/v1/${address.split('?')[0]}`))
  expect([...routes].toSorted()).toEqual(Object.keys(ROUTES).toSorted())
})

test('several faults are told at once', async () => {
  const { ask } = await anApp()
  expect(await ask('comparisons?ev=ADO-04@path:nowhere&range=soon&cmp=2026-Q9')).toEqual({
    status: 400,
    detail: expect.stringMatching(/^ev: path: no "nowhere".*; cmp: "2026-Q9" .*; range: "soon" /),
  })
})

test('what is known and was never measured is an empty list', async () => {
  const { ask } = await anApp()
  for (const address of [
    `figures?${FIGURE}`,
    `figures?${FIGURE},team:payments,window:2025-Q3`,
    'figures?ev=ADO-07@path:http-service,step:adopted',
    `comparisons?${FIGURE},window:2025-Q3`,
    `series?${FIGURE}&bucket=month`,
    'measurements?path=http-service',
  ]) {
    expect({ address, ...(await ask(address)) }).toEqual({ address, status: 200 })
  }
})

test.each([
  ['metrics.csv?range=soon', 'range: "soon" means nothing here; expected a span of time: '],
  ['metrics.csv?asof=2998-01-01', 'asof: "2998-01-01" means nothing here; expected what was'],
  ['series.csv?ev=nothing', 'ev: "nothing" means nothing here; expected a figure: '],
  ['series.csv?ev=ADO-99@path:http-service', METRIC],
  ['evidence.csv?ev=ADO-04@path:nowhere', 'ev: path: no "nowhere"; known are http-service'],
  [`comparison.csv?${FIGURE}&cmp=tomorrow`, 'cmp: "tomorrow" means nothing here; expected what'],
  ['checks.csv?team=shop', 'team: no "shop"; known are payments'],
  ['exceptions.csv?path=http-servce', 'path: no "http-servce"; did you mean http-service?'],
  ['survey-figures.csv?source=clones', 'source: no "clones"; '],
  ['team-states.csv?in=group:nowhere', 'in: group:nowhere: no such group or team'],
  ['team-states.csv?sort=up', 'sort: "up" means nothing here'],
  ['runs.csv?path=', 'path: is empty; leave it out'],
  ['runs.csv?colour=red', 'colour: no such parameter here; known are path, team, source, '],
])('files refuse as the API does: %s', async (address, detail) => {
  const { get } = await anApp()
  const answer = await get(`/export/${address}`)
  const told = (await answer.json()) as { detail: string } // As every refusal is.
  expect(answer.status).toBe(400)
  expect(told.detail.slice(0, detail.length)).toBe(detail)
})

test('a file is had with all that a page may be asked for, also what it does not heed', async () => {
  const { get } = await anApp()
  const view = 'in=team:payments&asof=2026-01-05&range=2025-Q3&cmp=yoy'
  const kept =
    'path=http-service&team=payments&q=a&sort=metrics.name&bucket=month&present=1&slide=2'
  expect((await get(`/export/metrics.csv?${view}&${kept}`)).status).toBe(200)
})
