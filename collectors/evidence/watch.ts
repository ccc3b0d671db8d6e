import { matchesGlob } from 'node:path'
import { annotationReader, catalogueReader } from '#collectors/evidence/catalogue.ts'
import type { Reader, Readings, WantedFile } from '#collectors/evidence/readings.ts'
import {
  CIRCLECI_FILE,
  isWorkflowFile,
  parseOrbs,
  parseWorkflow,
  type Reference,
  WORKFLOW_FOLDER,
} from '#collectors/evidence/workflow.ts'
import {
  type EvidenceRule,
  type GoldenPathRules,
  type OffPathRule,
  type Pin,
  toRuleId,
} from '#lib/golden-path.ts'

export interface WatchedPath {
  readonly id: string
  readonly rules: GoldenPathRules
  readonly availableSince?: Date | string
}

/** Files of a commit by path, with their blobs. */
type Tree = ReadonlyMap<string, string>

/** What one rule, or one question of eligibility, looks at in a repository. */
export interface Track {
  readonly subject:
    | { readonly kind: 'evidence'; readonly pathId: string; readonly ruleId: string }
    | { readonly kind: 'attribute'; readonly attribute: string }
  /** Files and folders, for git. */
  readonly paths: readonly string[]
  readonly concerns: (path: string) => boolean
  /** How this file must be read; empty when its blob suffices. */
  readonly readers: (path: string) => readonly Reader<unknown>[]
  readonly look: (tree: Tree, readings: Readings) => Sight
}

export interface Sight {
  readonly presence: 'present' | 'absent' | 'opted_out' | 'unknown'
  readonly blob: string | null
  readonly pins: readonly Pin[] | null
  /** The file that decided, or what was looked for in vain. */
  readonly where: string
  /** Why presence is unknown. */
  readonly problem: string | null
}

/** What of `paths` decides which files are read, and how. */
export const toConfiguration = (paths: readonly WatchedPath[]) =>
  paths.map(({ id, rules: { evidence, offPath, eligible } }) => ({
    id,
    evidence,
    offPath,
    file: eligible.file ?? null,
  }))

/** Everything that `paths` want to know of each repository, each question once. */
export function listTracks(paths: readonly WatchedPath[]): Track[] {
  const workflows = workflowReader(paths)
  const evidence = paths.flatMap(({ id, rules }) => [
    ...rules.evidence.map((rule) => evidenceTrack(id, rule, workflows)),
    ...rules.offPath.map((rule) => offPathTrack(id, rule, rules, workflows)),
  ])
  const files = new Set(paths.flatMap(({ rules }) => rules.eligible.file ?? []))
  return [...evidence, ...[...files].map(attributeTrack)]
}

/** What every file must be read for, beyond its blob. */
export function toWanted(
  tracks: readonly Track[],
  files: Iterable<{ readonly path: string; readonly blob: string }>,
): WantedFile[] {
  return [...files].map(({ path, blob }) => ({
    path,
    blob,
    readers: [
      ...[catalogueReader(path)].filter((reader) => reader !== null),
      ...tracks.filter((track) => track.concerns(path)).flatMap((track) => track.readers(path)),
    ],
  }))
}

type TrackParts = Omit<Track, 'subject'>

function evidenceTrack(
  pathId: string,
  rule: EvidenceRule,
  workflows: Reader<readonly Reference[]>,
): Track {
  const subject = { kind: 'evidence', pathId, ruleId: toRuleId(rule) } as const
  switch (rule.kind) {
    case 'file-equals':
      return { subject, ...fileTrack(rule.path, optOutReader(rule.optOut)) }
    case 'file-present':
      return { subject, ...fileTrack(rule.path, null) }
    case 'annotation':
      return { subject, ...annotationTrack(rule) }
    case 'workflow-pin':
      return { subject, ...pinTrack(rule, workflows) }
  }
}

const attributeTrack = (path: string): Track => ({
  subject: { kind: 'attribute', attribute: `file:${path}` },
  ...fileTrack(path, null),
})

type OptOut = Extract<EvidenceRule, { kind: 'file-equals' }>['optOut']

/** Whether a copy says itself that it has left the path. */
function optOutReader(optOut: OptOut): Reader<boolean> | null {
  if (optOut === undefined) return null
  return 'contains' in optOut
    ? { key: `contains ${optOut.contains}`, read: (text) => text.includes(optOut.contains) }
    : { key: `lacks ${optOut.lacks}`, read: (text) => !text.includes(optOut.lacks) }
}

function fileTrack(file: string, optOut: Reader<boolean> | null): TrackParts {
  return {
    paths: [file],
    concerns: (path) => path === file,
    readers: () => (optOut === null ? [] : [optOut]),
    look: (tree, readings) => {
      const blob = tree.get(file)
      if (blob === undefined) return absent(`no ${file}`)
      const seen = { blob, pins: null, where: file }
      const left = optOut === null ? { value: false } : readings.of(optOut, blob)
      if ('problem' in left) return { ...seen, presence: 'unknown', problem: left.problem }
      return { ...seen, presence: left.value ? 'opted_out' : 'present', problem: null }
    },
  }
}

const absent = (where: string): Sight => ({
  presence: 'absent',
  blob: null,
  pins: null,
  where,
  problem: null,
})

function annotationTrack({
  file,
  key,
  equals,
}: Extract<EvidenceRule, { kind: 'annotation' }>): TrackParts {
  return {
    paths: [file],
    concerns: (path) => path === file,
    readers: () => [annotationReader],
    look: (tree, readings) => {
      const blob = tree.get(file)
      if (blob === undefined) return absent(`no ${file}`)
      const reading = readings.of(annotationReader, blob)
      const seen = { blob: null, pins: null, where: file }
      if ('problem' in reading) return { ...seen, presence: 'unknown', problem: reading.problem }
      const { annotations } = reading.value
      const value = Object.hasOwn(annotations, key) ? annotations[key] : undefined
      const found = equals === undefined ? value !== undefined : value === equals
      return found
        ? { ...seen, presence: 'present', problem: null }
        : absent(`no ${key} in ${file}`)
    },
  }
}

/** One reader for all paths: a workflow that names none of their components is not parsed. */
function workflowReader(paths: readonly WatchedPath[]): Reader<readonly Reference[]> {
  const components = paths.flatMap(({ rules }) => pinnedComponents(rules))
  return {
    key: 'workflow',
    read: (text) => {
      const lower = text.toLowerCase()
      return components.some((component) => lower.includes(component)) ? parseWorkflow(text) : []
    },
  }
}

const orbReader: Reader<readonly Reference[]> = { key: 'orbs', read: parseOrbs }

/** What rules on references look for, in lower case. */
export const pinnedComponents = (rules: GoldenPathRules) =>
  rules.evidence.flatMap((rule) =>
    rule.kind === 'workflow-pin' && rule.uses !== undefined ? rule.uses.toLowerCase() : [],
  )

/** Hosts do not tell upper from lower case in owner and name. */
export function isOf(
  component: string,
  { component: used }: Pick<Reference, 'component'>,
): boolean {
  const lower = used.toLowerCase()
  return lower === component || lower.startsWith(`${component}/`)
}

function pinTrack(
  rule: Extract<EvidenceRule, { kind: 'workflow-pin' }>,
  workflows: Reader<readonly Reference[]>,
): TrackParts {
  const component = (rule.uses ?? rule.orb ?? '').toLowerCase()
  const [place, concerns, reader] =
    rule.uses === undefined
      ? [CIRCLECI_FILE, (path: string) => path === CIRCLECI_FILE, orbReader]
      : [WORKFLOW_FOLDER, isWorkflowFile, workflows]
  return {
    paths: [place],
    concerns,
    readers: () => [reader],
    look: (tree, readings) => {
      const pins: Pin[] = []
      let unread: Sight | null = null
      for (const [file, blob] of filesOf(tree, concerns)) {
        const reading = readings.of(reader, blob)
        if ('problem' in reading) unread ??= unknownAt(file, reading.problem)
        else pins.push(...pinsIn(file, reading.value, component))
      }
      const [first] = pins
      if (first === undefined) return unread ?? absent(`no ${component} in ${place}`)
      return { presence: 'present', blob: null, pins, where: first.file, problem: null }
    },
  }
}

const pinsIn = (file: string, references: readonly Reference[], component: string): Pin[] =>
  references
    .filter((reference) => isOf(component, reference))
    .map((reference) => ({ ...reference, file }))

const unknownAt = (where: string, problem: string): Sight => ({
  presence: 'unknown',
  blob: null,
  pins: null,
  where,
  problem,
})

/** By name, so that the same files always look the same. */
const filesOf = (tree: Tree, concerns: (path: string) => boolean) =>
  [...tree].filter(([path]) => concerns(path)).toSorted(([a], [b]) => (a < b ? -1 : 1))

/** A workflow that refers to the path itself is no way around it. */
function offPathTrack(
  pathId: string,
  rule: OffPathRule,
  rules: GoldenPathRules,
  workflows: Reader<readonly Reference[]>,
): Track {
  const components = pinnedComponents(rules)
  const concerns = (path: string) => matchesGlob(path, rule.glob)
  return {
    subject: { kind: 'evidence', pathId, ruleId: toRuleId(rule) },
    paths: [fixedPart(rule.glob)],
    concerns,
    readers: () => (components.length === 0 ? [] : [workflows]),
    look: (tree, readings) => {
      let unread: Sight | null = null
      for (const [file, blob] of filesOf(tree, concerns)) {
        const reading = components.length === 0 ? { value: [] } : readings.of(workflows, blob)
        if ('problem' in reading) unread ??= unknownAt(file, reading.problem)
        else if (!refersTo(components, reading.value)) {
          return { presence: 'present', blob: null, pins: null, where: file, problem: null }
        }
      }
      return unread ?? absent(`no ${rule.glob}`)
    },
  }
}

const refersTo = (components: readonly string[], references: readonly Reference[]) =>
  references.some((reference) => components.some((component) => isOf(component, reference)))

/** The folder that a glob cannot leave; `.` for the whole tree. */
function fixedPart(glob: string): string {
  const parts = glob.split('/')
  const firstOpen = parts.findIndex((part) => /[*?[\]{}!()]/.test(part))
  return firstOpen === -1 ? glob : parts.slice(0, firstOpen).join('/') || '.'
}
