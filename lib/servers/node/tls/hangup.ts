/** Reads certificates again when the process gets SIGHUP, as is usual for servers. */
import type { TLSOptions } from './options.ts'

/**
 * Calls `reload` for each SIGHUP. It does nothing if `tls` names no file, or if SIGHUP closes the server. The error
 * of a failed reload is written to stderr. The returned function removes the listener.
 */
export function reloadOnHangup(
  tls: TLSOptions | undefined,
  signals: readonly string[] = [],
  reload: () => Promise<void>,
): () => void {
  const isInFile = tls?.keyFile ?? tls?.certFile ?? tls?.caFile
  if (isInFile === undefined || signals.includes('SIGHUP')) return () => {}
  const onHangup = (): void => {
    reload().catch((error: Error) => console.error(error.message))
  }
  process.on('SIGHUP', onHangup)
  return () => void process.off('SIGHUP', onHangup)
}
