import { expect, type Page, test } from '@playwright/test'
import { expectRowsBehind, headlines, rowsOf, tableOf } from '#test/e2e/reading.ts'
import { ADDRESSES, emptyURL, SEALED_QUARTER } from '#test/e2e/seeded.ts'

const drawer = (page: Page) => page.getByRole('dialog')
const QUARTER = ADDRESSES.find((address) => address.startsWith('/review/')) ?? ''

test.describe('the platform team', () => {
  test('reads how adoption stands, and what limits that, in the first sentence', async ({
    page,
  }) => {
    await page.goto('/')
    // Environments 55 % and service 56 % are neither; the portal is on track, the kit off.
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(
      'Total adoption is on track on 1 of 4 golden paths, and off track on Observability kit.',
    )
    await expect(page.locator('.lead')).toContainText(
      'of up to 1 team on a path too little is known',
    )
    await expect(page.locator('.lead')).toContainText('clones and helpdesk could not be read')
  })

  test('sees the ways people take, each as wide as its share, and the same in words', async ({
    page,
  }) => {
    await page.goto('/?path=http-service')
    const figure = page.getByRole('figure', { name: 'The ways that teams take' })
    // Nine eligible; identity tried, adopted and left; five adopted, elevation 10 weeks ago.
    await expect(figure.locator('.teams')).toHaveText(['9', '6', '5', '4'])
    await expect(figure).toContainText('3 not using it')
    await expect(figure).toContainText('1 for less than 12 weeks')
    await expect(figure).toContainText('1 left it again')
    // Of nine teams with eight changes each, identity went another pipeline and three others some
    // way that nobody knows; one copy drifted of five; one team of ten is exempt.
    for (const track of [
      'another pipeline, 8 of 72 activities (11%)',
      'by a way not known, 24 of 72 activities (33%)',
    ]) {
      await expect(figure.locator('figcaption')).toContainText(track)
    }
    await expect(figure.locator('figcaption')).toContainText('copied, and drifted, 1 of 5 services')
    await expect(figure.locator('figcaption')).toContainText('under an exception, 1 of 10 teams')
  })

  test('opens the rows of a figure beside the page, and they add up', async ({ page }) => {
    await page.goto('/')
    for (const index of [0, 5, 10]) {
      await page.goto('/')
      await expectRowsBehind(page, headlines(page).nth(index))
      await expect(drawer(page)).toBeVisible()
    }
  })

  test('finds what belongs to nobody in two steps', async ({ page }) => {
    await page.goto('/')
    await page
      .getByRole('region', { name: 'What is in no figure' })
      .locator('a[href^="/data/mapping"]')
      .first()
      .click()
    await expect(page).toHaveURL(/\/data\/mapping/)
    await expect(page.getByRole('heading', { name: /^Repositories of no service/ })).toBeVisible()
  })
})

test.describe('leadership', () => {
  test('reads the newest review from the list of reviews', async ({ page }) => {
    await page.goto('/review')
    await page.locator('.quarters a').nth(1).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Platform review, Q\d \d{4}$/)
    for (const name of ['Six areas', 'Adoption of each path', 'What changed', 'Risks']) {
      await expect(page.getByRole('heading', { name })).toBeVisible()
    }
    await expect(page.getByText(/^Draft:/)).toBeVisible()
  })

  test('reads of a sealed quarter what was said, and what has been restated since', async ({
    page,
  }) => {
    await page.goto('/review')
    const sealed = page.locator('.quarters li').nth(2)
    await expect(sealed).toHaveText(/, sealed on \d+ \w+ \d{4}$/)
    await sealed.getByRole('link').click()
    await expect(page).toHaveURL(new RegExp(`/review/${SEALED_QUARTER}$`))
    await expect(page.getByText(/^Sealed on /)).toBeVisible()
    await page.getByRole('link', { name: /^\d+ figures restated since$/ }).click()
    const restated = page.getByRole('region', { name: 'Restated since it was sealed' })
    const adoption = restated
      .getByRole('listitem')
      .filter({ hasText: /^Total adoption rate, Standard HTTP/ })
    const [, then, of, today, ofToday] =
      /\((\d+) of (\d+) teams\), now .*\((\d+) of (\d+) teams\)/.exec(
        (await adoption.textContent()) ?? '',
      ) ?? []
    // Accounts had been on it, and nobody had read so.
    expect([Number(today), ofToday]).toEqual([Number(then) + 1, of])
    const byPath = await rowsOf(
      tableOf(page, 'Shares of the teams that are eligible; paths by name'),
    )
    expect(byPath.find(([path]) => path === 'Standard HTTP service')?.[2]).toBe(
      `${then} of ${of} teams`,
    )
  })

  test('prints it on at most eight pages, without what only a screen can do', async ({ page }) => {
    await page.goto(QUARTER)
    await page.emulateMedia({ media: 'print' })
    await expect(page.getByRole('navigation', { name: 'Screens' })).toBeHidden()
    const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true })
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0
    expect(pages).toBeGreaterThan(0)
    expect(pages).toBeLessThanOrEqual(8)
  })

  test('presents it part by part, by key, and the address says which', async ({ page }) => {
    await page.goto(QUARTER)
    await page.getByRole('link', { name: 'Present, part by part' }).click()
    await expect(page).toHaveURL(/[?&]present=1$/)
    await expect(page.locator('html[data-keys]')).toBeAttached()
    await expect(page.getByRole('navigation', { name: 'Screens' })).toBeHidden()
    await expect(page.getByText(/^Draft:/)).toBeVisible()
    const shown = page.locator('main > .section').filter({ visible: true })
    await expect(shown).toHaveCount(0)
    const size = () => page.evaluate(() => getComputedStyle(document.documentElement).fontSize)
    await page.setViewportSize({ width: 1920, height: 1080 })
    expect(Number.parseFloat(await size())).toBeGreaterThan(20)

    await page.keyboard.press('ArrowRight')
    await expect(page).toHaveURL(/present=1&slide=2$/)
    await expect(shown.locator('> h2')).toHaveText(['Six areas'])
    await expect(page).toHaveTitle(/^Six areas · Review of Q\d \d{4} · Desirepath$/)
    await page.keyboard.press('ArrowRight')
    await expect(shown.locator('> h2')).toHaveText(['Adoption of each path'])
    await page.keyboard.press('Space')
    await expect(shown.locator('> h2')).toHaveText(['The ways people take'])
    await page.keyboard.press('ArrowLeft')
    await expect(shown.locator('> h2')).toHaveText(['Adoption of each path'])

    await shown.locator('[data-metric] a').first().click()
    await expect(drawer(page)).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(drawer(page)).toBeHidden()
    await expect(page).toHaveURL(/present=1&slide=3$/)
    await page.keyboard.press('Escape')
    await expect(page).not.toHaveURL(/present|slide/)
  })

  test('a part that does not fit is read to its end before Space goes on', async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 400 })
    await page.goto(`${QUARTER}?present=1&slide=2`)
    await expect(page.locator('html[data-keys]')).toBeAttached()
    await page.keyboard.press('Space')
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(0)
    await expect(page).toHaveURL(/slide=2$/)
    await page.keyboard.press('End')
    await expect(async () => {
      await page.keyboard.press('Space')
      await expect(page).toHaveURL(/slide=3$/, { timeout: 1000 })
    }).toPass()
  })

  test('a part that there is not says so', async ({ page }) => {
    await page.goto(`${QUARTER}?present=1&slide=40`)
    await expect(page.getByRole('status')).toContainText(
      'The address asks for slide=40, which is no part of this page.',
    )
    await expect(page.getByText(/^1 of \d+$/)).toBeVisible()
  })

  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false })

    test('reads the parts of a presentation one below the other', async ({ page }) => {
      await page.goto(`${QUARTER}?present=1&slide=3`)
      await expect(page.getByRole('navigation', { name: 'Screens' })).toBeHidden()
      for (const name of ['Six areas', 'Adoption of each path', 'What changed', 'Risks']) {
        await expect(page.getByRole('heading', { name })).toBeVisible()
      }
      await page.getByRole('link', { name: 'Leave' }).click()
      await expect(page).not.toHaveURL(/present|slide/)
    })
  })

  test('a quarter that nobody knows yet is not found', async ({ page }) => {
    expect((await page.goto('/review/2999-Q1'))?.status()).toBe(404)
    expect((await page.goto('/review/lately'))?.status()).toBe(404)
  })
})

test.describe('a service team', () => {
  test('sees its level and the next thing that helps', async ({ page }) => {
    await page.goto('/teams/checkout')
    const section = page.getByRole('region', { name: 'Ready for production' })
    // The seed names no tier.
    await expect(section).toContainText('No level yet, 1 of 2 to bronze')
    await expect(section).toContainText('Add what is missing to its entry in the catalogue.')
    await expect(section).toContainText('checkout-api: tier not given')
  })

  test('sees every check, what is announced, and what nobody knows', async ({ page }) => {
    await page.goto('/teams/checkout')
    const section = page.getByRole('region', { name: 'Ready for production' })
    await section.getByText('Every check').click()
    const checks = section.getByRole('table')
    await expect(checks.getByRole('row', { name: /^Is deployed now and then/ })).toContainText(
      'Unknown',
    )
    await expect(checks.getByRole('row', { name: /^Has not drifted/ })).toContainText(
      'drifted http-service',
    )
    await expect(checks.getByRole('row', { name: /^Is up to date/ })).toContainText('announced')
  })
})

test.describe('the drawer', () => {
  test('has an address, takes the focus, closes by key and gives the focus back', async ({
    page,
  }) => {
    await page.goto('/golden-paths')
    const number = headlines(page).first()
    await number.focus()
    await page.keyboard.press('Enter')
    await expect(drawer(page)).toBeVisible()
    await expect(page).toHaveURL(/ev=ADO-02@path:/)
    await expect(drawer(page).getByRole('link', { name: 'Close' })).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(drawer(page)).toHaveCount(0)
    await expect(page).toHaveURL('/golden-paths')
    await expect(number).toBeFocused()
  })

  test('opens from its address, and shows what was left out on a page of its own', async ({
    page,
  }) => {
    await page.goto('/golden-paths?ev=ADO-02@path:http-service')
    await expect(drawer(page)).toContainText('5 counted, of 9')
    await drawer(page)
      .getByRole('link', { name: /^Left out/ })
      .click()
    await expect(
      drawer(page).getByRole('region', { name: 'Left out: under an exception', exact: true }),
    ).toBeVisible()
    await expect(page).toHaveURL(/evtab=excluded/)
  })

  test.describe('without a script', () => {
    test.use({ javaScriptEnabled: false })
    test('opens and closes all the same', async ({ page }) => {
      await page.goto('/golden-paths')
      await headlines(page).first().click()
      await expect(page.locator('dialog')).toContainText('The rows behind it')
      await page.locator('dialog').getByRole('link', { name: 'Close' }).click()
      await expect(page.locator('dialog')).toHaveCount(0)
    })
  })
})

/** Keys are heard once the page's script has run. */
async function openForKeys(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await expect(page.locator('html[data-keys="heard"]')).toBeAttached()
}

test.describe('keys', () => {
  test('the palette leads to a team by the name of its repository', async ({ page }) => {
    await openForKeys(page, '/')
    await page.keyboard.press('Control+k')
    const palette = page.getByRole('dialog', { name: 'Go to' })
    await palette.getByRole('combobox').fill('checkout-api')
    await expect(palette.getByRole('option').first()).toContainText('checkout-api (checkout)')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Checkout')
  })

  test('two keys lead to a screen, and one changes what is compared', async ({ page }) => {
    await openForKeys(page, '/')
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Teams')
    await page.keyboard.press('x')
    await expect(page).toHaveURL('/teams?cmp=off')
    await page.keyboard.press('[')
    await expect(page).toHaveURL(/range=\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}/)
  })

  test('while a reader types, letters are letters', async ({ page }) => {
    await openForKeys(page, '/search')
    await page.keyboard.press('/')
    await expect(page.getByRole('searchbox')).toBeFocused()
    await page.keyboard.type('gt?')
    await expect(page.getByRole('searchbox')).toHaveValue('gt?')
    await expect(page).toHaveURL('/search')
  })

  test('all keys are on one sheet', async ({ page }) => {
    await openForKeys(page, '/')
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  })

  test('charts turn into tables and back', async ({ page }) => {
    await openForKeys(page, '/golden-paths/http-service')
    await page.keyboard.press('v')
    await expect(page.getByRole('table', { name: 'Adoption of Standard HTTP' })).toBeVisible()
    await page.keyboard.press('v')
    await expect(page.getByRole('table', { name: 'Adoption of Standard HTTP' })).toBeHidden()
  })
})

test('what a number means is one press away', async ({ page }) => {
  await page.goto('/golden-paths/http-service')
  await page.getByRole('button', { name: 'What “Drift rate” means' }).click()
  await expect(page.locator('.panel:popover-open')).toContainText('Misleads when')
})

test('dark colours are kept from page to page, and come with the first answer', async ({
  page,
}) => {
  await page.goto('/')
  await page.getByRole('button', { name: /^Colours/ }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  const answer = await page.request.get('/teams')
  expect(await answer.text()).toContain('data-theme="dark"')
})

test.describe('an address', () => {
  const BROKEN = [
    'range=soon',
    'range=0w',
    'range=2999',
    'cmp=rivals',
    'ev=nothing',
    'ev=ADO-02@person:me',
    'evtab=all',
    'page=-1',
    'sort=drop table',
    'q=',
    'asof=1e309',
    'range=13w&range=26w',
    'path=%00',
    'team=%3Cscript%3E',
    'source=..%2F..',
  ]
  for (const query of BROKEN) {
    test(`that asks for ${query} still shows the page, and says what it left out`, async ({
      page,
    }) => {
      const response = await page.goto(`/teams?${query}`)
      expect(response?.status()).toBe(200)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Teams')
      const name = query.split('=')[0] ?? ''
      const notices = page.getByRole('status').filter({ hasText: `${name}=` })
      await expect(notices).toHaveCount(query === 'q=' || query.startsWith('source=') ? 0 : 1)
    })
  }
})

test.describe('files and machines', () => {
  test('a table as a file has the rows of the screen, under the same filter', async ({ page }) => {
    await page.goto('/teams')
    const shown = (await rowsOf(tableOf(page, 'State of each team'))).map(([team]) => team)
    const file = await page.request.get('/export/team-states.csv')
    const names = (text: string) =>
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .slice(1)
        .map((line) => line.split(',')[0])
    expect(names(await file.text())).toEqual(shown)
    const filtered = await page.request.get('/export/team-states.csv?q=check')
    expect(names(await filtered.text())).toEqual(['Checkout'])
  })

  test('a file is refused by name of the parameter that means nothing', async ({ request }) => {
    const answer = await request.get('/export/team-states.csv?range=soon')
    expect(answer.status()).toBe(400)
    expect((await answer.json()).detail).toMatch(
      /^range: "soon" means nothing here; expected a span of time: 28d, /,
    )
    expect((await request.get('/export/secrets.csv')).status()).toBe(404)
  })

  test('the API answers with the figure of the screen, and 304 while it stands', async ({
    request,
  }) => {
    const address = '/api/v1/figures?ev=ADO-02@path:http-service'
    const answer = await request.get(address)
    const { items } = await answer.json()
    expect(items).toMatchObject([{ numerator: 5, denominator: 9, status: 'ok' }])
    const known = (await request.get('/api/v1/metrics')).headers()['etag'] ?? ''
    const again = await request.get('/api/v1/openapi.json')
    expect([known.length > 10, again.status()]).toEqual([true, 200])
  })

  test('the API names what it does not understand', async ({ request }) => {
    for (const query of ['range=soon', 'unknown=1', 'asof=never', 'path=a&path=b']) {
      const answer = await request.get(`/api/v1/measurements?${query}`)
      expect([query, answer.status()]).toEqual([query, 400])
      expect(answer.headers()['content-type']).toBe('application/problem+json')
      expect((await answer.json()).detail).toContain(query.split('=')[0])
    }
  })

  test('badges tell level and adoption, to people and to shields.io', async ({ request }) => {
    const svg = await request.get('/badge/golden-path/http-service.svg')
    expect(svg.headers()['content-type']).toContain('image/svg+xml')
    expect(svg.headers()['content-security-policy']).toContain('sandbox')
    expect(await svg.text()).toContain('56% adopted, 5 of 9 teams')
    const team = await request.get('/badge/team/checkout.json')
    expect(await team.json()).toMatchObject({ schemaVersion: 1, label: 'production readiness' })
    expect((await request.get('/badge/team/nobody.svg')).status()).toBe(404)
  })

  test('a server without a database is alive and not ready', async ({ request }) => {
    expect((await request.get('/livez')).status()).toBe(200)
    expect((await request.get('/readyz')).status()).toBe(200)
    expect((await request.get(`${emptyURL()}/livez`)).status()).toBe(200)
    expect((await request.get(`${emptyURL()}/readyz`)).status()).toBe(503)
  })
})

test.describe('the content security policy', () => {
  for (const address of ADDRESSES) {
    test(`of ${address} lets only its own scripts run, and nothing breaks it`, async ({ page }) => {
      const faults: string[] = []
      await page.exposeFunction('tellFault', (fault: string) => faults.push(fault))
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
          Reflect.get(window, 'tellFault')(`${violatedDirective} ${blockedURI}`),
        )
      })
      const response = await page.goto(address)
      await page.waitForLoadState('networkidle')
      const policy = response?.headers()['content-security-policy'] ?? ''
      const [, nonce = ''] = /'nonce-([^']+)'/.exec(policy) ?? []
      expect(policy).toContain("'strict-dynamic'")
      expect(policy).not.toMatch(/script-src[^;]*unsafe/)
      const others = await page
        .locator('script')
        .evaluateAll((all, own) => all.filter((one) => one.nonce !== own).length, nonce)
      expect([others, faults]).toEqual([0, []])
    })
  }

  test('has another nonce each time, also for a page that is not rendered anew', async ({
    request,
  }) => {
    const answers = await Promise.all([1, 2, 3].map(() => request.get('/golden-paths')))
    const nonces: string[] = []
    for (const answer of answers) {
      const told = `${JSON.stringify(answer.headers())} ${await answer.text()}`
      const own = told.match(/(?<=nonce[^0-9a-f]{1,6})[0-9a-f]{32}/g) ?? []
      expect(own.length).toBeGreaterThan(10)
      nonces.push(...new Set(own))
    }
    expect([nonces.length, new Set(nonces).size]).toEqual([3, 3])
  })

  test('is there where nothing is found', async ({ request }) => {
    const answer = await request.get('/no/such/page')
    expect([
      answer.status(),
      /nonce-/.test(answer.headers()['content-security-policy'] ?? ''),
    ]).toEqual([404, true])
  })

  test('lets charts be drawn', async ({ page }) => {
    await page.goto('/metrics/ADO-02?path=http-service')
    await expect(page.locator('.chart svg.recharts-surface').first()).toBeVisible()
    await expect(page.locator('.chart path.recharts-line-curve').last()).toHaveAttribute('d', /^M/)
  })
})
