/** Fernhollow Transit: buses, trams and parcels of a region that does not exist. */
export const ORGANISATION = 'Fernhollow Transit'

/** Owner of every repository, on a host that cannot exist. */
export const OWNER = 'fernhollow'
export const HOST = 'git.fernhollow.example'

export type Unit = 'journeys' | 'operations' | 'parcels' | 'enterprise' | 'platform'
export type Workload = 'http' | 'batch' | 'stream' | 'frontend' | 'tooling'

export interface Team {
  readonly id: string
  readonly name: string
  readonly unit: Unit
  readonly kind: 'stream' | 'platform' | 'enabling'
  /** Weeks before the end that it was formed; null: before the history begins. */
  readonly formed: number | null
  readonly services: readonly Service[]
}

export interface Service {
  /** Also the name of its repository. */
  readonly id: string
  readonly workload: Workload
}

const WORKLOADS: Readonly<Record<string, Workload>> = {
  h: 'http',
  b: 'batch',
  s: 'stream',
  f: 'frontend',
  t: 'tooling',
}

/** Name, then services as `workload:service`. */
const STREAM_TEAMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  journeys: {
    'journey-planner': 'h:journey-planner-api h:route-engine b:route-precompute',
    'trip-search': 'h:trip-search-api b:trip-index h:trip-suggestions',
    'live-departures': 'h:departures-api s:departures-feed f:departures-board',
    'mobile-app': 'h:mobile-gateway h:mobile-config f:mobile-web',
    'web-booking': 'f:booking-web h:booking-api h:basket',
    'ticket-shop': 'f:ticket-shop-web h:ticket-issuing b:ticket-archive',
    fares: 'h:fare-engine b:fare-tables h:fare-caps f:fare-admin',
    payments: 'h:payment-gateway b:payment-settlement s:payment-ledger',
    refunds: 'h:refund-api b:refund-batch',
    loyalty: 'h:loyalty-api s:loyalty-points f:loyalty-web',
    'customer-accounts': 'h:account-api f:account-web h:consent-store',
    notifications: 'h:notification-api s:push-sender b:mail-sender',
    'passenger-support': 'f:help-centre h:contact-api',
  },
  operations: {
    timetable: 'h:timetable-api b:timetable-import f:timetable-editor',
    'crew-rostering': 'h:roster-api b:roster-solver f:roster-web',
    'fleet-tracking': 's:vehicle-positions h:fleet-api f:fleet-map',
    'depot-systems': 'h:depot-api b:depot-planner b:fuel-log',
    'signal-feeds': 's:signal-adapter b:signal-archive h:signal-api',
    'disruption-desk': 'h:disruption-api f:disruption-console h:alert-composer',
    'maintenance-planning': 'h:work-orders b:parts-forecast h:inspection-api',
    'energy-metering': 's:meter-ingest b:meter-reports h:energy-api',
    'station-displays': 'h:display-content s:display-player h:station-audio',
    'passenger-counting': 's:counter-ingest h:occupancy-api b:occupancy-model',
    'weather-desk': 's:weather-adapter h:weather-api',
  },
  parcels: {
    'parcel-intake': 'h:parcel-api b:label-printer',
    'parcel-routing': 'h:parcel-router s:parcel-events',
    'parcel-lockers': 'h:locker-api f:locker-web',
  },
  enterprise: {
    'finance-ledger': 'h:ledger-api b:ledger-close b:ledger-export',
    invoicing: 'h:invoice-api b:invoice-render',
    procurement: 'h:procurement-api f:supplier-portal',
    identity: 'h:identity-provider h:session-store b:directory-sync',
    'document-store': 'h:document-api b:document-index',
    'partner-api': 'h:partner-gateway h:partner-onboarding f:partner-docs',
    'open-data': 'h:open-data-api b:open-data-export',
    reporting: 'h:report-api b:report-builder f:report-web',
    'data-warehouse': 'b:warehouse-load b:warehouse-quality s:event-collector',
    forecasting: 'b:demand-forecast h:demand-api',
    'geo-services': 'h:geocoder h:tile-server b:map-import',
  },
}

const FORMED: Readonly<Record<string, number>> = {
  'open-data': 84,
  'weather-desk': 58,
  forecasting: 41,
}

/** Services that began after their team, in weeks before the end. */
const BEGAN: Readonly<Record<string, number>> = {
  'trip-suggestions': 72,
  'event-collector': 64,
  'mobile-config': 60,
  'alert-composer': 55,
  'consent-store': 48,
  'partner-onboarding': 38,
  'demand-api': 22,
}

/** All 40, in a fixed order. */
export const TEAMS: readonly Team[] = [
  ...Object.entries(STREAM_TEAMS).flatMap(([unit, teams]) =>
    Object.entries(teams).map(([id, services]) => toStreamTeam(unit as Unit, id, services)),
  ),
  {
    id: 'platform-delivery',
    name: 'Platform delivery',
    unit: 'platform',
    kind: 'platform',
    formed: null,
    services: toServices('t:service-template t:deploy-pipeline t:frontend-kit'),
  },
  {
    id: 'reliability-practice',
    name: 'Reliability practice',
    unit: 'platform',
    kind: 'enabling',
    formed: 70,
    services: [],
  },
]

/** The teams that the golden paths are for. */
export const STREAM: readonly Team[] = TEAMS.filter(({ kind }) => kind === 'stream')

/** In nobody's catalogue, as such repositories are. */
export const UNOWNED: readonly Service[] = toServices(
  't:timetable-archive-tools t:fare-export-scripts t:map-sandbox',
)

/** Moved from its first team to the one whose catalogue entry holds it today. */
export const TRANSFER = {
  serviceId: 'station-audio',
  from: 'disruption-desk',
  to: 'station-displays',
  weeksAgo: 46,
}

/** Weeks before the end at which a service's repository begins; null: before the history does. */
export const beganWeeksAgo = (team: Team, service: Service): number | null =>
  BEGAN[service.id] ?? team.formed

function toStreamTeam(unit: Unit, id: string, services: string): Team {
  const name = id.charAt(0).toUpperCase() + id.slice(1).replaceAll('-', ' ')
  const formed = FORMED[id] ?? null
  return { id, name, unit, kind: 'stream', formed, services: toServices(services) }
}

function toServices(text: string): Service[] {
  return text.split(' ').map((entry) => {
    const [letter = '', id = ''] = entry.split(':')
    const workload = WORKLOADS[letter]
    if (workload === undefined) throw new Error(`no workload is spelled ${letter}`)
    return { id, workload }
  })
}
