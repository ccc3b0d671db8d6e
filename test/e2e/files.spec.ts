import { expect, test } from '@playwright/test'
import { ADDRESSES } from '#test/e2e/seeded.ts'

for (const address of ADDRESSES) {
  test(`what ${address} shows as a table or a chart can be had as a file`, async ({
    page,
    request,
  }) => {
    await page.goto(address)
    const without = await page.locator('main table, main figure.chart').evaluateAll((shown) =>
      shown
        .filter((one) => {
          const near = one.closest('.section')?.querySelector('a.csv') ?? null
          return near === null && document.querySelector('main p > a.csv') === null
        })
        .map((one) => one.querySelector('caption, figcaption')?.textContent),
    )
    expect(without).toEqual([])
    const files = await page
      .locator('main a.csv')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
    for (const file of new Set(files)) {
      const answer = await request.get(file)
      expect([file, answer.status()]).toEqual([file, 200])
      const lines = (await answer.text()).split('\n')
      expect(lines[1], file).toMatch(/^# as of /)
      expect(
        lines.find((line) => !line.startsWith('#')),
        file,
      ).toContain(',')
    }
  })
}

test('the rows of a figure are in its file, each in its set', async ({ request }) => {
  const text = await (await request.get('/export/evidence.csv?ev=ADO-02@path:http-service')).text()
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const inSet = (set: string) => rows.filter((row) => row.startsWith(`${set},`)).length
  expect([inSet('counted'), inSet('not_counted'), inSet('unknown')]).toEqual([5, 4, 1])
})

test('the checks of a team are in its file', async ({ request }) => {
  const text = await (await request.get('/export/checks.csv?team=checkout')).text()
  expect(text).toContain('\ncheckout,checkout-api,')
})
