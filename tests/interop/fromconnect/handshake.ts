import session from 'express-session'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromConnect, nodeRequest, onHandshake } from '../../../lib/interop/fromconnect.ts'
import type { NodeHandler } from '../../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route, Router, WebSocketRoute } from '../../../lib/routing.ts'
import { call, websocketScope } from '../../support/scopes.ts'
import { bodyOf, eventually, listening, request } from '../../support/sockets.ts'
import { connected, denied } from '../../support/websockets.ts'

interface WithUser {
  readonly session: { user?: string }
}

t.test('an express-session is read on a websocket', async (t) => {
  const kept = session({ secret: 'a secret', resave: false, saveUninitialized: false })
  const app = Application({
    routes: [
      Route('/login', (request) => {
        nodeRequest<WithUser>(request).session.user = 'ada'
        return new PlainTextResponse('in')
      }),
      WebSocketRoute('/chat', async (websocket) => {
        const { user = 'nobody' } = nodeRequest<WithUser>(websocket).session
        await websocket.accept()
        await websocket.sendText(user)
      }),
    ],
    middleware: [fromConnect(kept), onHandshake(kept)],
  })
  const server = await listening(t, app)
  const login = await server.talk(request('GET /login', ['connection: close']))
  t.equal(bodyOf(login), 'in')
  const [cookie = ''] = /connect\.sid=[^;]*/.exec(login) ?? []

  for (const [headers, user] of [
    [{ cookie }, 'ada'],
    [{}, 'nobody'],
  ] as const) {
    const peer = await connected(t, server, '/chat', [], { headers })
    await eventually(() => peer.closed !== undefined, 'the end')
    t.strictSame(peer.messages, [user])
  }
  t.strictSame(server.errors, [])
})

const accepting = WebSocketRoute('/', (websocket) => websocket.accept({ headers: ['x-b', 'own'] }))

t.test('a middleware may refuse, or add fields to the response', async (t) => {
  const app = Router([accepting], {
    middleware: [
      onHandshake(
        (request, response, next) => {
          response.setHeader('x-a', ['1', '2'])
          response.setHeader('x-b', 'not this')
          response.setHeader('connection', 'close')
          if (request.headers['x-key'] === 'key') next()
          else response.writeHead(401, { 'www-authenticate': 'Basic' }).end('no key')
        },
        async (request, _response, next) => {
          t.strictSame([request.method, request.url, request.httpVersion], ['GET', '/?q', '1.1'])
          await null
          next()
        },
      ),
    ],
  })
  const server = await listening(t, app)

  const refused = await denied(server, '/?q')
  t.strictSame([refused.status, refused.headers['www-authenticate']], [401, 'Basic'])
  let fields: readonly string[] = []
  const peer = await connected(t, server, '/?q', [], {
    headers: { 'x-key': 'key' },
    finishRequest: (request) => {
      request.on('upgrade', ({ rawHeaders }) => {
        fields = rawHeaders.map((text) => text.toLowerCase())
      })
      request.end()
    },
  })
  await eventually(() => peer.closed !== undefined, 'the end')
  t.strictSame(
    fields.filter((_, index) => (fields[index - (index % 2)] ?? '').startsWith('x-')),
    ['x-b', 'own', 'x-a', '1', 'x-a', '2'],
  )
  t.strictSame(server.errors, [])
})

t.test('errors are those of the app, or of the middleware', async (t) => {
  const failure = new Error('failed')
  const failing = onHandshake((_request, _response, next) => next(failure))
  const passing = onHandshake((_request, _response, next) => next())

  await t.rejects(call(failing(accepting), websocketScope()), failure)
  await t.rejects(
    call(
      passing(() => Promise.reject(failure)),
      websocketScope(),
    ),
    failure,
  )
})

t.test('denies with a close if the server cannot send a response', async (t) => {
  const refusing = onHandshake((_request, response) => void response.writeHead(401).end('no'))

  t.strictSame(await call(refusing(accepting), websocketScope({ extensions: {} })), [
    { type: 'websocket.close', code: 1000, reason: '' },
  ])
})

t.test('http requests pass unchanged, and invalid arguments throw', async (t) => {
  const app = onHandshake(() => t.fail('it is for websockets'))(
    Route('/', () => new PlainTextResponse('x')),
  )
  t.match(await call(app), [{ status: 200 }, { body: Buffer.from('x') }])
  t.throws(
    () => onHandshake('x' as never),
    /^onHandshake: it takes middleware .*, string was given/,
  )
})

t.test('pages of other origins cannot open websockets, unless they are listed', async (t) => {
  const called: string[] = []
  const passing: NodeHandler = (request, _response, next) => {
    called.push(request.url ?? '')
    next()
  }
  const headers = { cookie: 'connect.sid=s', origin: 'http://evil.example' }
  const opened = async (origins?: '*' | string[]): Promise<number> => {
    const checked = origins === undefined ? onHandshake(passing) : onHandshake(passing, { origins })
    const server = await listening(t, Router([accepting], { middleware: [checked] }))
    if (origins === undefined) return (await denied(server, '/', headers)).status
    const peer = await connected(t, server, '/', [], { headers })
    await eventually(() => peer.closed !== undefined, 'the end')
    return 101
  }

  t.equal(await opened(), 403)
  t.strictSame(called, [])
  t.equal(await opened(['http://evil.example']), 101)
  t.equal(await opened('*'), 101)
  t.strictSame(called, ['/', '/'])
  t.throws(() => onHandshake(passing, { origin: '*' } as never), {
    message: 'onHandshake: unknown option "origin". Did you mean "origins"?',
  })
  t.throws(() => onHandshake(passing, { origins: ['evil.example'] }), /^onHandshake: an origin is/)
})
