import { z } from 'zod'
import {
  type Finding,
  type Format,
  isObject,
  type Origin,
  type PolicyResult,
  readPart,
} from '#collectors/policy/finding.ts'
import { Instant } from '#lib/instant.ts'
import { tellFaults } from '#lib/shape-faults.ts'

// https://github.com/secure-systems-lab/dsse
const Envelope = z.looseObject({
  payloadType: z.string(),
  payload: z.base64(),
  signatures: z.array(z.looseObject({ sig: z.string() })),
})
type Envelope = z.output<typeof Envelope>

// https://github.com/in-toto/attestation
const Statement = z.looseObject({
  _type: z.string().startsWith('https://in-toto.io/Statement/'),
  subject: z
    .array(z.looseObject({ digest: z.record(z.string(), z.string()) }))
    .min(1, 'expected a subject'),
  predicateType: z.string().min(1),
  predicate: z.unknown().optional(),
})
type Statement = z.output<typeof Statement>

// https://slsa.dev/spec/v1.0/provenance
const ProvenanceV1 = z.looseObject({
  buildDefinition: z.looseObject({
    externalParameters: z
      .looseObject({
        workflow: z.looseObject({ repository: z.string(), path: z.string() }).optional(),
      })
      .optional(),
  }),
  runDetails: z.looseObject({
    builder: z.looseObject({ id: z.string().min(1) }),
    metadata: z.looseObject({ finishedOn: Instant.optional() }).optional(),
  }),
})

// https://slsa.dev/spec/v0.2/provenance
const ProvenanceV02 = z.looseObject({
  builder: z.looseObject({ id: z.string().min(1) }),
  metadata: z.looseObject({ buildFinishedOn: Instant.optional() }).optional(),
})

// https://slsa.dev/spec/v1.0/verification_summary
const Summary = z.looseObject({
  verifier: z.looseObject({ id: z.string().min(1) }),
  timeVerified: Instant.optional(),
  verificationResult: z.enum(['PASSED', 'FAILED']),
})

interface Told {
  readonly at: string | null
  readonly passed: boolean
  readonly built: NonNullable<Finding['built']> | null
}

function readPredicate({ predicateType, predicate }: Statement): Told {
  const [, kind, version] = /slsa\.dev\/(\w+)\/v(\d+(?:\.\d+)?)/.exec(predicateType) ?? []
  if (kind === 'verification_summary') {
    const { timeVerified, verificationResult } = Summary.parse(predicate)
    return { at: timeVerified ?? null, passed: verificationResult === 'PASSED', built: null }
  }
  if (kind === 'provenance' && version === '0.2') {
    const { builder, metadata } = ProvenanceV02.parse(predicate)
    const built = { builder: withoutScheme(builder.id), workflow: null }
    return { at: metadata?.buildFinishedOn ?? null, passed: true, built }
  }
  if (kind !== 'provenance') return { at: null, passed: true, built: null }
  const { buildDefinition, runDetails } = ProvenanceV1.parse(predicate)
  const { workflow } = buildDefinition.externalParameters ?? {}
  return {
    at: runDetails.metadata?.finishedOn ?? null,
    passed: true,
    built: {
      builder: withoutScheme(runDetails.builder.id),
      workflow:
        workflow === undefined
          ? null
          : `${withoutScheme(workflow.repository).replace(/^github\.com\//, '')}/${workflow.path}`,
    },
  }
}

const withoutScheme = (address: string) => address.replace(/^[a-z+]+:\/\//, '')

/**
 * In-toto statements: DSSE envelopes, Sigstore bundles, what GitHub lists of attestations, and what
 * `gh attestation verify --format json` says. A statement is a claim until its signature was
 * verified: by a key that the configuration trusts, or by that command.
 */
export const provenance: Format = {
  name: 'in-toto attestation',
  isOf: (value) => listClaims(value).length > 0,
  read: (value, origin) =>
    listClaims(value).map(({ where, envelope, statement }) => {
      if (statement !== undefined) {
        return readPart(where, Provenance, statement, (one) => toFindings(one, true))
      }
      const { data, error } = Envelope.safeParse(envelope)
      if (error) return { where, findings: [], fault: tellFaults(error) }
      return readPart(where, Provenance, decode(data), (one) =>
        toFindings(one, isVerified(data, origin)),
      )
    }),
}

const Provenance = Statement.transform((statement, context) => {
  try {
    return { statement, told: readPredicate(statement) }
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    context.addIssue(`predicate: ${tellFaults(error)}`)
    return z.NEVER
  }
})

interface Claim {
  readonly where: string
  readonly envelope?: unknown
  /** Of one that was verified before it got here. */
  readonly statement?: unknown
}

function listClaims(value: unknown, where = ''): Claim[] {
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => listClaims(one, `${where}${index}.`))
  }
  if (!isObject(value)) return []
  const { verificationResult, attestations, bundle, dsseEnvelope } = value
  if (isObject(verificationResult) && 'statement' in verificationResult) {
    return [{ where: `${where}verificationResult`, statement: verificationResult['statement'] }]
  }
  if (Array.isArray(attestations)) return listClaims(attestations, `${where}attestations.`)
  if (isObject(bundle)) return listClaims(bundle, `${where}bundle.`)
  if (isObject(dsseEnvelope)) return [{ where: `${where}dsseEnvelope`, envelope: dsseEnvelope }]
  if ('payloadType' in value && 'payload' in value) return [{ where, envelope: value }]
  return []
}

function decode({ payload }: Envelope): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

/** https://github.com/secure-systems-lab/dsse/blob/master/protocol.md: what is signed is the type, too. */
function isVerified({ payloadType, payload, signatures }: Envelope, { isSigned }: Origin): boolean {
  const body = Buffer.from(payload, 'base64')
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${body.length} `
  const bytes = Buffer.concat([Buffer.from(head), body])
  return signatures.some(({ sig }) => isSigned(bytes, Buffer.from(sig, 'base64')))
}

function toFindings(
  { statement, told: { at, passed, built } }: z.output<typeof Provenance>,
  verified: boolean,
): Finding[] {
  const said: PolicyResult = passed ? 'pass' : 'fail'
  return statement.subject.map(({ digest }) => {
    const [algorithm, hash] =
      Object.entries(digest).find(([name]) => name === 'sha256') ?? Object.entries(digest)[0] ?? []
    return {
      tool: 'provenance',
      rule: withoutScheme(statement.predicateType),
      subject: { type: 'artifact', id: `${algorithm}:${hash}` },
      result: verified ? said : 'inconclusive',
      severity: null,
      at,
      verified,
      url: null,
      ...(built !== null && { built }),
    }
  })
}
