import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { Mount, Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { Middleware } from '../../lib/types.ts'

class OutOfStock extends Error {}
class SoldOut extends OutOfStock {}

const text = (body: string, status = 200) => new PlainTextResponse(body, { status })

t.test('exception handlers', async (t) => {
  const throwing = (error: unknown) =>
    Route('/', () => {
      throw error
    })

  t.test('are found by status first, then by the nearest class: EX-5, EX-6, EX-15', async (t) => {
    const handlers = [
      [404, () => text('by 404', 404)],
      [HTTPException, (_: unknown, error: HTTPException) => text('by class', error.status)],
      [OutOfStock, () => text('out of stock', 409)],
    ] as const
    const cases: [unknown, string][] = [
      [new HTTPException(404), 'by 404'],
      [new HTTPException(403), 'by class'],
      [new OutOfStock(), 'out of stock'],
      [new SoldOut(), 'out of stock'],
    ]
    for (const [error, expected] of cases) {
      const app = Application({ routes: [throwing(error)], exceptionHandlers: handlers })
      await using client = await testClient(app)
      t.equal(await (await client.get('/')).text(), expected)
      t.equal(await (await client.get('/nothing')).text(), 'by 404')
      t.equal(await (await client.post('/')).text(), 'by class')
    }
  })

  t.test('answer exceptions of middleware, too', async (t) => {
    const refusing: Middleware = () => () => Promise.reject(new OutOfStock())
    const app = Application({
      middleware: [refusing],
      exceptionHandlers: [[OutOfStock, () => text('out of stock', 409)]],
    })
    await using client = await testClient(app)
    t.equal((await client.get('/')).status, 409)
  })

  t.test('get the request that the handler has read: EX-7', async (t) => {
    const app = Application({
      routes: [
        Route('/', {
          post: async (request) => Promise.reject(new OutOfStock(await request.text())),
        }),
      ],
      exceptionHandlers: [[OutOfStock, async (request) => text(`again: ${await request.text()}`)]],
    })
    await using client = await testClient(app)
    t.equal(await (await client.post('/', { body: 'abc' })).text(), 'again: abc')
  })

  t.test('can be added and replaced at any time', async (t) => {
    const app = Application({ routes: [throwing(new OutOfStock())] })
    app.addExceptionHandler(OutOfStock, () => text('first', 409))
    await using client = await testClient(app)
    t.equal(await (await client.get('/')).text(), 'first')

    app.addExceptionHandler(OutOfStock, () => text('second', 409))
    t.equal(await (await client.get('/')).text(), 'second')
  })

  t.test('of a mounted application do not change those outside', async (t) => {
    const routes = [throwing(new OutOfStock())]
    const inner = Application({ routes, exceptionHandlers: [[OutOfStock, () => text('inner')]] })
    const plain = Application({ routes })
    const outer = Application({
      routes: [...routes, Mount('/inner', inner), Mount('/plain', plain)],
      exceptionHandlers: [[OutOfStock, () => text('outer')]],
    })
    await using client = await testClient(outer, { raiseServerExceptions: false })

    t.equal(await (await client.get('/')).text(), 'outer')
    t.equal(await (await client.get('/inner/')).text(), 'inner')
    t.equal(await (await client.get('/plain/')).text(), 'Internal Server Error')
  })

  t.test('are checked at definition', async (t) => {
    t.throws(
      () => Application({ exceptionHandlers: [[404, undefined as never]] }),
      /exceptionHandlers: an entry must be \[status or error class, handler\]/,
    )
  })
})

t.test('bugs', async (t) => {
  const routes = [
    Route('/', () => {
      throw new Error('<kaput>')
    }),
  ]

  t.test(
    'are answered by a 500 without details, and reach the server: MW-ERR-1, MW-ERR-2',
    async (t) => {
      const app = Application({ routes })
      await using client = await testClient(app, { raiseServerExceptions: false })
      const response = await client.get('/')

      t.equal(response.status, 500)
      t.equal(await response.text(), 'Internal Server Error')
      await using strict = await testClient(app)
      await t.rejects(strict.get('/'), /<kaput>/)
    },
  )

  t.test(
    'are answered by the handler of 500 or Error, and still reach the server: MW-ERR-4',
    async (t) => {
      for (const key of [500, Error] as const) {
        const app = Application({ routes, exceptionHandlers: [[key, () => text('sorry', 500)]] })
        await using client = await testClient(app, { raiseServerExceptions: false })
        t.equal(await (await client.get('/')).text(), 'sorry')
        await using strict = await testClient(app)
        await t.rejects(strict.get('/'), /<kaput>/)
      }
    },
  )

  t.test('are shown, escaped, while debug is on: MW-ERR-3, MW-ERR-8', async (t) => {
    const exceptionHandlers = [[500, () => text('sorry', 500)]] as const
    const app = Application({ routes, debug: true, exceptionHandlers })
    await using client = await testClient(app, { raiseServerExceptions: false })

    const page = await client.get('/', { headers: { accept: 'text/html' } })
    t.equal(page.status, 500)
    t.match(await page.text(), /<h1>Error: &lt;kaput&gt;<\/h1>/)
    const plain = await client.get('/')
    t.equal(plain.headers.get('content-type'), 'text/plain; charset=utf-8')
    t.match(await plain.text(), /Error: <kaput>\n +at /)
  })

  t.test('in a stream abort the response: MW-ERR-2', async (t) => {
    const stream = async function* (): AsyncGenerator<string> {
      yield 'a'
      throw new Error('kaput')
    }
    const app = Application({ routes: [Route('/', () => new StreamingResponse(stream()))] })
    await using client = await testClient(app, { raiseServerExceptions: false })

    const response = await client.get('/')
    t.equal(response.status, 200)
    await t.rejects(response.text(), /kaput/)
  })
})
