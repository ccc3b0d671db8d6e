// Nothing is reported to anyone: not by a build, not by a running server.
process.env['NEXT_TELEMETRY_DISABLED'] = '1'

/** Sent with every answer; what may run on a page is for `proxy.ts` to say. */
const headers = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'no-referrer' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()' },
]

/** What answers a machine runs nothing. */
const machine = [
  ...headers,
  {
    key: 'Content-Security-Policy',
    value: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  },
]

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  headers: async () => [
    { source: '/:path*', headers },
    { source: '/:machine(api|badge|livez|readyz)/:path*', headers: machine },
  ],
  redirects: async () => [{ source: '/outcomes', destination: '/', permanent: false }],
}
