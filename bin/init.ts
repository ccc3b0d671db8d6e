import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { type Clone, findCloneFolders, readClone } from '#collectors/git/clones.ts'
import { GitError } from '#collectors/git/git.ts'
import { configFile } from '#lib/config.ts'
import { ConfigError } from '#lib/errors.ts'

export interface InitOptions {
  /** Globs of folders; none yet when left out. */
  readonly clones?: readonly string[]
  /** Of the organisation; the folder's when left out. */
  readonly name?: string
}

/** What was written, and what could not be read. */
export interface Beginning {
  readonly files: readonly string[]
  readonly services: number
  /** One line per clone that git refused. */
  readonly refused: readonly string[]
}

/**
 * Writes a configuration to begin with, and a catalogue with a service for each clone.
 *
 * @throws {ConfigError} when one of the files is there already, or no clone was found
 */
export async function writeBeginning({ clones = [], name }: InitOptions): Promise<Beginning> {
  const file = configFile()
  const folder = dirname(file)
  const texts = {
    config: file,
    teams: join(folder, CATALOG, 'teams.csv'),
    services: join(folder, CATALOG, 'services.csv'),
  }
  const files = Object.values(texts)
  refuseToOverwrite(files)
  const { found, refused } = await readClones(clones)
  const services = toServices(found)
  await mkdir(join(folder, CATALOG), { recursive: true })
  const globs = clones.map((glob) => relative(folder, resolve(glob)) || '.')
  await writeFile(texts.config, toConfiguration(name ?? basename(folder), globs))
  await writeFile(texts.teams, stringify([TEAM_HEADERS]))
  await writeFile(texts.services, stringify([SERVICE_HEADERS, ...services]))
  return { files, services: services.length, refused }
}

const CATALOG = 'catalog'
const TEAM_HEADERS = ['id', 'name', 'kind', 'parent_id']
const SERVICE_HEADERS = ['id', 'name', 'team_id', 'repository_id', 'workload_class', 'lifecycle']

function refuseToOverwrite(files: readonly string[]): void {
  const there = files.filter((file) => existsSync(file))
  if (there.length === 0) return
  throw new ConfigError(
    there.map((file) => `${file}: is there already, and stays as it is`).join('\n'),
  )
}

async function readClones(
  globs: readonly string[],
): Promise<{ found: Clone[]; refused: string[] }> {
  const { folders, empty } = await findCloneFolders(globs)
  if (empty.length > 0) {
    throw new ConfigError(empty.map((glob) => `--clones: no clone in ${glob}`).join('\n'))
  }
  const found: Clone[] = []
  const refused: string[] = []
  const { signal } = new AbortController()
  for (const folder of folders) {
    try {
      found.push(await readClone(folder, signal))
    } catch (error) {
      if (!(error instanceof GitError)) throw error
      refused.push(`${folder}: ${error.message}`)
    }
  }
  if (found.length === 0 && refused.length > 0) throw new ConfigError(refused.join('\n'))
  return { found, refused }
}

/** A row for each clone: its folder's name, with its parent's where two are called the same. */
function toServices(clones: readonly Clone[]): string[][] {
  const byFolder = Map.groupBy(clones, ({ folder }) => folder)
  return clones.map(({ id: repositoryId, folder, parentFolder }) => {
    const isAlone = byFolder.get(folder)?.length === 1
    const id = isAlone ? folder : `${parentFolder}-${folder}`
    return [id, id, '', repositoryId, '', '']
  })
}

const toConfiguration = (
  name: string,
  globs: readonly string[],
) => `# What your platform offers and where to look. \`npx desirepath config check\` tells every fault at
# once; \`npx desirepath config schema > desirepath.schema.json\` lets an editor complete it.
organisation:
  name: ${JSON.stringify(name)}
  timezone: ${Intl.DateTimeFormat().resolvedOptions().timeZone} # of times on pages; weeks and days are cut in UTC
  fiscalYearStart: 1 # a month; a fiscal year bears the number of the year that it ends in

database: ./data/desirepath.db

# Who owns what. Fill in teams.csv, and team_id and workload_class (what \`eligible\` below asks for)
# in services.csv; \`npx desirepath template --list\` names what else such a folder can hold.
catalog:
  - { source: files, path: ./${CATALOG}, every: 1h }

# Your golden paths. This one as an example:
#  - id: http-service
#    name: Standard HTTP service
#    availableSince: 2025-02-01
#    eligible: { workload: [http] } # services whose workload_class says so
#    evidence: # what proves that a repository uses it
#      - { kind: workflow-pin, uses: acme/deploy }
#      - { kind: file-equals, path: Makefile.common, publishedIn: acme/common }
#    offPath: # what proves a way around it
#      - { kind: workflow-file, glob: '.github/workflows/*deploy*.y*ml' }
#    mandates: [] # who was told to use it; without this line nobody knows who chose it
goldenPaths: []

# Clones are only read; fetch them as often as you like.
${toSources(globs)}`

/** Its token comes from the environment. */
const GITHUB =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
  "#  - { id: gh, kind: github, org: acme, every: 15min, token: '${GITHUB_TOKEN}' }\n"

const toSources = (globs: readonly string[]) =>
  globs.length === 0
    ? `#  - { id: clones, kind: git, repositories: ./clones/*, every: 1d }\n${GITHUB}sources: []\n`
    : `sources:\n  - { id: clones, kind: git, repositories: ${JSON.stringify(globs)}, every: 1d }\n${GITHUB}`
