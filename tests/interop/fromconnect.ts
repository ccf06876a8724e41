import express from 'express'
import session from 'express-session'
import helmet from 'helmet'
import multer from 'multer'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { fromConnect, nodeRequest } from '../../lib/interop/fromconnect.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

const hello = Route('/', () => new PlainTextResponse('hello'))

t.test('the response has the fields of helmet and of Stellula', async (t) => {
  await using client = await testClient(
    Application({
      routes: [hello, Route('/bug', () => Promise.reject(new Error('a bug')))],
      middleware: [fromConnect(helmet())],
    }),
    { raiseServerExceptions: false },
  )

  const response = await client.get('/')
  t.strictSame([response.status, await response.text()], [200, 'hello'])
  t.equal(response.headers.get('x-content-type-options'), 'nosniff')
  t.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
  t.equal((await client.get('/nowhere')).headers.get('x-content-type-options'), 'nosniff')
  const failed = await client.get('/bug')
  t.strictSame([failed.status, failed.headers.get('x-content-type-options')], [500, 'nosniff'])
})

t.test('express-session sets its cookie when the response of Stellula starts', async (t) => {
  const kept = session({ secret: 'a secret', resave: false, saveUninitialized: false })
  const visits = Route('/', (request) => {
    const { session } = nodeRequest<{ session: { visits?: number } }>(request)
    session.visits = (session.visits ?? 0) + 1
    return new JSONResponse(session.visits).setCookie('own', 'x')
  })
  await using client = await testClient(
    Application({ routes: [visits], middleware: [fromConnect(kept)] }),
  )

  const first = await client.get('/')
  t.equal(await first.text(), '1')
  t.match(first.headers.getSetCookie().join(), /own=x.*connect\.sid=/)
  t.equal(await (await client.get('/')).text(), '2')
})

t.test('a middleware may answer, and then later middleware does not run', async (t) => {
  let runs = 0
  const app = Router([Route('/', () => new PlainTextResponse(`${++runs}`))], {
    middleware: [
      fromConnect((request, response, next) => {
        if (request.headers.authorization === 'key') next()
        else response.writeHead(401).end('no key')
      }),
    ],
  })
  await using client = await testClient(app)

  t.equal((await client.get('/')).status, 401)
  t.equal(runs, 0)
  t.equal(await (await client.get('/', { headers: { authorization: 'key' } })).text(), '1')
})

t.test('several middleware run in order on one request, and next() counts once', async (t) => {
  const log: string[] = []
  let wants = 0
  const app = Application({
    routes: [Route('/', () => new PlainTextResponse(`${++wants}`))],
    middleware: [
      fromConnect(
        (request, _, next) => {
          log.push('first')
          Object.assign(request, { user: 'ada' })
          next()
          next()
        },
        async (request, response, next) => {
          await null
          log.push(`second ${Reflect.get(request, 'user')}`)
          response.setHeader('x-user', 'ada')
          next()
        },
      ),
    ],
  })
  await using client = await testClient(app)

  const response = await client.get('/')
  t.strictSame([await response.text(), response.headers.get('x-user')], ['1', 'ada'])
  t.strictSame(log, ['first', 'second ada'])
})

t.test('a parsed body is available on the request, and can be read again', async (t) => {
  const app = Application({
    routes: [
      Route(
        '/',
        async (request) => {
          const { body } = nodeRequest<{ body: unknown }>(request)
          return new JSONResponse({ parsed: body, read: await request.json() })
        },
        { methods: ['POST'] },
      ),
    ],
    middleware: [fromConnect(express.json())],
  })
  await using client = await testClient(app)

  t.strictSame(await (await client.post('/', { json: { a: 1 } })).json(), {
    parsed: { a: 1 },
    read: { a: 1 },
  })
  const malformed = await client.post('/', {
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  t.equal(malformed.status, 400)
})

t.test('the app can read a body that no middleware has read', async (t) => {
  const app = Application({
    routes: [
      Route('/', async (request) => new PlainTextResponse(await request.text()), {
        methods: ['POST'],
      }),
    ],
    middleware: [fromConnect((_request, _response, next) => next())],
  })
  await using client = await testClient(app)
  async function* body() {
    yield 'one '
    yield 'two'
  }

  t.equal(await (await client.post('/', { body: body() })).text(), 'one two')
  t.equal(await (await client.post('/')).text(), '')
})

t.test('reading an upload again throws if it was too large to keep', async (t) => {
  const size = 3_000_000
  const app = Application({
    routes: [
      Route(
        '/size',
        (request) => {
          const { file } = nodeRequest<{ file: { size: number } }>(request)
          return new JSONResponse(file.size)
        },
        { methods: ['POST'] },
      ),
      Route('/again', async (request) => new PlainTextResponse(await request.text()), {
        methods: ['POST'],
      }),
    ],
    middleware: [fromConnect(multer().single('file') as never)],
  })
  await using client = await testClient(app)
  const body = new FormData()
  body.append('file', new Blob([Buffer.alloc(size)]), 'a.bin')

  t.equal(await (await client.post('/size', { body })).text(), `${size}`)
  await t.rejects(
    client.post('/again', { body }),
    /^fromConnect: a middleware read the body, which was too large/,
  )
})

t.test('errors of a middleware are thrown, and errors of the app pass unchanged', async (t) => {
  const failing = (error: unknown) => fromConnect((_request, _response, next) => next(error))
  const named = Object.assign(new Error('own'), { status: 404 })
  const throwing = fromConnect(() => {
    throw named
  })
  const passing = fromConnect((_request, _response, next) => next())

  await t.rejects(call(failing(named)(hello)), { name: 'HTTPException', status: 404 })
  await t.rejects(call(throwing(hello)), { name: 'HTTPException', status: 404 })
  await t.rejects(call(passing(() => Promise.reject(named))), named)
  await t.rejects(
    call(passing(async () => {})),
    /^fromConnect: the app behind the middleware ended before/,
  )
  t.equal(responseOf(await call(failing('route')(hello))).text, 'hello')
})

t.test('results of an outer middleware are available inside fromNode too', async (t) => {
  const inside = express()
  inside.get('/', (request, response) => {
    const { session } = request as unknown as { session: { visits: number } }
    session.visits++
    response.json(session)
  })
  const outer = fromConnect((request, _, next) => {
    Object.assign(request, { session: { visits: 1 } })
    next()
  })
  const seen: unknown[] = []
  const looking = fromConnect((request, response, next) => {
    response.on('finish', () => seen.push(Reflect.get(request, 'session')))
    next()
  })
  const app = Application({ routes: [Mount('/', fromNode(inside))], middleware: [outer, looking] })
  await using client = await testClient(app)

  t.strictSame(await (await client.get('/')).json(), { visits: 2 })
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(seen, [{ visits: 2 }])
})

t.test('websockets and the lifespan pass unchanged', async (t) => {
  const types: string[] = []
  const app = fromConnect(() => t.fail('it is for http'))(async ({ type }) => void types.push(type))

  await call(app, websocketScope())
  await call(app, lifespanScope())

  t.strictSame(types, ['websocket', 'lifespan'])
})

t.test('invalid arguments throw', async (t) => {
  t.throws(
    () => fromConnect('cors' as never),
    /^fromConnect: it takes middleware .*, string was given/,
  )
  const four = (_error: unknown, _request: unknown, _response: unknown, _next: unknown): void => {}
  t.throws(
    () => fromConnect(four as never),
    /one of four parameters was given\. Answer errors by exceptionHandlers/,
  )
  t.throws(
    () => nodeRequest({ scope: httpScope() }),
    /^nodeRequest: this app has no fromConnect\(\) middleware/,
  )
})
