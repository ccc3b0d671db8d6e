import type { Examination } from '#collectors/collector.ts'
import type { PolicySource } from '#collectors/policy/collector.ts'
import { isExpected, listResultFiles, openFile, readKeys } from '#collectors/policy/folder.ts'
import { count } from '#lib/count.ts'

/** Reads every file of results, and stores nothing. @throws {SourceError} */
export async function* examinePolicyResults({
  sourceId,
  folder,
  keys,
  requirements,
}: PolicySource): AsyncGenerator<Examination> {
  const files = await listResultFiles(sourceId, folder)
  if (files.length === 0) {
    const todo =
      'check path in the configuration; docs/sources/policy-results.md tells what to put there'
    yield { what: 'results', fills: [], says: '', problem: { why: `no file in ${folder}`, todo } }
  }
  const isSigned = await readKeys(sourceId, keys)
  if (requirements.length > 0) {
    const says = `${requirements.length} in the configuration`
    yield { what: 'requirements', fills: ['policy_requirements'], says, problem: null }
  }
  for (const what of files) {
    try {
      const documents = (await openFile(folder, what, isSigned)).read()
      const parts = documents.flatMap((document) => document.parts)
      const formats = [...new Set(documents.map(({ format }) => format))].join(', ')
      const findings = parts.flatMap((part) => part.findings).length
      const faults = parts.flatMap(({ where, fault }) =>
        fault === null ? [] : [[where, fault].filter(Boolean).join(': ')],
      )
      const todo = 'have the tool write it anew; the rest of the file is read'
      const problem = faults.length === 0 ? null : { why: faults.join('\n'), todo }
      yield {
        what,
        fills: ['policy_evidence'],
        says: `${formats}, ${count(findings, 'result')}`,
        problem,
      }
    } catch (error) {
      if (!isExpected(error)) throw error
      const todo = 'take it out of the folder, or have the tool write it anew'
      yield { what, fills: [], says: '', problem: { why: error.message, todo } }
    }
  }
}
