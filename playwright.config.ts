import { defineConfig } from '@playwright/test'
import { BROWSER_ARGUMENTS, findBrowser } from '#test/support/find-browser.ts'

const PORT = 3100
const EMPTY_PORT = 3101
const executablePath = findBrowser()

/** What `start` serves the production build with; the configuration decides what it shows. */
const server = (port: number, configuration: string, before = '') => ({
  command: `${before}node bin/desirepath.ts pages --port ${port}`,
  env: { DESIREPATH_CONFIG: configuration, TZ: 'Pacific/Auckland' },
  port,
  reuseExistingServer: false,
})

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/browser',
  fullyParallel: true,
  // A loaded machine may be late once; what passes only then is told as flaky.
  retries: 1,
  // Some open every number of a page, one after the other.
  timeout: 180_000,
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    launchOptions: {
      args: BROWSER_ARGUMENTS,
      ...(executablePath !== undefined && { executablePath }),
    },
  },
  metadata: { emptyURL: `http://127.0.0.1:${EMPTY_PORT}` },
  webServer: [
    server(PORT, 'test/e2e/desirepath.yaml', 'node test/e2e/seed.ts && '),
    server(EMPTY_PORT, 'test/e2e/empty.yaml'),
  ],
})
