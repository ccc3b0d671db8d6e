import { chance, PATHS, type Story } from '#bin/demo/adoption-plan.ts'
import { dayAgo, weeksAgo } from '#bin/demo/calendar.ts'
import { STREAM, type Team } from '#bin/demo/organisation.ts'
import { between, pick, type Random, wholeBetween } from '#bin/demo/random.ts'
import { writeTable } from '#bin/demo/tables.ts'

/** Each two weeks long, and closed so many weeks before the end. */
const CLOSED = [94, 68, 42, 16]

/** What a path was like for its users when each wave asked, 0 (a burden) to 1 (a pleasure). */
const LIKING = [
  { id: PATHS.deploy.id, waves: [0.56, 0.62, 0.68, 0.73] },
  { id: PATHS.template.id, waves: [0.66, 0.68, 0.66, 0.65] },
  { id: PATHS.portal.id, waves: [0.62, 0.64, 0.5, 0.54] },
]

const COMMENTS = [
  'it is quick, and the errors say what to do',
  'the errors do not say what to do',
  'waiting for a review of the template takes days',
  'documents are out of date',
  'saves us a day for every new service',
  'it does not fit batch jobs',
  'nobody knows whom to ask',
]

interface Asked {
  readonly team: Team
  readonly invited: number
}

/** Half-yearly, by team, about three paths. */
export async function writeSurveys(story: Story, folder: string): Promise<void> {
  const random = chance(story, 'surveys')
  const asked = STREAM.map((team) => ({ team, invited: wholeBetween(random, 7, 15) }))
  const invited = Object.fromEntries(asked.map(({ team, invited: people }) => [team.id, people]))
  await writeTable(
    folder,
    'surveys/survey_waves.csv',
    ['id', 'name', 'opened_at', 'closed_at', 'invited_by_group', 'k'],
    CLOSED.map((weeks, index) => ({
      id: waveId(index),
      name: `Platform survey ${index + 1}`,
      opened_at: dayAgo(story.calendar, weeks + 2),
      closed_at: dayAgo(story.calendar, weeks),
      invited_by_group: JSON.stringify(invited),
      k: 5,
    })),
  )
  const answers = CLOSED.flatMap((weeks, index) => {
    const submitted = weeksAgo(story.calendar, weeks + 1)
      .toISOString()
      .slice(0, 10)
    return asked.flatMap((one) => answersOf(random, one, { index, submitted }))
  })
  await writeTable(
    folder,
    'surveys/survey_responses.csv',
    RESPONSE_COLUMNS,
    answers.map((answer, index) => ({ id: `r-${index + 1}`, ...answer })),
  )
}

const waveId = (index: number) => `survey-${index + 1}`

const RESPONSE_COLUMNS = [
  'id',
  'wave_id',
  'group_id',
  'path_id',
  'submitted_on',
  'nps_score',
  'csat',
  'umux1',
  'umux2',
  'comment',
  'quotable',
]

function answersOf(
  random: Random,
  { team, invited }: Asked,
  { index, submitted }: { readonly index: number; readonly submitted: string },
) {
  const people = Math.round(invited * between(random, 0.3, 0.9))
  return Array.from({ length: people }).flatMap(() =>
    LIKING.map(({ id, waves }) => {
      const liking = (waves[index] ?? 0.5) + between(random, -0.45, 0.45)
      const onScale = (low: number, high: number) =>
        Math.max(low, Math.min(high, Math.round(low + liking * (high - low))))
      const says = random() < 0.2
      return {
        wave_id: waveId(index),
        group_id: team.id,
        path_id: id,
        submitted_on: submitted,
        nps_score: Math.min(10, onScale(0, 11)),
        csat: onScale(1, 5),
        umux1: onScale(1, 7),
        umux2: onScale(1, 7),
        comment: says ? pick(random, COMMENTS) : null,
        quotable: says && random() < 0.2 ? 1 : 0,
      }
    }),
  )
}
