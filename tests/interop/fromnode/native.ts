import type { RequestListener } from 'node:http'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount } from '../../../lib/routing.ts'
import type { App } from '../../../lib/types.ts'
import { watched } from '../../support/scopes.ts'
import { bodyOf, eventually, listening, request, soon, statuses } from '../../support/sockets.ts'

const CLOSE = 'connection: close'
const OFF = { lifespan: 'off' } as const

/** A handler that reports whether it got what `http.createServer` passes. */
const told: RequestListener = (request, response) => {
  response.end(request.socket === response.socket && 'server' in request.socket ? 'own' : 'inner')
}

async function asked(
  t: Parameters<typeof listening>[0],
  app: App,
  line = 'GET /',
): Promise<string> {
  const { talk } = await listening(t, app)
  return bodyOf(await talk(request(line, [CLOSE])))
}

t.test('handlers get Node’s own objects if no middleware observes messages', async (t) => {
  const app = fromNode(told)
  const around = (between: (app: App) => App): App =>
    Application({ routes: [Mount('/', between(app))] })

  t.equal(
    await asked(
      t,
      around((app) => app),
    ),
    'own',
  )
  t.equal(
    await asked(
      t,
      Application({ routes: [Mount('/a', Application({ routes: [Mount('/b', app)] }))] }),
      'GET /a/b/c',
    ),
    'own',
  )
  t.equal(await asked(t, around(watched)), 'inner')
  t.equal(
    await asked(
      t,
      around((app) => (scope, receive, send) => app(scope, () => receive(), send)),
    ),
    'inner',
  )
})

t.test('changes of the scope take effect', async (t) => {
  const changes: Readonly<Record<string, (scope: Record<string, unknown>) => void>> = {
    headers: (scope) => {
      scope['headers'] = ['host', 'other']
    },
    method: (scope) => {
      scope['method'] = 'PUT'
    },
    client: (scope) => {
      scope['client'] = { host: '10.0.0.1', port: 1 }
    },
    scheme: (scope) => {
      scope['scheme'] = 'https'
    },
    onDisconnect: (scope) => {
      scope['onDisconnect'] = () => {}
    },
  }
  for (const [name, change] of Object.entries(changes)) {
    const app: App = (scope, receive, send) => {
      const changed: Record<string, unknown> = { ...scope }
      change(changed)
      return fromNode(told)(changed as never, receive, send)
    }
    const { talk } = await listening(t, app, OFF)
    t.equal(bodyOf(await talk(request('GET /', [CLOSE]))), 'inner', name)
  }
  const { talk } = await listening(t, fromNode(told), OFF)
  t.equal(bodyOf(await talk(request('GET http://other/', [CLOSE]))), 'inner', 'the host')
  const awaited = ['expect: 100-continue', 'content-length: 0', CLOSE]
  t.match(await talk(request('POST /', awaited)), /inner$/, 'who waits for a 100')
})

t.test('a handler gets the path that a middleware changed', async (t) => {
  const app: App = (scope, receive, send) => {
    if (scope.type === 'http') scope.path = '/other ö'
    return fromNode((request, response) => response.end(request.url))(scope, receive, send)
  }
  const { talk } = await listening(t, app, OFF)

  t.equal(bodyOf(await talk(request('GET /x?q=1', [CLOSE]))), '/other%20%C3%B6?q=1')
})

t.test('a request without a body ends, even if a listener is added late', async (t) => {
  const app = fromNode((request, response) => {
    setTimeout(() => request.resume().on('end', () => response.end('ended')), 5)
  })
  const slow: App = async (...all) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return app(...all)
  }

  for (const each of [app, slow]) {
    const { talk } = await listening(t, each, OFF)
    t.equal(bodyOf(await talk(request('GET /', [CLOSE]))), 'ended')
  }
})

t.test('the connection stays open after a response, however much was read', async (t) => {
  const handler = fromNode((request, _response, next) => request.once('data', () => next()))
  const app = Application({ routes: [Mount('/', handler)] })
  const { talk } = await listening(t, app)
  const body = 'x'.repeat(50_000)

  const received = await talk(
    request('POST /', [`content-length: ${body.length}`], body) +
      request('POST /', ['content-length: 1', CLOSE], 'y'),
  )

  t.strictSame(statuses(received), [404, 404])
})

t.test('an exception handler can read a body that the handler has read', async (t) => {
  const app = Application({
    routes: [
      Mount(
        '/',
        fromNode((request, _response, next) => request.resume().on('end', () => next())),
      ),
    ],
    exceptionHandlers: [
      [404, async (request) => new PlainTextResponse(`[${await request.text()}]`)],
    ],
  })
  const { talk } = await listening(t, app)

  t.equal(bodyOf(await talk(request('POST /', ['content-length: 1', CLOSE], 'y'))), '[]')
})

t.test('errors before the head are answered, and later ones abort the response', async (t) => {
  const app = Application({
    routes: [
      Mount(
        '/sync',
        fromNode(() => {
          throw new Error('sync')
        }),
      ),
      Mount(
        '/async',
        fromNode(async () => {
          throw new Error('async')
        }),
      ),
      Mount(
        '/late',
        fromNode(async (_, response) => {
          response.write('half')
          await new Promise((resolve) => setTimeout(resolve, 5))
          throw new Error('late')
        }),
      ),
      Mount(
        '/status',
        fromNode(() => {
          throw Object.assign(new Error('teapot'), { status: 418 })
        }),
      ),
      Mount(
        '/destroyed',
        fromNode((_, response) => void response.destroy(new Error('mine'))),
      ),
    ],
  })
  const { talk, errors } = await listening(t, app)

  t.strictSame(statuses(await talk(request('GET /sync/', [CLOSE]))), [500])
  t.strictSame(statuses(await talk(request('GET /async/', [CLOSE]))), [500])
  t.match(await talk(request('GET /late/')), /200 OK[\s\S]*half\r\n$/)
  t.strictSame(statuses(await talk(request('GET /status/', [CLOSE]))), [418])
  t.equal(await talk(request('GET /destroyed/')), '')
  t.strictSame(
    errors.map((error) => (error as Error).message),
    ['sync', 'async', 'late', 'mine'],
  )
})

t.test('a client disconnect ends the exchange without an error', async (t) => {
  let done = false
  const app: App = async (...all) => {
    await fromNode((_, response) => void response.write('a'))
      .apply(undefined, all)
      .catch(() => {})
    done = true
  }
  const { connect, errors } = await listening(t, app, OFF)
  const client = await connect()
  await client.send(request('GET /')).until('a')

  await client.leave()

  await eventually(() => done, 'the end')
  t.strictSame(errors, [])
})

t.test('a server that closes waits for it, and uses messages afterwards', async (t) => {
  let finish = (): void => {}
  const app = fromNode((_, response) => {
    response.write('a')
    const end = (): void => void response.end('b')
    finish = end
  })
  const { connect, server } = await listening(t, app, { ...OFF, gracePeriodMs: 5_000 })
  const client = await connect()
  await client.send(request('GET /')).until('a')

  const closed = server.close()
  setTimeout(finish, 20)
  await soon(closed, 'the end')

  t.match(client.received, /b\r\n0\r\n\r\n$/)
})

t.test('without shortcuts the exchange uses messages', async (t) => {
  const { talk } = await listening(t, fromNode(told), { ...OFF, shortcuts: false })

  t.equal(bodyOf(await talk(request('GET /', [CLOSE]))), 'inner')
})
