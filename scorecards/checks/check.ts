/** A yes/no question about one subject, answered from facts. Unknown is neither yes nor no. */
export interface Check<Subject> {
  readonly definition: CheckDefinition
  readonly evaluate: (subject: Subject, asOf: Date) => Finding
}

export interface CheckDefinition {
  readonly id: string
  readonly name: string
  /** What holds where it passes, in a sentence. */
  readonly rule: string
  /** Why it is asked. */
  readonly reason: string
  /** What to do where it fails. */
  readonly remedy: string
  readonly level: Level
  /** The day from which it counts; before that it is announced, and shown without counting. */
  readonly countsFrom: string
}

/** From the least to the most; each holds all before it. */
export const LEVELS = ['bronze', 'silver', 'gold'] as const
export type Level = (typeof LEVELS)[number]

export interface Finding {
  readonly outcome: 'pass' | 'fail' | 'unknown' | 'exempt'
  /** What was seen, or what is not known. */
  readonly evidence: string
  /** The last day of the exemption; null where there is none, or it has no end. */
  readonly exemptUntil?: string | null
}

export const pass = (evidence: string): Finding => ({ outcome: 'pass', evidence })
export const fail = (evidence: string): Finding => ({ outcome: 'fail', evidence })
export const unknown = (evidence: string): Finding => ({ outcome: 'unknown', evidence })
export const exempt = (evidence: string, until: string | null): Finding => ({
  outcome: 'exempt',
  evidence,
  exemptUntil: until,
})
