import { createHmac, timingSafeEqual } from 'node:crypto'

const HEADER = /^sha256=([0-9a-f]{64})$/

/**
 * Whether `header` (`sha256=` and hexadecimal digits) is the HMAC of exactly these bytes under any of
 * the secrets. https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function isSigned(
  body: Uint8Array,
  header: string | null,
  secrets: readonly string[],
): boolean {
  const given = HEADER.exec(header ?? '')?.[1]
  if (given === undefined) return false
  const bytes = Buffer.from(given, 'hex')
  return secrets.some((secret) =>
    timingSafeEqual(bytes, createHmac('sha256', secret).update(body).digest()),
  )
}
