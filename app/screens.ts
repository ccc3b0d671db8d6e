/** Every screen that the rail and the palette offer. */
export interface ScreenLink {
  readonly href: string
  readonly name: string
  /** Keys that lead there: `g o`. */
  readonly keys?: string
  /** On a phone, behind “More”. */
  readonly isMinor?: true
  /** Hangs below the one before. */
  readonly isBelow?: true
}

export const SCREENS: readonly ScreenLink[] = [
  { href: '/', name: 'Outcomes', keys: 'g o' },
  { href: '/support', name: 'Support', isMinor: true, isBelow: true },
  { href: '/golden-paths', name: 'Golden paths', keys: 'g p' },
  { href: '/teams', name: 'Teams', keys: 'g t' },
  { href: '/review', name: 'Review', keys: 'g r' },
  { href: '/surveys', name: 'Surveys', isMinor: true },
  { href: '/governance', name: 'Governance', isMinor: true },
  { href: '/data', name: 'Data', keys: 'g d', isMinor: true },
  { href: '/data/mapping', name: 'Mapping', isMinor: true, isBelow: true },
  { href: '/metrics', name: 'Metrics', isMinor: true },
]
