import t from 'tap'
import { type HTTPMiddlewareHandler, httpMiddleware } from '../../lib/httpmiddleware.ts'
import { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { type TestClient, testClient } from '../../lib/testclient.ts'
import type { App } from '../../lib/types.ts'

const passing: HTTPMiddlewareHandler = (request, next) => next(request)

function clientOf(handle: HTTPMiddlewareHandler, app: App): Promise<TestClient> {
  return testClient(httpMiddleware(handle)(app))
}

/** Answers with the body that it reads. */
const echo: App = async (scope, receive, send) => {
  if (scope.type !== 'http') return
  const text = await new Request(scope, receive, send).text()
  await new PlainTextResponse(`[${text}]`).respond(scope, receive, send)
}

t.test('bodies of requests', async (t) => {
  t.test('pass when they are not read, and again when they are: MW-BASE-8', async (t) => {
    const reading: HTTPMiddlewareHandler = async (request, next) => {
      await request.text()
      return next(request)
    }
    for (const handle of [passing, reading]) {
      await using client = await clientOf(handle, echo)
      t.equal(await (await client.post('/', { body: 'abc' })).text(), '[abc]')
    }
  })

  t.test('are empty behind when they were streamed in front: MW-BASE-8', async (t) => {
    await using client = await clientOf(async (request, next) => {
      for await (const _ of request.stream());
      return next(request)
    }, echo)
    t.equal(await (await client.post('/', { body: 'abc' })).text(), '[]')
  })

  t.test('cannot be read in front after the app: MW-BASE-9', async (t) => {
    await using client = await clientOf(async (request, next) => {
      const response = await next(request)
      await t.rejects(request.text(), /already read by the app behind/)
      return response
    }, echo)
    t.equal(await (await client.post('/', { body: 'abc' })).text(), '[abc]')
  })

  t.test('can be read in turns: MW-BASE-10', async (t) => {
    const decoder = new TextDecoder()
    const read = async (stream: AsyncGenerator<Uint8Array>) =>
      decoder.decode((await stream.next()).value)
    const one: App = async (scope, receive, send) => {
      const message = await receive()
      const text = message.type === 'http.request' ? decoder.decode(message.body) : ''
      await new PlainTextResponse(text).respond(scope, receive, send)
    }
    const seen: string[] = []
    await using client = await clientOf(async (request, next) => {
      const stream = request.stream()
      seen.push(await read(stream))
      const response = await next(request)
      seen.push(await read(stream))
      return response
    }, one)
    const chunks = async function* (): AsyncGenerator<string> {
      yield* ['1', '2', '3']
    }

    t.equal(await (await client.post('/', { body: chunks() })).text(), '2')
    t.same(seen, ['1', '3'])
  })
})
