import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { BROWSER_ARGUMENTS, findBrowser } from '#test/support/find-browser.ts'

/** `npm run screenshots -- --base http://127.0.0.1:3000 [address…]`: every screen of a running demonstration. */
const { values, positionals } = parseArgs({
  options: { base: { type: 'string', default: 'http://127.0.0.1:3000' } },
  allowPositionals: true,
})

const FOLDER = 'test-results/screens'
const SCREENS = [
  '/',
  '/?ev=ADO-02@path:deploy',
  '/golden-paths',
  '/golden-paths/deploy',
  '/golden-paths/developer-portal',
  '/teams',
  '/teams/journey-planner',
  '/metrics',
  '/metrics/ADO-02?path=deploy',
  '/review',
  '/review/2026-Q3',
  '/surveys',
  '/surveys/survey-4',
  '/support',
  '/governance',
  '/data',
  '/data/mapping',
  '/search?q=payments',
  '/nowhere',
]
const WIDTHS = [390, 1440]

const executablePath = findBrowser()
const browser = await chromium.launch({
  args: BROWSER_ARGUMENTS,
  ...(executablePath !== undefined && { executablePath }),
})
await mkdir(FOLDER, { recursive: true })
for (const address of positionals.length > 0 ? positionals : SCREENS) {
  for (const width of WIDTHS) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
      await page.goto(`${values.base}${address}`)
      await page.waitForLoadState('networkidle')
      const name = address.replaceAll(/\W+/g, '-').replace(/^-|-$/g, '') || 'outcomes'
      const path = `${FOLDER}/${name}-${width}-${colorScheme}.png`
      // A panel over the page is as tall as the window.
      await page.screenshot({ path, fullPage: !address.includes('ev=') })
      await page.close()
    }
  }
}
await browser.close()
