import { createServer } from 'node:net'
import { ConfigError } from '#lib/errors.ts'

/** @throws {ConfigError} when the text is no port */
export function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port
  throw new ConfigError(`--port: expected a number from 1 to 65535, not "${text}"`)
}

/** @throws {ConfigError} when others could reach the address */
export function parseHost(host: string): string {
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return host
  throw new ConfigError(
    `--host: ${host} could be reached by others, and there is no sign-in yet; use 127.0.0.1, and a tunnel or a proxy with sign-in of its own in front of it`,
  )
}

/** @throws {ConfigError} when the address cannot be listened on for another reason than its use */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((answer, refuse) => {
    const probe = createServer()
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') answer(false)
      else refuse(new ConfigError(`port ${port} on ${host}: ${cause.message}`, { cause }))
    })
    probe.listen(port, host, () => probe.close(() => answer(true)))
  })
}
