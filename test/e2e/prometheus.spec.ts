import { expect, test } from '@playwright/test'
import { daysAgo, MONDAY, weeksLater } from '#test/e2e/seeded.ts'
import { readExposition } from '#test/support/exposition.ts'

const DAY_SECONDS = 86_400

const PLAIN = {
  Accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5',
}

test('a scraper finds at /metrics the headlines that pages show', async ({ page, request }) => {
  const answer = await request.get('/metrics', { headers: PLAIN })
  expect(answer.headers()['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  const families = readExposition(await answer.text())
  const values = families.get('desirepath_headline_value')?.samples ?? []
  const ofService = values.find(
    ({ labels }) => labels['metric'] === 'ADO-01' && labels['path'] === 'http-service',
  )
  // Five of nine chose it, and no one was told to.
  expect(ofService?.value).toBeCloseTo(5 / 9, 12)
  const moments = families.get('desirepath_headline_as_of_timestamp_seconds')?.samples ?? []
  expect(
    moments.find(({ labels }) => labels['path'] === 'portal' && labels['metric'] === 'ADO-01')
      ?.value,
  ).toBe(MONDAY.getTime() / 1000)
  await page.goto('/')
  const column = page.getByRole('region', { name: 'Adoption', exact: true })
  await expect(column.locator('[data-metric="ADO-01"]')).toHaveCount(
    values.filter(({ labels }) => labels['metric'] === 'ADO-01' && !labels['team']).length,
  )
})

test('a figure that was never computed is absent, and so is that of a hidden group', async ({
  request,
}) => {
  const text = await (await request.get('/prometheus')).text()
  const families = readExposition(text)
  const named = families.get('desirepath_headline_value')?.samples.map(({ labels }) => labels)
  expect(named?.filter(({ metric }) => metric === 'GOV-01')).toEqual([])
  expect(named?.filter(({ metric }) => metric === 'SAT-01').map(({ path }) => path)).toEqual([
    'http-service',
  ])
  expect(text).not.toContain('elevation')
})

test('sources tell how fresh they are and how their last run ended', async ({ request }) => {
  const families = readExposition(await (await request.get('/prometheus')).text())
  const of = (name: string, source: string) =>
    families.get(name)?.samples.filter(({ labels }) => labels['source'] === source) ?? []
  const failed = of('desirepath_source_last_run', 'helpdesk').filter(({ value }) => value === 1)
  expect(failed.map(({ labels }) => labels['state'])).toEqual(['failed'])
  const [success] = of('desirepath_source_last_success_timestamp_seconds', 'helpdesk')
  expect(Math.abs((success?.value ?? 0) - daysAgo(35).getTime() / 1000)).toBeLessThan(DAY_SECONDS)
  const [scored] = families.get('desirepath_scored_as_of_timestamp_seconds')?.samples ?? []
  expect([MONDAY, weeksLater(MONDAY, 1)].map((at) => at.getTime() / 1000)).toContain(scored?.value)
})

test('a browser at /metrics gets what every number means', async ({ page }) => {
  await page.goto('/metrics')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What every number means')
})
