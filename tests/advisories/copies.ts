// Runs alone: its copy of the package lies in a folder that other files would take away.
// Two copies of the package in one process, as when an app and a library that it uses each bring one:
// what one of them makes, the other understands.
import { cpSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t from 'tap'
import { httpMiddleware } from '../../lib/authoring.ts'
import { html } from '../../lib/html.ts'
import * as own from '../../lib/index.ts'
import { csrf } from '../../lib/middleware/csrf.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { serverTiming, timingsOf } from '../../lib/middleware/servertiming.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import { memoryStore } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'
import { LintError, type lint } from '../../lib/testing/lint.ts'
import { brand, ownPrototype } from '../../lib/types/brand.ts'
import type { App } from '../../lib/types.ts'
import { listening, request } from '../support/sockets.ts'

const folder = path.join(t.testdir(), 'copy')
cpSync(fileURLToPath(new URL('../../lib', import.meta.url)), folder, { recursive: true })

/** The same module of the other copy. */
async function copied<Module>(name: string): Promise<Module> {
  return import(pathToFileURL(path.join(folder, `${name}.js`)).href)
}

const other = await copied<typeof own>('index')
const { httpMiddleware: otherMiddleware } =
  await copied<typeof import('../../lib/authoring.ts')>('authoring')

t.test('the copies have different classes, and instanceof works across them', async (t) => {
  t.not(other.HTTPException, own.HTTPException)
  t.ok(new other.HTTPException(404) instanceof own.HTTPException)
  t.ok(new own.HTTPException(404) instanceof other.HTTPException)
  t.notOk(new Error('x') instanceof own.HTTPException)
})

t.test('responses, exceptions, apps and routes of the other copy are served', async (t) => {
  const app = own.Application({
    routes: [
      own.Route('/response', () => new other.PlainTextResponse('other') as never),
      own.Route('/exception', () => {
        throw new other.HTTPException(418, 'a teapot', { headers: { 'x-a': '1' } })
      }),
      own.Mount(
        '/app',
        other.Application({
          routes: [other.Route('/', () => new other.PlainTextResponse('inside'))],
        }),
      ),
      other.Route('/route', () => new own.PlainTextResponse('route') as never) as never,
      other.Route('/own-exception', () => {
        throw new own.HTTPException(403, 'no')
      }) as never,
    ],
  })
  await using client = await testClient(app)

  for (const [target, status, text] of [
    ['/response', 200, 'other'],
    ['/exception', 418, 'a teapot'],
    ['/app/', 200, 'inside'],
    ['/app', 200, 'inside'],
    ['/app/nothing', 404, 'Not Found'],
    ['/route', 200, 'route'],
    ['/own-exception', 403, 'no'],
  ] as const) {
    const response = await client.get(target)
    t.same([response.status, await response.text()], [status, text], target)
  }
})

t.test('handlers of exceptions are found across copies, by status and by class', async (t) => {
  class Overloaded extends other.HTTPException {}
  const said =
    (text: string) =>
    (_request: unknown, error: Error): own.PlainTextResponse =>
      new own.PlainTextResponse(`${text}: ${error.message}`, { status: 400 })
  const inner = other.Application({
    routes: [
      other.Route('/status', () => {
        throw new other.HTTPException(409, 'status')
      }),
      other.Route('/class', () => {
        throw new Overloaded(503, 'class')
      }),
      other.Route('/own', () => {
        throw new own.HTTPException(402, 'own')
      }),
    ],
  })
  for (const key of [own.HTTPException, other.HTTPException]) {
    const app = own.Router([own.Mount('/', own.Router([...(inner.routes as never[])]))], {
      middleware: [
        exceptions([
          [409, said('by status')],
          [key, said('by class')],
        ]),
      ],
    })
    await using client = await testClient(app)

    t.equal(await (await client.get('/status')).text(), 'by status: status')
    t.equal(await (await client.get('/class')).text(), 'by class: class')
    t.equal(await (await client.get('/own')).text(), 'by class: own')
  }
})

t.test('exceptions() uses the handlers of an application of the other copy', async (t) => {
  const route = own.Route('/', () => {
    throw new own.HTTPException(409, 'conflict')
  })
  const app = other.Application({
    routes: [other.Mount('/', own.Router([route], { middleware: [exceptions()] }))],
    exceptionHandlers: [[409, () => new other.PlainTextResponse('outer', { status: 409 })]],
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/')).text(), 'outer')
})

t.test('a session of one copy is available to routes of the other', async (t) => {
  const route = other.Route('/', ({ session }) => {
    session.data['count'] = Number(session.data['count'] ?? 0) + 1
    return new other.PlainTextResponse(`${session.data['count']}`)
  })
  const app = own.Application({
    routes: [route as never],
    middleware: [sessions({ store: memoryStore() }), csrf()],
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/')).text(), '1')
  t.equal(await (await client.get('/')).text(), '2')
})

t.test('http middleware works across copies', async (t) => {
  const stamping = httpMiddleware(async (request, next) => {
    const response = await next(request)
    response.headers.set('x-own', '1')
    return response
  })
  const replacing = otherMiddleware(async () => new own.PlainTextResponse('replaced') as never)
  const app = own.Application({
    routes: [
      own.Route('/', () => new own.PlainTextResponse('x')),
      own.Route('/replaced', () => new own.PlainTextResponse('x'), { middleware: [replacing] }),
    ],
    middleware: [stamping],
  })
  await using client = await testClient(app)

  t.equal((await client.get('/')).headers.get('x-own'), '1')
  t.equal(await (await client.get('/replaced')).text(), 'replaced')
})

t.test('a route of the other copy does not serve methods that are not its own', async (t) => {
  let calls = 0
  const called = (): own.PlainTextResponse => {
    calls++
    return new own.PlainTextResponse('x')
  }
  const plain: own.Middleware = (app) => (scope, receive, send) => app(scope, receive, send)
  const route = other.Route('/a', called as never, { methods: ['GET'], middleware: [plain] })
  await using client = await testClient(own.Router([route as never]))

  t.equal((await client.post('/a')).status, 405)
  t.equal(calls, 0)
})

t.test('the lifespan of a mounted application of the other copy runs', async (t) => {
  const log: string[] = []
  const inner = other.Application({
    routes: [other.Route('/', ({ state }) => new other.PlainTextResponse(String(state['a'])))],
    lifespan: async function* () {
      log.push('start')
      yield { a: 'yielded' }
      log.push('stop')
    },
  })
  const client = await testClient(own.Application({ routes: [own.Mount('/', inner)] }))

  t.equal(await (await client.get('/')).text(), 'yielded')
  await client.close()
  t.same(log, ['start', 'stop'])
})

t.test('a server of one copy recognizes errors of an app of the other', async (t) => {
  const errors: unknown[] = []
  const gone: App = async () => {
    throw new other.ClientDisconnected()
  }
  const { talk } = await listening(t, gone, {
    lifespan: 'off',
    onError: (error) => errors.push(error),
  })
  await talk(request('GET /', ['connection: close']))

  t.same(errors, [], 'a client that has gone is no error')
  const app: App = async (scope) => {
    throw new other.UnsupportedProtocol(scope.type)
  }
  await using client = await testClient(app, { raiseServerExceptions: false })
  t.equal((await client.get('/')).status, 500, 'it has started without a lifespan')
})

t.test('lint recognizes a fault that lint of the other copy found', async (t) => {
  const { lint: theirs } = await copied<{ lint: typeof lint }>('testing/lint')
  const app = theirs()(async (_scope, _receive, send) => {
    await send({ type: 'http.response.body' })
  })
  await using client = await testClient(app, {
    lint: false,
    lifespan: 'off',
    raiseServerExceptions: false,
  })

  const fault = await client.get('/').catch((error: unknown) => error)

  t.ok(fault instanceof LintError)
})

t.test('templates of the other copy are accepted only where text is safe', async (t) => {
  const { html: others } = await copied<{ html: typeof html }>('html')
  const theirs = others`<b>${'<'}</b>`

  t.equal(String(html`<p>${theirs as never}</p>`), '<p><b>&lt;</b></p>')
  t.throws(() => html`<p onclick="${theirs as never}"></p>`, { name: 'TypeError' })
  t.equal(new TextDecoder().decode(new own.HTMLResponse(theirs as never).body), '<b>&lt;</b>')
})

t.test('times that the other copy records are shown', async (t) => {
  const theirs = await copied<{ timingsOf: typeof timingsOf }>('middleware/servertiming')
  const route = own.Route('/', (request) => {
    theirs.timingsOf(request).add('theirs', 1)
    timingsOf(request).add('ours', 2)
    return new own.PlainTextResponse('x')
  })
  await using client = await testClient(own.Router([route], { middleware: [serverTiming()] }))

  t.match((await client.get('/')).headers.get('server-timing'), /theirs;dur=1\.0, ours;dur=2\.0/)
})

t.test('a class that extends a shared one is compared as usual', async (t) => {
  class Shared {}
  brand(Shared, 'of this test')
  class Inner extends Shared {}

  t.ok(new Inner() instanceof Shared)
  t.notOk(new Shared() instanceof Inner)
  t.ok(new Inner() instanceof Inner)
  for (const value of [null, undefined, 1, 'text', {}, Shared]) t.notOk(value instanceof Shared)
  t.equal(ownPrototype(Shared.prototype), Shared.prototype)
  t.equal(ownPrototype(Inner.prototype), Inner.prototype)
})
