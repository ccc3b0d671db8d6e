import { createHash } from 'node:crypto'
import type { Finding, PolicyResult, Subject } from '#collectors/policy/finding.ts'
import { scoreResult } from '#collectors/policy/scorecard.ts'
import type { Known } from '#collectors/repository.ts'
import type { PolicyRequirement } from '#lib/policy-requirement.ts'

export type EvidenceRow = Known<'policy_evidence'>

/** What is known of the file that a finding stands in. */
export interface FileFacts {
  /** From the folder of results. */
  readonly file: string
  readonly sha256: string
  readonly writtenAt: Date
}

const SUBJECTS = ['deployment', 'request', 'repository', 'service', 'artifact']

/**
 * What the folders of a file say it is about: `deployment/<id>/…`, the id as in an address. Null
 * where they say nothing.
 */
function subjectOfFile(file: string): Subject | null {
  const [type, id, ...rest] = file.split('/')
  if (type === undefined || id === undefined || rest.length === 0) return null
  if (!SUBJECTS.includes(type)) return null
  try {
    return { type, id: decodeURIComponent(id) }
  } catch {
    return { type, id }
  }
}

/**
 * The evidence in a finding: one row for each requirement that it is of, or one under its own name.
 * The id of a row is that of the finding, then a slash and the requirement if there is one.
 */
export function toEvidence(
  finding: Finding,
  requirements: readonly PolicyRequirement[],
  facts: FileFacts,
): EvidenceRow[] {
  const matching = requirements.flatMap(({ id, evidence }) => {
    const asked = evidence.find(
      ({ tool, rule }) => tool === finding.tool && matches(finding.rule, rule),
    )
    return asked === undefined ? [] : { id, suffix: `/${id}`, result: judge(finding, asked) }
  })
  const own = { id: `${finding.tool}/${finding.rule}`, suffix: '', result: finding.result }
  return (matching.length === 0 ? [own] : matching).map((one) => toRow(finding, one, facts))
}

/** The ids that the findings of `rows` may have been stored under and no longer are. */
export function listStaleIds(
  rows: readonly EvidenceRow[],
  requirements: readonly PolicyRequirement[],
): string[] {
  const told = new Set(rows.map((row) => row.native_id))
  const findings = new Set(rows.map((row) => findingOf(row.native_id)))
  return [...findings]
    .flatMap((id) => [id, ...requirements.map((one) => `${id}/${one.id}`)])
    .filter((id) => !told.has(id))
}

/** The part of an id that is the same under whatever requirement a finding is stored. */
export const findingOf = (nativeId: string) => nativeId.split('/', 1).join()

/** Whether the tool did not tell when it found it: then its file does. */
export const isUndated = (nativeId: string) => findingOf(nativeId).includes('~')

/** Whether a row is evidence for a requirement, not of a finding under its own name. */
export const isOfRequirement = (nativeId: string) => nativeId.includes('/')

/** `*` stands for a part between slashes, `**` for any: names of rules are no paths, dots are letters. */
function matches(name: string, glob: string): boolean {
  const parts = glob.split('**').map((part) => part.split('*').map(literally).join('[^/]*'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name)
}

const literally = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

type Asked = PolicyRequirement['evidence'][number]

/** What a finding comes to where a requirement asks for more than the tool does. */
function judge({ result, score, built }: Finding, asked: Asked): PolicyResult {
  if (score !== undefined && asked.least !== undefined) return scoreResult(score, asked.least)
  const isOther = (wanted: string | undefined, is: string | null | undefined) =>
    wanted !== undefined && (is === null || is === undefined || !matches(is, wanted))
  if (isOther(asked.builder, built?.builder) || isOther(asked.workflow, built?.workflow)) {
    return 'fail'
  }
  return result
}

function toRow(
  finding: Finding,
  { id, suffix, result }: { id: string; suffix: string; result: PolicyResult },
  { file, sha256, writtenAt }: FileFacts,
): EvidenceRow {
  const { tool, rule, severity, verified, url } = finding
  const { type, id: subjectId } = subjectOfFile(file) ?? finding.subject
  // Several files or resources may be about one subject: each is evidence of its own.
  const key = [tool, rule, type, subjectId, finding.subject.type, finding.subject.id, finding.at]
  const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 24)
  const content = finding.at === null ? `~${sha256.slice(0, 12)}` : ''
  return {
    native_id: `${tool}:${hash}${content}${suffix}`,
    subject_type: type,
    subject_id: subjectId,
    requirement_id: id,
    result,
    severity,
    produced_at: finding.at ?? writtenAt.toISOString(),
    ingested_at: null,
    collector_kind: 'automated',
    verified: verified === null ? null : Number(verified),
    waiver_id: null,
    url,
  }
}
