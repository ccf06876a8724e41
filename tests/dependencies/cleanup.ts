// LS-DI-4: what generators do after their yield, and when.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { type AnyConnection, type Dependency, dependency } from '../../lib/dependencies.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { noted } from '../support/dependencies.ts'

/** Both kinds of owners. */
const AROUND = {
  'an application': (route: ReturnType<typeof Route>) => Application({ routes: [route] }),
  'a route alone': (route: ReturnType<typeof Route>) => route,
}

for (const [owner, around] of Object.entries(AROUND)) {
  t.test(`${owner} closes them in reverse order, after the background work`, async (t) => {
    const log: string[] = []
    const [one, two] = [noted(log, 'one'), noted(log, 'two')]
    const app = around(
      Route('/', async (request) => {
        await two.of(request)
        await one.of(request)
        log.push('handler')
        return new PlainTextResponse('ok', { background: () => log.push('background') })
      }),
    )
    await using client = await testClient(app)
    await client.get('/')

    const closed = ['close one', 'close two']
    t.same(log, ['open two', 'open one', 'handler', 'background', ...closed])
  })

  t.test(`${owner} closes them after the last part of a stream`, async (t) => {
    const log: string[] = []
    const one = noted(log, 'one')
    const app = around(
      Route('/', async (request) => {
        await one.of(request)
        return new StreamingResponse(
          (async function* () {
            yield 'a'
            log.push('streamed')
            yield 'b'
          })(),
        )
      }),
    )
    await using client = await testClient(app)
    t.equal(await (await client.get('/')).text(), 'ab')

    t.same(log, ['open one', 'streamed', 'close one'])
  })

  t.test(`${owner} throws an error of the handler into them`, async (t) => {
    const log: string[] = []
    const [one, two] = [noted(log, 'one'), noted(log, 'two', 'handler')]
    const swallowing = dependency(async function* () {
      try {
        yield 1
      } catch {
        log.push('swallowed')
      }
    })
    const app = around(
      Route('/', async (request) => {
        await one.of(request)
        await two.of(request)
        await swallowing.of(request)
        throw new HTTPException(409, 'taken')
      }),
    )
    await using client = await testClient(app)
    const response = await client.get('/')

    t.same([response.status, await response.text()], [409, 'taken'])
    t.same(log, ['open one', 'open two', 'two: taken', 'swallowed', 'one: taken'])
  })

  t.test(`${owner} throws a bug into them, and still reports it`, async (t) => {
    const log: string[] = []
    const one = noted(log, 'one')
    const app = around(
      Route('/', async (request) => {
        await one.of(request)
        throw new RangeError('kaput')
      }),
    )
    await using client = await testClient(app)
    await t.rejects(client.get('/'), new RangeError('kaput'))

    t.same(log, ['open one', 'one: kaput'])
  })

  t.test(`${owner} closes them before the answer with until: 'handler'`, async (t) => {
    const log: string[] = []
    const [tx, db] = [noted(log, 'tx', 'handler'), noted(log, 'db')]
    const app = around(
      Route('/', async (request) => {
        await db.of(request)
        await tx.of(request)
        return (scope, receive, send) => {
          log.push('answer')
          return new PlainTextResponse('ok').respond(scope, receive, send)
        }
      }),
    )
    await using client = await testClient(app)
    await client.get('/')

    t.same(log, ['open db', 'open tx', 'close tx', 'answer', 'close db'])
  })

  t.test(`${owner} answers a failed commit, and throws its error into the others`, async (t) => {
    const log: string[] = []
    const [db, other] = [noted(log, 'db'), noted(log, 'other', 'handler')]
    const tx = dependency(
      function* () {
        yield 1
        throw new HTTPException(409, 'conflict')
      },
      { until: 'handler' },
    )
    const app = around(
      Route('/', async (request) => {
        await db.of(request)
        await other.of(request)
        tx.of(request)
        return new PlainTextResponse('never sent')
      }),
    )
    await using client = await testClient(app)
    const response = await client.get('/')

    t.same([response.status, await response.text()], [409, 'conflict'])
    t.same(log, ['open db', 'open other', 'other: conflict', 'db: conflict'])
  })

  t.test(`${owner} reports errors of clean-ups, and runs the others`, async (t) => {
    const log: string[] = []
    const one = noted(log, 'one')
    const broken = (text: string): Dependency<Promise<number>, AnyConnection> =>
      dependency(async function* () {
        yield 1
        throw new Error(text)
      })
    const [first, second] = [broken('first'), broken('second')]
    const app = around(
      Route('/', async (request) => {
        await one.of(request)
        await first.of(request)
        if (request.queryParams.has('both')) await second.of(request)
        return new PlainTextResponse('ok')
      }),
    )
    await using client = await testClient(app)

    await t.rejects(client.get('/'), new Error('first'))
    await t.rejects(client.get('/?both'), {
      name: 'AggregateError',
      message: 'dependencies: 2 have failed: Error: second; Error: first.',
    })
    t.same(log, ['open one', 'close one', 'open one', 'close one'])
  })
}
