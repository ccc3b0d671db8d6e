const LONGEST_STOP_MS = 9000

/**
 * Aborted when the process is asked to end. It ends soon after in any case: what is not committed
 * by then is rolled back.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController()
  const end = () => {
    if (stop.signal.aborted) return
    stop.abort()
    setTimeout(() => process.exit(), LONGEST_STOP_MS).unref()
  }
  // A terminal tells every process of a command, and a launcher tells its child once more.
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  return stop.signal
}
