import {
  beginningOf,
  chance,
  PATHS,
  type Story,
  spreadOver,
  teamsInOrder,
} from '#bin/demo/adoption-plan.ts'
import { minutesAfter, workMomentNear } from '#bin/demo/calendar.ts'
import { type Service, STREAM } from '#bin/demo/organisation.ts'
import { changedSince, MANAGED_FILES, type Publication } from '#bin/demo/publications.ts'
import { between, type Random, shuffled } from '#bin/demo/random.ts'
import type { Edit } from '#bin/demo/repository.ts'

/** A copy that says so itself has left the template. */
export const OPT_OUT = '# template: opted-out'
const OPTED_OUT = { service: 'inspection-api', adopts: 73, leaves: 24 }

/** Of two services only the quiet one tries it. */
const QUIET_TRIAL = { team: 'geo-services', service: 'tile-server', adopts: 15 }

type Care = 'follows' | 'drifts' | 'rarely' | 'never'

export interface TemplateCopy {
  /** Weeks before the end. */
  readonly adopts: number
  readonly care: Care
}

/** By service: copies that were taken, and what became of them. */
export function planTemplate(story: Story): Map<string, TemplateCopy> {
  const order = teamsInOrder(story, PATHS.template, [QUIET_TRIAL.team])
  const adopters = order.slice(0, Math.round(order.length * 0.66))
  const curve = { middle: 60, spread: 13, earliest: 100, latest: 9 }
  const weeks = spreadOver(adopters, curve)
  const copies = STREAM.flatMap(({ id, formed, services }) =>
    services
      .filter(({ workload }) => workload === 'http')
      .map((service) => ({
        service: service.id,
        adopts: adoption(id, service, weeks, beginningOf({ formed })),
      })),
  ).filter(({ adopts }) => adopts > 0)
  const cares = shuffled(chance(story, 'care for copies'), copies).map(({ service }) => service)
  return new Map(
    copies.map(({ service, adopts }) => [
      service,
      { adopts, care: toCare(cares.indexOf(service), copies.length) },
    ]),
  )
}

function adoption(
  team: string,
  service: Service,
  weeks: ReadonlyMap<string, number>,
  formed: number,
): number {
  if (service.id === OPTED_OUT.service) return OPTED_OUT.adopts
  if (service.id === QUIET_TRIAL.service) return QUIET_TRIAL.adopts
  return Math.min(weeks.get(team) ?? 0, formed - 2)
}

/** Few are kept current; most are behind, and many were edited in place. */
function toCare(position: number, count: number): Care {
  if (position < 4) return 'follows'
  if (position < count * 0.5) return 'drifts'
  return position < count * 0.8 ? 'rarely' : 'never'
}

export function templateEdits(
  story: Story,
  service: Service,
  use: { copy: TemplateCopy; begins: number; publications: readonly Publication[] },
): Edit[] {
  const { copy, begins, publications } = use
  const random = chance(story, `template ${service.id}`)
  const adopts = Math.min(begins - 0.5, copy.adopts - between(random, 0, 3))
  const at = workMomentNear(story.calendar, random, adopts)
  const taken = publications.findLast((publication) => publication.at < at)
  if (taken === undefined) throw new Error('a copy was taken before the first publication')
  const take = { at, subject: 'Start from the service template', files: taken.files }
  const later = publications.filter((publication) => publication.at > at)
  if (service.id === OPTED_OUT.service) return [take, optOut(story, random, taken)]
  const edits = [take, ...updates(random, copy.care, taken, later, story.calendar.until)]
  return copy.care === 'drifts' ? [...edits, drift(story, random, taken, adopts)] : edits
}

/** Every publication, or one in seven, with some delay; only what changed is touched. */
function updates(
  random: Random,
  care: Care,
  taken: Publication,
  later: readonly Publication[],
  until: Date,
): Edit[] {
  const share = { follows: 1, rarely: 0.14, drifts: 0, never: 0 }[care]
  const edits: Edit[] = []
  let held = taken
  for (const publication of later) {
    const delayDays = care === 'follows' ? between(random, 1, 12) : between(random, 10, 60)
    const at = minutesAfter(publication.at, delayDays * 24 * 60)
    if (random() >= share || at >= until || at < (edits.at(-1)?.at ?? at)) continue
    const files = changedSince(held.files, publication.files)
    const subject = 'Update from the service template'
    edits.push({ at, subject, files, bot: care === 'follows' })
    held = publication
  }
  return edits
}

/** Two of the five managed files are edited in place, some time after the copy was taken. */
function drift(story: Story, random: Random, taken: Publication, adopts: number): Edit {
  const edited = shuffled(random, MANAGED_FILES).slice(0, 2)
  return {
    at: workMomentNear(story.calendar, random, Math.max(1, adopts * between(random, 0.15, 0.75))),
    subject: 'Adapt the template to our needs',
    files: Object.fromEntries(
      edited.map((file) => [file, `${taken.files[file]}# Ours: changed in place\n`]),
    ),
  }
}

function optOut(story: Story, random: Random, taken: Publication): Edit {
  return {
    at: workMomentNear(story.calendar, random, OPTED_OUT.leaves),
    subject: 'Leave the service template: we need another base image',
    files: Object.fromEntries(
      MANAGED_FILES.map((file) => [file, `${OPT_OUT}\n${taken.files[file]}`]),
    ),
  }
}
