import { type NextRequest, NextResponse } from 'next/server'

/**
 * Gives every page a nonce of its own, and the policy that lets nothing run without it. It decides
 * nothing else: who may see what is not its business.
 */
export function proxy(request: NextRequest): NextResponse {
  // Letters and digits, which nothing escapes: lib/page-cache/nonce.ts finds it wherever it stands.
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex')
  const policy = contentSecurityPolicy(nonce)
  const headers = new Headers(request.headers)
  // Next reads the nonce from here and puts it on its own scripts.
  headers.set('Content-Security-Policy', policy)
  headers.set('x-nonce', nonce)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', policy)
  return response
}

// Not in front of machines' routes: Next cuts a long body that passes through here.
export const config = { matcher: '/((?!_next/static|api/|badge/|livez|readyz|prometheus).*)' }

function contentSecurityPolicy(nonce: string): string {
  const development = process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : ''
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development}`,
    `style-src 'self' 'nonce-${nonce}'`,
    // recharts sizes its box by a style attribute and draws nothing without it.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
