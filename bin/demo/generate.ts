import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Story } from '#bin/demo/adoption-plan.ts'
import { toCalendar, weeksAgo } from '#bin/demo/calendar.ts'
import { writeCatalog } from '#bin/demo/catalog.ts'
import { toConfiguration } from '#bin/demo/configuration.ts'
import { writeDeployments } from '#bin/demo/deployments.ts'
import { writeEnvironments } from '#bin/demo/environments.ts'
import { ordinaryWork, type Published, toPlans, toServiceHistory } from '#bin/demo/histories.ts'
import { type Service, STREAM, type Team, UNOWNED } from '#bin/demo/organisation.ts'
import { CONFIGURATION_FILE } from '#bin/demo/place.ts'
import { writePolicies } from '#bin/demo/policies.ts'
import {
  DEPLOY_RELEASES,
  KIT_RELEASES,
  toPublications,
  toReleaseHistory,
  toTemplateHistory,
} from '#bin/demo/publications.ts'
import { writeRegister, writeTickets } from '#bin/demo/register.ts'
import { type Commit, type Edit, writeRepository } from '#bin/demo/repository.ts'
import { writeSurveys } from '#bin/demo/surveys.ts'

export const CLONES = 'clones'
/** Stopped being fetched `SILENT_WEEKS` before the end. */
export const LOST_CLONES = 'clones-parcels'
export const SILENT_WEEKS = 5

/** Writes at most this many repositories at once. */
const WRITERS = 3

/**
 * Writes the sources of a fictional organisation, and the configuration that reads them, into
 * `folder`. The same `until` (a Monday, 00:00 UTC) and seed give the same commits and bytes.
 */
export async function generateDemo(
  folder: string,
  { until, seed }: { until: Date; seed: number },
): Promise<void> {
  const story: Story = { calendar: toCalendar(until), seed }
  await mkdir(folder, { recursive: true })
  const plans = toPlans(story)
  const published = await writePublishers(story, folder)
  const services = STREAM.flatMap((team) => team.services.map((service) => ({ team, service })))
  const commits = new Map<string, Commit[]>()
  await inParallel(services, async ({ team, service }) => {
    const edits = toServiceHistory(story, published, plans, { team, service })
    commits.set(service.id, await writeService(story, folder, { team, service }, edits))
  })
  await inParallel(UNOWNED, async (service) => {
    await writeRepository(join(folder, CLONES), service.id, ordinaryWork(story, service, 60))
  })
  await writeCatalog(story, folder)
  const requests = await writeEnvironments(story, folder)
  const deployments = await writeDeployments(story, folder, plans.deploy, commits)
  await writePolicies(story, folder, { deployments, requests })
  await writeRegister(story, folder)
  await writeTickets(story, folder)
  await writeSurveys(story, folder)
  await writeFile(join(folder, CONFIGURATION_FILE), toConfiguration(story))
}

async function writePublishers(story: Story, folder: string): Promise<Published> {
  const clones = join(folder, CLONES)
  const publications = toPublications(story)
  await writeRepository(clones, 'service-template', toTemplateHistory(publications))
  const kit = toReleaseHistory(story, 'build/action.yml', KIT_RELEASES)
  await writeRepository(clones, 'frontend-kit', kit)
  const deploy = toReleaseHistory(story, '.github/workflows/deploy.yml', DEPLOY_RELEASES)
  const commits = await writeRepository(clones, 'deploy-pipeline', deploy)
  const deployCommits = new Map(commits.flatMap(({ sha, tags }) => tags.map((tag) => [tag, sha])))
  return { publications, deployCommits }
}

function writeService(
  story: Story,
  folder: string,
  { team, service }: { team: Team; service: Service },
  edits: readonly Edit[],
): Promise<Commit[]> {
  if (team.unit !== 'parcels') return writeRepository(join(folder, CLONES), service.id, edits)
  const lost = weeksAgo(story.calendar, SILENT_WEEKS)
  const seen = edits.filter(({ at }) => at < lost)
  return writeRepository(join(folder, LOST_CLONES), service.id, seen)
}

async function inParallel<T>(
  items: readonly T[],
  write: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values()
  const writer = async () => {
    for (const item of waiting) await write(item)
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
}
