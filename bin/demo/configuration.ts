import { PATHS, type Story } from '#bin/demo/adoption-plan.ts'
import { dayAgo, HISTORY_WEEKS } from '#bin/demo/calendar.ts'
import { LEGACY_WORKFLOW } from '#bin/demo/deploy-pipeline.ts'
import { ORGANISATION, OWNER } from '#bin/demo/organisation.ts'
import { MANDATED, PORTAL_ANNOTATION } from '#bin/demo/portal.ts'
import { MANAGED_FILES } from '#bin/demo/publications.ts'
import { BOT } from '#bin/demo/repository.ts'
import { KIT_FILE, RUNTIME_FILE } from '#bin/demo/runtime-and-kit.ts'
import { OPT_OUT } from '#bin/demo/service-template.ts'

/** The demonstration's `desirepath.yaml`: also an example of a whole configuration. */
export const toConfiguration = (story: Story): string =>
  [organisation, goldenPaths(story), sources(story)].join('\n')

const organisation = `# ${ORGANISATION} does not exist: everything here was generated.
# \`desirepath demo remove\` deletes this folder, \`desirepath init\` begins with your own.
organisation:
  name: ${ORGANISATION}
  timezone: Europe/Berlin
  fiscalYearStart: 1
  demonstration: true # every page says so

database: ./desirepath.db

# Who owns what, dated: a fact keeps the owner of its time.
catalog:
  - { source: files, path: ./catalog }
`

const goldenPaths = (
  story: Story,
) => `# What the platform offers, and what proves that a service uses it.
goldenPaths:
${[portal, environments, template, deploy, runtime, kit].map((path) => path(story)).join('\n')}`

const portal = ({ calendar }: Story) => `  - id: ${PATHS.portal.id}
    name: Developer portal
    capability: catalogue
    owner: platform-delivery
    description: One entry for every service, with its owner, documents and dependencies.
    availableSince: ${dayAgo(calendar, PATHS.portal.available)}
    eligible: { workload: [${PATHS.portal.workloads.join(', ')}] }
    evidence:
      - { kind: annotation, key: ${PORTAL_ANNOTATION} }
    work: changes # a share of the changes merged into the services' repositories
    mandates:
      # An interface mandate names the tool: who comes after the announcement was told to.
      - kind: interface
        announced: ${dayAgo(calendar, PATHS.portal.announced)}
        effective: ${dayAgo(calendar, PATHS.portal.effective)}
        scope:
${MANDATED.map((team) => `          - ${team}`).join('\n')}
`

const environments = ({ calendar }: Story) => `  - id: ${PATHS.environments.id}
    name: Self-service environments
    capability: environments
    owner: platform-delivery
    description: An environment in minutes, without a ticket.
    availableSince: ${dayAgo(calendar, PATHS.environments.available)}
    eligible: { workload: [${PATHS.environments.workloads.join(', ')}] }
    work: provisioning # a share of the environment requests; each request says how it was served
    targets:
      - { metric: time_to_usable_environment, baseline: 3d, target: 30min, by: ${dayAgo(calendar, -26)} }
    mandates: [] # nobody is obliged, and somebody keeps the list: each adoption is a choice
`

const template = ({ calendar }: Story) => `  - id: ${PATHS.template.id}
    name: HTTP service template
    capability: service
    owner: platform-delivery
    description: Build, base image, logging, health checks and pipeline settings of an HTTP service.
    availableSince: ${dayAgo(calendar, PATHS.template.available)}
    eligible: { workload: [${PATHS.template.workloads.join(', ')}] }
    evidence: # each file is compared with every version that the template ever published
${MANAGED_FILES.map(
  (file) =>
    `      - { kind: file-equals, path: ${file}, publishedIn: ${OWNER}/service-template, optOut: { contains: "${OPT_OUT}" } }`,
).join('\n')}
    requires: any
    work: changes
    mandates: []
`

const deploy = ({ calendar }: Story) => `  - id: ${PATHS.deploy.id}
    name: Deploy path
    capability: deployment
    owner: platform-delivery
    description: From a merged change to production, with checks, in one reusable workflow.
    availableSince: ${dayAgo(calendar, PATHS.deploy.available)}
    eligible: { workload: [${PATHS.deploy.workloads.join(', ')}] }
    evidence:
      - { kind: workflow-pin, uses: ${OWNER}/deploy-pipeline } # its tags are the versions
    offPath:
      - { kind: workflow-file, glob: ${LEGACY_WORKFLOW} } # the old pipeline
    work: deployments # a share of the deployments to production
    mandates:
      # An outcome mandate asks for a result, here signed builds: using the path remains a choice.
      - { kind: outcome, announced: ${dayAgo(calendar, 65)}, effective: ${dayAgo(calendar, 40)}, scope: all }
`

const runtime = ({ calendar }: Story) => `  - id: ${PATHS.runtime.id}
    name: Managed runtime
    capability: runtime
    owner: platform-delivery
    description: Runs stateless containers, with scaling and certificates.
    availableSince: ${dayAgo(calendar, PATHS.runtime.available)}
    eligible: { workload: [${PATHS.runtime.workloads.join(', ')}], file: Dockerfile } # containers only
    evidence:
      - { kind: file-present, path: ${RUNTIME_FILE} }
    work: changes
    mandates: []
`

const kit = ({ calendar }: Story) => `  - id: ${PATHS.kit.id}
    name: Frontend kit
    capability: frontend
    owner: platform-delivery
    description: Components, theme and build of our websites. Young.
    availableSince: ${dayAgo(calendar, PATHS.kit.available)}
    eligible: { workload: [${PATHS.kit.workloads.join(', ')}] }
    evidence:
      - { kind: file-present, path: ${KIT_FILE} }
      - { kind: workflow-pin, uses: ${OWNER}/frontend-kit }
    requires: all
    work: changes
    mandates: []
`

const sources = ({ calendar }: Story) => {
  const from = dayAgo(calendar, HISTORY_WEEKS)
  return `# \`covers\` says from when a folder of files is complete: without it nothing is known, not zero.
sources:
  - id: clones
    kind: git
    repositories: ./clones/*.git
    every: 1d
    bots: ["${BOT}"]
  # The clones of the parcels unit: somebody moved the folder five weeks ago.
  - id: clones-parcels
    kind: git
    repositories: ./clones-parcels/*.git
    every: 1d
    bots: ["${BOT}"]
  - { id: deployment-log, kind: files, path: ./deployments, covers: { from: ${from} }, every: 1h }
  - { id: environment-requests, kind: files, path: ./environments, covers: { from: ${from} }, every: 1h }
  - { id: exception-register, kind: files, path: ./register, covers: { from: ${from} }, every: 1h }
  - { id: helpdesk, kind: files, path: ./helpdesk, covers: { from: ${from} }, every: 1h }
  - { id: policy-evidence, kind: files, path: ./policies, covers: { from: ${from} }, every: 1h }
  - { id: platform-survey, kind: files, path: ./surveys, covers: { from: ${from} }, every: 1d }
`
}
