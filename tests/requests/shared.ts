// Several requests over one channel, as those of a middleware and of the handler behind it.
import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, ReceiveMessage } from '../../lib/types.ts'
import { httpScope, receiving } from '../support/scopes.ts'

const scope = () => httpScope({ method: 'POST', headers: ['content-type', 'application/json'] })

function part(text: string, moreBody: boolean): ReceiveMessage {
  return { type: 'http.request', body: new TextEncoder().encode(text), moreBody }
}

t.test('a body that one request read completely is available to the other', async (t) => {
  const receive = receiving([part('{"a":1}', false)])
  await new Request(scope(), receive).text()

  t.same(await new Request(scope(), receive).json(), { a: 1 })
})

t.test('a part that one request has read is lost for the other', async (t) => {
  const receive = receiving([part('{', true), part('}', false)])
  for await (const _ of new Request(scope(), receive).stream()) break

  await t.rejects(new Request(scope(), receive).json(), /already read as a stream/)
})

t.test('a receive function that cannot be extended works too', async (t) => {
  const receive = Object.freeze(receiving([part('{"a":1}', false)]))

  t.same(await new Request(scope(), receive).json(), { a: 1 })
})

t.test('each request without channels throws the same error', async (t) => {
  for (let count = 0; count < 2; count++) {
    await t.rejects(new Request(httpScope()).stream().next(), /made without receive/)
  }
})

t.test('an app that answers an exception gets the body that the handler read', async (t) => {
  const echo: App = async (scope, receive, send) => {
    const message = await receive()
    const body = message.type === 'http.request' ? new TextDecoder().decode(message.body) : ''
    await new PlainTextResponse(body).respond(scope, receive, send)
  }
  const failing = Route('/', {
    post: async (request) => {
      await request.text()
      throw new HTTPException(418)
    },
  })
  await using client = await testClient(exceptions([[418, () => echo]])(failing))

  t.equal(await (await client.post('/', { body: 'abc' })).text(), 'abc')
})
