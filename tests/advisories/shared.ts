// What many requests have in common, nobody can change: a constant of a module, or a part of a scope,
// would carry what one client is told to all others.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { environ } from '../../lib/config.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { Mount, Route } from '../../lib/routing.ts'
import { toFetch } from '../../lib/servers/fetch.ts'
import { toNode } from '../../lib/servers/hosted.ts'
import { StaticFiles } from '../../lib/staticfiles.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, ReceiveMessage, Scope } from '../../lib/types.ts'
import { hostServer } from '../support/hosts.ts'
import { listening, request } from '../support/sockets.ts'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string>
}

/** The paths of all objects below a value that anybody could change. */
function changeable(value: unknown, at: string, seen = new Set<unknown>()): string[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  // Nothing of an empty array of bytes can be changed, and a promise is no place to keep things in.
  if (value instanceof Uint8Array && value.byteLength === 0) return []
  if (value instanceof Promise || value instanceof RegExp) return []
  // The environment of the process is everybody's, and refuses a change of what was read.
  if (value === environ) return []
  seen.add(value)
  const below = Object.entries(value).flatMap(([key, part]) =>
    changeable(part, `${at}.${key}`, seen),
  )
  return Object.isFrozen(value) ? below : [at, ...below]
}

t.test('exports of modules cannot be changed', async (t) => {
  for (const [name, file] of Object.entries(exports)) {
    if (!file.endsWith('.js')) continue
    const source = path.join('..', '..', 'lib', file.slice('./dist/'.length))
    const module: Record<string, unknown> = await import(source)
    for (const [key, value] of Object.entries(module)) {
      t.same(changeable(value, `${name} ${key}`), [])
    }
  }
})

/** What two requests have been given: their scopes, and all messages. */
type Given = readonly [scope: Scope, ...messages: ReceiveMessage[]]

/** The parts of two values that are the same object. */
function shared(one: unknown, other: unknown, at: string): [at: string, value: object][] {
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return []
  if (one === other) return [[at, one]]
  return Object.entries(one).flatMap(([key, part]) =>
    shared(part, (other as Record<string, unknown>)[key], `${at}.${key}`),
  )
}

const CLOSE = 'connection: close'
const HANDSHAKE = [
  ...['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

const SERVERS: Readonly<Record<string, (t: Test, app: App) => Promise<void>>> = {
  'serve()': async (t, app) => {
    const { talk } = await listening(t, app)
    for (const _ of [1, 2]) await talk(request('GET /', [CLOSE]))
  },
  'serve(), websockets': async (t, app) => {
    const { talk } = await listening(t, app)
    for (const _ of [1, 2]) await talk(request('GET /', HANDSHAKE))
  },
  'toNode()': async (t, app) => {
    const { ask } = await hostServer(t, toNode(app))
    for (const _ of [1, 2]) await ask('/')
  },
  'toFetch()': async (t, app) => {
    await using respond = toFetch(app, { server: { host: 'a', port: 1 } })
    for (const _ of [1, 2]) t.ok(await respond(new Request('http://test/')))
  },
  'the test client': async (t, app) => {
    await using client = await testClient(app)
    for (const _ of [1, 2]) t.ok(await client.get('/'))
  },
  'the test client, websockets': async (t, app) => {
    await using client = await testClient(app)
    for (const _ of [1, 2]) await t.rejects(client.websocket('/'))
  },
}

for (const [name, run] of Object.entries(SERVERS)) {
  t.test(`objects that two requests share cannot be changed: ${name}`, async (t) => {
    const given: Given[] = []
    const noting: App = async (scope, receive, send) => {
      if (scope.type === 'lifespan') return inner(scope, receive, send)
      const first = await receive()
      given.push([{ ...scope }, first])
      if (scope.type === 'websocket') return send({ type: 'websocket.close' })
      await inner(scope, receive, send)
      given[given.length - 1] = [scope, first, await receive()]
    }
    const inner = Application({
      routes: [Route('/', () => new PlainTextResponse('hello'))],
      lifespan: async function* () {
        yield { a: 1 }
      },
    })

    await run(t, noting)

    t.equal(given.length, 2)
    // The tables and functions of the app itself are its own affair.
    const parts = shared(given[0], given[1], name).filter(([at]) => !/exceptionHandlers$/.test(at))
    for (const [at, part] of parts) t.same(changeable(part, at), [])
  })
}

const folder = t.testdir({ 'a.txt': 'a' })

t.test('a handler of 404 gets a new exception for each request', async (t) => {
  const app = Application({
    routes: [
      Mount('/static', StaticFiles({ directory: folder })),
      Mount(
        '/node',
        fromNode((_request, _response, next) => next()),
      ),
    ],
    exceptionHandlers: [
      [
        404,
        (request, error: HTTPException) => {
          error.headers.append('x-for', request.url.pathname)
          Object.assign(error, { detail: `nothing for ${error.headers.getAll('x-for')}` })
          return new PlainTextResponse(error.detail, { status: 404, headers: error.headers })
        },
      ],
    ],
  })
  await using client = await testClient(app)

  for (const at of ['/alice', '/bob', '/static/alice', '/static/bob', '/node/alice', '/node/bob']) {
    const response = await client.get(at)
    t.equal(response.headers.get('x-for'), at)
    t.equal(await response.text(), `nothing for ${at}`)
  }
})

t.test('an exception without a handler is new for each request too', async (t) => {
  const seen: unknown[] = []
  const app = Application({
    routes: [Route('/', () => new PlainTextResponse('hello'))],
    exceptionHandlers: [
      [
        HTTPException,
        (_request, error) => {
          seen.push(error)
          return new PlainTextResponse('', { status: 404 })
        },
      ],
    ],
  })
  await using client = await testClient(app)

  await client.get('/a')
  await client.get('/b')

  t.equal(new Set(seen).size, 2)
})
