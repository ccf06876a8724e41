/** Reads certificates again when the process gets a SIGHUP, as servers do by custom. */
import type { TLSOptions } from './options.ts'

/**
 * Only where a file can have changed, and where the signal does not stop the server. A reload that
 * fails is told on stderr. The function that is returned removes the listener.
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
