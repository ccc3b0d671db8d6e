import { chance, type Story } from '#bin/demo/adoption-plan.ts'
import { weeksAgo, workMomentNear } from '#bin/demo/calendar.ts'
import { pick, type Random } from '#bin/demo/random.ts'
import type { Edit } from '#bin/demo/repository.ts'

/** The files that a copy of the service template takes from it. */
export const MANAGED_FILES = [
  'Makefile.common',
  'ops/base.Dockerfile',
  'ops/logging.yaml',
  'ops/health.yaml',
  '.platform/ci-defaults.yaml',
] as const
type ManagedFile = (typeof MANAGED_FILES)[number]

/** The template as it stood after one publication. */
export interface Publication {
  readonly at: Date
  readonly files: Readonly<Record<ManagedFile, string>>
}

const FIRST_TEMPLATE = 108
const LAST_TEMPLATE = 3
const PUBLICATIONS = 25
/** Turned logging to a format that nobody could read; the next one takes it back. */
const MISTAKE = 15

type Revisions = Readonly<Record<ManagedFile, number>>

const FIRST: Revisions = {
  'Makefile.common': 1,
  'ops/base.Dockerfile': 1,
  'ops/logging.yaml': 1,
  'ops/health.yaml': 1,
  '.platform/ci-defaults.yaml': 1,
}

/** Every publication of the service template, oldest first. */
export function toPublications(story: Story): Publication[] {
  const random = chance(story, 'template publications')
  const step = (FIRST_TEMPLATE - LAST_TEMPLATE) / (PUBLICATIONS - 1)
  return listRevisions(random).map((revisions, index) => ({
    at: workMomentNear(story.calendar, random, FIRST_TEMPLATE - step * index),
    files: toFiles(revisions),
  }))
}

/** Each publication changes one file or two; one adds a mistake, and the next takes it back. */
function listRevisions(random: Random): Revisions[] {
  const all: Revisions[] = [FIRST]
  for (let revision = 2; revision <= PUBLICATIONS; revision++) {
    const last = all.at(-1) ?? FIRST
    const next = {
      ...last,
      [pick(random, MANAGED_FILES)]: revision,
      [pick(random, MANAGED_FILES)]: revision,
    }
    if (revision === MISTAKE + 1) all.push({ ...last, 'ops/logging.yaml': revision })
    else if (revision === MISTAKE + 2) all.push(all.at(-2) ?? FIRST)
    else all.push(next)
  }
  return all
}

const CONTENTS: Readonly<Record<ManagedFile, (revision: number) => string>> = {
  'Makefile.common': (revision) => `# Revision ${revision}
.PHONY: build check image
build:
\t./tools/build --strict
check:
\t./tools/check --level=${revision}
image:
\t./tools/image ops/base.Dockerfile
`,
  'ops/base.Dockerfile': (revision) => `# Revision ${revision}
FROM images.fernhollow.example/base:${revision}
USER 10001
COPY dist /service
ENTRYPOINT ["/service/run"]
`,
  'ops/logging.yaml': (revision) => `# Revision ${revision}
logging:
  format: ${revision === MISTAKE + 1 ? 'packed' : 'json'}
  level: info
`,
  'ops/health.yaml': (revision) => `# Revision ${revision}
health:
  live: /health/live
  ready: /health/ready
`,
  '.platform/ci-defaults.yaml': (revision) => `# Revision ${revision}
ci:
  cache: true
  scanners: [licences, secrets]
`,
}

const toFiles = (revisions: Revisions): Record<ManagedFile, string> => ({
  'Makefile.common': CONTENTS['Makefile.common'](revisions['Makefile.common']),
  'ops/base.Dockerfile': CONTENTS['ops/base.Dockerfile'](revisions['ops/base.Dockerfile']),
  'ops/logging.yaml': CONTENTS['ops/logging.yaml'](revisions['ops/logging.yaml']),
  'ops/health.yaml': CONTENTS['ops/health.yaml'](revisions['ops/health.yaml']),
  '.platform/ci-defaults.yaml': CONTENTS['.platform/ci-defaults.yaml'](
    revisions['.platform/ci-defaults.yaml'],
  ),
})

/** The publishing repository's history: only what changed is in each commit. */
export function toTemplateHistory(publications: readonly Publication[]): Edit[] {
  return publications.map(({ at, files }, index) => ({
    at,
    subject:
      index === MISTAKE + 1
        ? 'Revert "Pack log lines": dashboards cannot read them'
        : `Publish revision ${index + 1}`,
    files: changedSince(publications[index - 1]?.files, files),
    merge: index % 6 === 5,
  }))
}

export const changedSince = (
  before: Readonly<Record<string, string>> | undefined,
  after: Readonly<Record<string, string>>,
) => Object.fromEntries(Object.entries(after).filter(([path, text]) => before?.[path] !== text))

/** A version that the platform tagged. */
export interface Release {
  readonly version: string
  /** In weeks before the end. */
  readonly weeksAgo: number
}

export const DEPLOY_RELEASES: readonly Release[] = [
  ['v1.0.0', 109],
  ['v1.1.0', 102],
  ['v1.2.0', 95],
  ['v1.2.1', 92],
  ['v1.3.0', 84],
  ['v1.4.0', 78],
  ['v2.0.0', 70],
  ['v2.1.0', 62],
  ['v2.1.1', 59],
  ['v2.2.0', 52],
  ['v2.3.0', 45],
  ['v2.4.0', 37],
  ['v2.4.1', 34],
  ['v3.0.0-rc.1', 30],
  ['v3.0.0', 26],
  ['v3.1.0', 17],
  ['v3.1.1', 12],
  ['v3.2.0', 5],
].map(([version, weeks]) => ({ version: String(version), weeksAgo: Number(weeks) }))

export const KIT_RELEASES: readonly Release[] = [
  ['v1.0.0', 20],
  ['v1.1.0', 13],
  ['v1.2.0-rc.1', 6],
  ['v1.2.0', 4],
].map(([version, weeks]) => ({ version: String(version), weeksAgo: Number(weeks) }))

/** A repository that publishes `releases` as tags, with a moving tag for each major version. */
export function toReleaseHistory(story: Story, file: string, releases: readonly Release[]): Edit[] {
  return releases.map((release) => ({
    at: weeksAgo(story.calendar, release.weeksAgo - 0.2),
    subject: `Release ${release.version}`,
    files: {
      [file]: `# ${release.version}\non:\n  workflow_call:\n    inputs:\n      service: { type: string, required: true }\n`,
      'CHANGELOG.md': `# Changes\n\nNewest: ${release.version}\n`,
    },
    tags: release.version.includes('-')
      ? [release.version]
      : [release.version, release.version.split('.')[0] ?? 'v1'],
  }))
}

/** The newest release at a moment in weeks before the end; pre-releases are not offered. */
export const newestAt = (releases: readonly Release[], weeks: number): Release | undefined =>
  releases.findLast(({ version, weeksAgo: at }) => at - 0.2 >= weeks && !version.includes('-'))
