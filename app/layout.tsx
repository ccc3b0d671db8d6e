import '#app/globals.css'
import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import { Brand } from '#app/brand.tsx'
import { appConfig } from '#app/configuration.ts'
import { Link } from '#app/link.tsx'
import { Screens } from '#app/screens.client.tsx'

export const metadata: Metadata = {
  title: { default: 'Desirepath', template: '%s · Desirepath' },
  robots: { index: false },
}

export const viewport: Viewport = { colorScheme: 'light dark' }

const SCREENS = [
  { href: '/', name: 'Home' },
  { href: '/golden-paths', name: 'Golden paths' },
  { href: '/teams', name: 'Teams' },
  { href: '/data', name: 'Data' },
]

export default async function RootLayout({ children }: LayoutProps<'/'>) {
  await connection()
  const { organisation } = appConfig()
  return (
    <html lang="en">
      <body>
        <a className="skip" href="#content">
          Skip to the content
        </a>
        {organisation.demonstration && <DemonstrationBanner />}
        <header className="masthead">
          <div className="frame">
            <Link className="brand" href="/">
              <Brand />
              Desirepath <span>{organisation.name}</span>
            </Link>
            <Screens screens={SCREENS} />
          </div>
        </header>
        <main className="frame" id="content" tabIndex={-1}>
          {children}
        </main>
        <footer className="foot">
          <p className="frame">
            Desirepath measures teams and paths, never a person. What is missing is said, and never
            counted as zero.
          </p>
        </footer>
      </body>
    </html>
  )
}

function DemonstrationBanner() {
  return (
    <aside className="banner" aria-label="Demonstration data">
      <p className="frame">
        <strong>Demonstration data</strong> of an invented organisation; remove it with{' '}
        <code>npx desirepath demo remove</code>.
      </p>
    </aside>
  )
}
