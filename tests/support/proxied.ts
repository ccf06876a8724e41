// A proxy in front of an upstream, served for the length of a test.
import type { Test } from 'tap'
import { type ProxyApp, type ProxyOptions, proxy } from '../../lib/interop/proxy.ts'
import type { ServeOptions } from '../../lib/servers/node.ts'
import { type Listening, listening } from './sockets.ts'

export interface Proxied extends Listening {
  readonly app: ProxyApp
  /** Why an upstream did not answer. */
  readonly failures: string[]
  readonly url: string
}

export async function proxied(
  t: Test,
  target: string,
  options: ProxyOptions = {},
  serving: ServeOptions = {},
): Promise<Proxied> {
  const failures: string[] = []
  const app = proxy(target, { onError: ({ message }) => failures.push(message), ...options })
  const listens = await listening(t, app, serving)
  return { ...listens, app, failures, url: listens.server.url ?? '' }
}
