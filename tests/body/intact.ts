// Apps that read messages themselves, behind a middleware that has read the body by a Request.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { fromConnect } from '../../lib/interop/fromconnect.ts'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { proxy } from '../../lib/interop/proxy.ts'
import { bodyLimit } from '../../lib/middleware/bodylimit.ts'
import { Request } from '../../lib/requests.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { listening } from '../support/sockets.ts'

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n'

/** Reads as it is told, and passes the raw `receive` on. */
function reading(read: (request: Request) => Promise<unknown>): Middleware {
  return (app) => async (scope, receive, send) => {
    if (scope.type === 'http') await read(new Request(scope, receive))
    await app(scope, receive, send)
  }
}

const whole: readonly Middleware[] = [
  reading((request) => request.bytes()),
  reading((request) => request.form()),
]

const part = reading(async (request) => {
  for await (const _part of request.stream()) break
})

const echo = fromNode(async (request: IncomingMessage, response: ServerResponse) => {
  response.end(await text(request))
})

async function upstream(t: Test): Promise<string> {
  const server = createServer(async (request, response) => {
    response.end(await text(request))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function apps(t: Test): Promise<Record<string, App>> {
  const forwarding = proxy(await upstream(t))
  t.teardown(() => forwarding.close())
  const passing = fromConnect(async (request: IncomingMessage, response: ServerResponse) => {
    response.end(await text(request))
  })
  return {
    fromNode: echo,
    fromFetch: fromFetch(async (request) => new globalThis.Response(await request.text())),
    'fromFetch, a stream': fromFetch((request) => new globalThis.Response(request.body)),
    fromConnect: passing(echo),
    proxy: forwarding,
    bodyLimit: bodyLimit({ maxSize: 100 })(echo),
  }
}

for (const shape of ['one piece', 'two pieces']) {
  t.test(`a body in ${shape} is passed on completely, or not at all`, async (t) => {
    for (const [name, app] of Object.entries(await apps(t))) {
      for (const read of whole) {
        const { answer } = await exchange(t, read(app), shape)
        t.match(answer, /^HTTP\/1.1 200 [\s\S]*abcdef/, name)
      }
      const { answer, errors } = await exchange(t, part(app), shape)
      t.match(answer, /^HTTP\/1.1 500 /, name)
      t.match(errors[0], { message: /the body was already read as a stream/ }, name)
    }
  })
}

async function exchange(
  t: Test,
  app: App,
  shape: string,
): Promise<{ readonly answer: string; readonly errors: readonly unknown[] }> {
  const { connect, errors } = await listening(t, app)
  const client = await connect()
  client.send(`${HEAD}Content-Length: 6\r\nConnection: close\r\n\r\nabc`)
  if (shape === 'two pieces') await sleep(30)
  const answer = await client.send('def').end()
  return { answer, errors }
}
