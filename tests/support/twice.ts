// One handler of Node twice: bare, on a server of node:http, and as an app on ours.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Test } from 'tap'
import { fromNode } from '../../lib/interop/fromnode.ts'
import type { App } from '../../lib/types.ts'
import { dechunked, type Listening, listening, RawClient } from './sockets.ts'

/** A response as a client understands it: what belongs to the connection is left out. */
export interface Understood {
  readonly status: number
  /** By name in lower case, sorted. */
  readonly headers: Record<string, string[]>
  readonly body: string
  /** The fields behind the body. */
  readonly trailers: string
}

export interface Twice {
  readonly bare: (request: string) => Promise<Understood>
  readonly inside: (request: string) => Promise<Understood>
  /** Asks both, and says of the answers that they are the same. */
  readonly same: (t: Test, request: string, message?: string) => Promise<Understood>
  /** What reached the `onError` of our server. */
  readonly errors: unknown[]
}

const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date'])

/** Serves a handler bare, and an app, which is the handler unless another is given. */
export async function twice(
  t: Test,
  handler: RequestListener,
  app: App = fromNode(handler),
): Promise<Twice> {
  const bare = createServer(handler)
  bare.listen(0, '127.0.0.1')
  await once(bare, 'listening')
  t.teardown(() => close(bare))
  const ours: Listening = await listening(t, app, { lifespan: 'off' })
  const { port } = bare.address() as AddressInfo
  const ask = async (where: number, request: string): Promise<Understood> => {
    const client = new RawClient(connect({ port: where, host: '127.0.0.1', allowHalfOpen: true }))
    t.teardown(() => client.socket.destroy())
    return understand(await client.send(request).end(), request.startsWith('HEAD '))
  }
  return {
    bare: (request) => ask(port, request),
    inside: (request) => ask(ours.port, request),
    same: async (t, request, message = request.slice(0, request.indexOf('\r\n'))) => {
      const [wanted, found] = await Promise.all([ask(port, request), ask(ours.port, request)])
      t.strictSame(framedAs(wanted, found), wanted, message)
      return found
    },
    errors: ours.errors,
  }
}

/**
 * How a body is framed is the server's: ours counts one that is whole when it goes out, where Node
 * sends chunks.
 */
export function framedAs(wanted: Understood, found: Understood): Understood {
  const { 'content-length': length, ...headers } = found.headers
  const isCounted = wanted.headers['content-length'] === undefined && found.trailers === ''
  if (!isCounted || length?.[0] !== `${found.body.length}`) return found
  return { ...found, headers, trailers: wanted.trailers }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

export function understand(received: string, isHead = false): Understood {
  // Informational responses come before the one that counts.
  const start = received.lastIndexOf('HTTP/1.1 ', received.search(/HTTP\/1\.1 [2-9]/))
  const end = received.indexOf('\r\n\r\n', start)
  const [line = '', ...fields] = received.slice(start, end).split('\r\n')
  const headers: Record<string, string[]> = {}
  for (const field of fields.sort()) {
    const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(field) ?? []
    const key = name.toLowerCase()
    headers[key] = [...(headers[key] ?? []), value]
  }
  const rest = received.slice(end + 4)
  const isChunked = headers['transfer-encoding'] !== undefined && !isHead
  for (const name of OF_THE_CONNECTION) delete headers[name]
  return {
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(Object.entries(headers).sort()),
    body: isChunked ? dechunked(rest) : rest,
    trailers: isChunked ? (/(?:^|\r\n)0\r\n(.*)\r\n$/s.exec(rest)?.[1] ?? 'cut') : '',
  }
}
