import t from 'tap'
import {
  type HTTPMiddlewareHandler,
  httpMiddleware,
} from '../../../lib/authoring/httpmiddleware.ts'
import { fromFetch } from '../../../lib/interop/fromfetch.ts'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { Request } from '../../../lib/requests.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { type TestClient, testClient } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'

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
  t.test('pass if they are not read, and are replayed if they are: MW-BASE-8', async (t) => {
    const reading: HTTPMiddlewareHandler = async (request, next) => {
      await request.text()
      return next(request)
    }
    for (const handle of [passing, reading]) {
      await using client = await clientOf(handle, echo)
      t.equal(await (await client.post('/', { body: 'abc' })).text(), '[abc]')
    }
  })

  t.test('are those that an inner app reads through its own receive: MW-BASE-14', async (t) => {
    const doubled: App = (scope, receive, send) =>
      echo(
        scope,
        async () => {
          const message = await receive()
          if (message.type !== 'http.request') return message
          return { ...message, body: Buffer.concat([message.body, message.body]) }
        },
        send,
      )
    const reading: HTTPMiddlewareHandler = async (request, next) => {
      await request.text()
      return next(request)
    }
    for (const handle of [passing, reading]) {
      await using client = await clientOf(handle, doubled)
      t.equal(await (await client.post('/', { body: 'abc' })).text(), '[abcabc]')
    }
  })

  t.test('throw in the inner app when parts of them are lost: MW-BASE-8', async (t) => {
    const ways: HTTPMiddlewareHandler[] = [
      async (request, next) => {
        for await (const _ of request.stream());
        return next(request)
      },
      async (request, next) => {
        for await (const _ of request.stream()) break
        return next(request)
      },
      async (request, next) => {
        for await (const _ of request.parts());
        return next(request)
      },
      async (request, next) => {
        await request.form()
        return next(request)
      },
    ]
    const apps: App[] = [
      echo,
      fromNode((incoming, outgoing) => {
        incoming.on('end', () => outgoing.end('200')).resume()
      }),
      fromFetch(async (incoming) => new globalThis.Response(await incoming.text())),
    ]
    const form = new FormData()
    form.set('a', 'x'.repeat(200_000))
    for (const way of ways) {
      for (const app of apps) {
        await using client = await clientOf(way, app)
        await t.rejects(client.post('/', { body: form }), /already read as a stream/)
      }
    }
  })

  t.test('are available to the inner app if they were kept before streaming', async (t) => {
    await using client = await clientOf(async (request, next) => {
      await request.bytes()
      const form = await request.form()
      t.equal(form.text('a'), 'b')
      return next(request)
    }, echo)
    const form = new FormData()
    form.set('a', 'b')
    t.match(await (await client.post('/', { body: form })).text(), /name="a"/)
  })

  t.test('cannot be read by the middleware after the app: MW-BASE-9', async (t) => {
    await using client = await clientOf(async (request, next) => {
      const response = await next(request)
      await t.rejects(request.text(), /already read by the inner app/)
      return response
    }, echo)
    t.equal(await (await client.post('/', { body: 'abc' })).text(), '[abc]')
  })
})
