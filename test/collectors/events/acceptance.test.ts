import type { Database } from '#db/connection.ts'
import {
  acceptance,
  type CollectOptions,
  RUNS_APART,
  type Upstream,
} from '#test/collectors/acceptance.ts'
import { readSent, sendCloudEvents, sendRows } from '#test/support/received.ts'
import { aCloudEvent } from '#test/support/receiving.ts'

const NOBODY_ASKED = 'nobody is asked: others send'
const ROUTES = 'test/lib/commands/receive.test.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'events',
  start: async (options) => startSender(options),
  skips: {
    'T-C04': 'a cursor is a place in a list, not a time',
    'T-C05': NOBODY_ASKED,
    'T-C06': NOBODY_ASKED,
    'T-C07': `a body that is cut is never acknowledged: ${ROUTES}`,
    'T-C08': `${NOBODY_ASKED}; who sends too slowly is given up: test/lib/request-body.test.ts`,
    'T-C09': 'what was sent stays as it is until it is read',
    'T-C10': 'events that come late or twice: test/collectors/events/cdevents.test.ts',
    'T-C11': 'no clock decides what is read',
    'T-C12': 'an event names things by their ids',
    'T-C13': 'an event of another shape is put aside: test/collectors/events/cdevents.test.ts',
    'T-C14': `a body that is too large is refused: ${ROUTES}`,
    'T-C16': NOBODY_ASKED,
    'T-C17': NOBODY_ASKED,
    'T-C18': NOBODY_ASKED,
    'T-C19': NOBODY_ASKED,
    'T-C20': 'belongs to the lease that every run holds: test/db/leases.test.ts',
    'T-C21': RUNS_APART,
    'T-C22': 'belongs to the pages, which read published measurements only: test/e2e/data.spec.ts',
    'T-C23': 'there is no source that could fail: what was not sent is not there',
  },
})

/** Several pages of events and rows, or one of each. Everything is sent before each run: what came before is known. */
function startSender({ few } = { few: false }): Upstream {
  const most = few ? 8 : 520
  const sent: ((db: Database) => Promise<unknown>)[] = [
    (db) => sendCloudEvents(db, toEvents(0, most)),
    (db) => sendRows(db, 'incidents', toIncidents(3), 'first'),
    (db) => sendCloudEvents(db, toEvents(most, 30)),
  ]
  let events = most + 30
  return {
    collect: async (db: Database, options: CollectOptions = {}) => {
      for (const send of sent) await send(db)
      return readSent(db, options)
    },
    tables: ['deployments', 'incidents'],
    evolve: (choice) => {
      const number = events
      events += 1
      sent.push((db) =>
        choice % 2 === 0
          ? sendRows(db, 'incidents', toIncidents(choice), `${number}`)
          : sendCloudEvents(db, toEvents(number, 1)),
      )
    },
    write: (text) => {
      const { data } = aCloudEvent('nasty')
      const subject = { ...data.subject, id: `nasty ${text}` }
      const event = aCloudEvent('nasty', { data: { ...data, subject } })
      sent.push((db) => sendCloudEvents(db, [event]))
    },
  }
}

const toEvents = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => aCloudEvent(`e${first + index}`))

const toIncidents = (count: number) =>
  Array.from({ length: (count % 5) + 1 }, (_, index) => ({
    id: `i${index}`,
    service_id: 'basket',
    detected_at: new Date(Date.UTC(2026, 4, 1) + count * 60_000).toISOString(),
  }))
