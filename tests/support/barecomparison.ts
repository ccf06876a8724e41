// Runs handlers on a server of node:http and on ours, to compare what a
// handler sees on each.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Test } from 'tap'
import { fromNode } from '../../lib/interop/fromnode.ts'
import type { App } from '../../lib/types.ts'
import { listening, RawClient } from './sockets.ts'

/** What a handler has seen of one exchange. */
export interface Seen {
  /** The events of request and response, and what the handler adds, in order. */
  readonly log: string[]
  request: IncomingMessage | undefined
  response: ServerResponse | undefined
}

export interface Scene {
  readonly handler: (request: IncomingMessage, response: ServerResponse, seen: Seen) => unknown
  /** What the client does; it waits for what has to happen. */
  readonly play: (client: RawClient, seen: Seen) => Promise<unknown>
}

export interface Played {
  readonly bare: Seen
  readonly inside: Seen
  /** What came over the sockets, but for the times. */
  readonly received: readonly [bare: string, inside: string]
  /** What reached the `onError` of our server. */
  readonly errors: unknown[]
}

/** @param around Who stands between our server and the handler. */
export async function playTwice(
  t: Test,
  scene: Scene,
  around: (app: App) => App = (app) => app,
): Promise<Played> {
  const bare = seenOf()
  const inside = seenOf()
  const server = createServer(logged(scene, bare)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ours = await listening(t, around(fromNode(logged(scene, inside))), { lifespan: 'off' })
  const { port } = server.address() as AddressInfo
  const received = [await play(scene, port, bare), await play(scene, ours.port, inside)] as const
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  return { bare, inside, received, errors: ours.errors }
}

function seenOf(): Seen {
  return { log: [], request: undefined, response: undefined }
}

function logged({ handler }: Scene, seen: Seen) {
  return (request: IncomingMessage, response: ServerResponse): unknown => {
    for (const name of ['end', 'aborted', 'close', 'error']) {
      request.on(name, (error?: Error) => {
        seen.log.push(error === undefined ? `request ${name}` : `request ${name}: ${error.message}`)
      })
    }
    for (const name of ['prefinish', 'finish', 'close', 'drain']) {
      response.on(name, () => seen.log.push(`response ${name}`))
    }
    Object.assign(seen, { request, response })
    return handler(request, response, seen)
  }
}

async function play(scene: Scene, port: number, seen: Seen): Promise<string> {
  const client = new RawClient(connect({ port, host: '127.0.0.1', allowHalfOpen: true }))
  await scene.play(client, seen)
  client.socket.destroy()
  return client.received.replaceAll(/^date: .*$/gim, 'date')
}

/** All that the two tell of how far they are. */
export function stateOf({ request, response }: Seen): object {
  return {
    request: pick(request, ['complete', 'aborted', 'readableEnded', 'destroyed', 'method', 'url']),
    response: pick(response, [
      'statusCode',
      'statusMessage',
      'headersSent',
      'writableEnded',
      'writableFinished',
      'writableLength',
      'writableNeedDrain',
      'finished',
      'destroyed',
      'closed',
      'errored',
    ]),
  }
}

function pick(object: object | undefined, keys: readonly string[]): object {
  return Object.fromEntries(keys.map((key) => [key, object && Reflect.get(object, key)]))
}
