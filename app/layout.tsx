import '#app/globals.css'
import type { Metadata } from 'next'
import { connection } from 'next/server'
import { Brand } from '#app/brand.tsx'
import { appConfig } from '#app/configuration.ts'
import { fontVariables } from '#app/fonts.ts'
import { Keys } from '#app/keys.client.tsx'
import { Link } from '#app/link.tsx'
import { Navigation } from '#app/navigation.client.tsx'
import { Screens } from '#app/screens.client.tsx'
import { SCREENS } from '#app/screens.ts'
import { chosenTheme } from '#app/theme.ts'
import { ThemeButton } from '#app/theme-button.client.tsx'

export const metadata: Metadata = {
  title: { default: 'Desirepath', template: '%s · Desirepath' },
  robots: { index: false },
}

export default async function RootLayout({ children }: LayoutProps<'/'>) {
  await connection()
  const { organisation } = appConfig()
  const theme = await chosenTheme()
  return (
    <html lang="en" className={fontVariables} data-theme={theme}>
      <body>
        <a className="skip" href="#content">
          Skip to the content
        </a>
        <div className="layout">
          {organisation.demonstration && <DemonstrationBanner />}
          <header className="rail">
            <Link className="brand" href="/">
              <Brand />
              Desirepath
            </Link>
            <p className="organisation">{organisation.name}</p>
            <Screens screens={SCREENS} />
            <div className="rail-foot">
              <Keys />
              <ThemeButton chosen={theme} />
            </div>
          </header>
          <div className="page">
            <main id="content" tabIndex={-1}>
              {children}
            </main>
            <footer className="foot">
              <p>
                Desirepath measures teams and paths, never a person. What is missing is said, and
                never counted as zero.
              </p>
            </footer>
          </div>
        </div>
        <Navigation />
      </body>
    </html>
  )
}

function DemonstrationBanner() {
  return (
    <aside className="banner" aria-label="Demonstration data">
      <p>
        <strong>Demonstration data</strong> of an invented organisation; remove it with{' '}
        <code>npx desirepath demo remove</code>.
      </p>
    </aside>
  )
}
