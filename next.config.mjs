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

const PLAIN_TEXT = '.*(text/plain|openmetrics-text).*'

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
    { source: '/:machine(api|badge|livez|readyz|prometheus)/:path*', headers: machine },
  ],
  // Prometheus asks for plain text; whoever reads asks for a page, and gets what each number means.
  rewrites: async () => ({
    beforeFiles: [
      {
        source: '/metrics',
        has: [{ type: 'header', key: 'accept', value: PLAIN_TEXT }],
        destination: '/prometheus',
      },
    ],
  }),
  redirects: async () => [{ source: '/outcomes', destination: '/', permanent: false }],
}
