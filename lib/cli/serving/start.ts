/** Starts the server of `stellula serve` in this process. */
import { accessLog } from '../../middleware/accesslog.ts'
import { proxyHeaders } from '../../middleware/proxyheaders.ts'
import { type RunningServer, type ServeOptions, serve } from '../../servers/node.ts'
import type { App } from '../../types.ts'
import { CommandError } from '../failures.ts'
import { loadApp } from '../module.ts'
import { jsonLines, prettyLines } from './logs.ts'
import { loadEnvironment, type Place, placeOf, type ServeSettings } from './settings.ts'

/**
 * Loads the environment and the app, runs its startup, and listens.
 *
 * @param worker The number of the worker, for its logs; undefined if there is one process only.
 * @throws CommandError if one of these fails.
 */
export async function startServer(
  settings: ServeSettings,
  options: ServeOptions,
  worker?: number,
): Promise<RunningServer> {
  const { target, values, graceMs, tls, http2 } = settings
  loadEnvironment(values['env-file'])
  const place = placeOf(values)
  const app = withServeMiddleware(await loadApp(target), settings, worker)
  const { 'root-path': rootPath } = values
  try {
    return await serve(app, {
      ...place,
      ...(rootPath !== undefined && { rootPath }),
      ...(graceMs !== undefined && { gracePeriodMs: graceMs }),
      ...(tls !== undefined && { tls }),
      ...(http2 && { http2 }),
      ...options,
    })
  } catch (error) {
    throw listenError(error, place)
  }
}

function withServeMiddleware(
  app: App,
  { accessLog: form, proxies }: ServeSettings,
  worker?: number,
): App {
  const behindProxies = proxies === undefined ? app : proxyHeaders({ trusted: proxies })(app)
  if (form === undefined) return behindProxies
  const logger = form === 'pretty' ? prettyLines(worker) : jsonLines(worker)
  return accessLog({ logger })(behindProxies)
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use. Choose another, or end what listens there.',
  EACCES: 'is not allowed for this user. Choose another, such as a port above 1023.',
  EADDRNOTAVAIL: 'is not an address of this machine. Choose another --host.',
  ENOTFOUND: 'is not a known host. Choose another --host.',
  EBADF: 'is not an open descriptor. Check what started this process.',
  ENOTSOCK: 'is not a socket. Check what started this process.',
  EINVAL: 'does not listen. Check what started this process.',
  ENOENT: 'is in a folder that does not exist, or is closed to this user. Choose another --path.',
}

function listenError(error: unknown, place: Place): unknown {
  const { code = '', syscall, message } = error as NodeJS.ErrnoException
  if (/^serve: (?:tls\.|the key and)/.test(message)) {
    return new CommandError(message.replace(/tls\.(key|cert)File/, '--tls-$1'))
  }
  // For a unix socket, libuv reports a missing folder as EACCES.
  const reason = REASONS['path' in place && code === 'EACCES' ? 'ENOENT' : code]
  const isOwn = syscall === 'listen' || syscall === 'getaddrinfo' || 'fd' in place
  if (reason === undefined || !isOwn) return error
  return new CommandError(`serve: ${placeText(place)} ${reason}`)
}

function placeText(place: Place): string {
  if ('fd' in place) return `the descriptor ${place.fd}`
  return 'path' in place ? `the socket ${place.path}` : `port ${place.port} of ${place.host}`
}
