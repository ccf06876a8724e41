import { request as ask, createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { finished } from 'node:stream/promises'
import t, { type Test } from 'tap'
import { ServedRequest } from '../../../lib/servers/node/servedrequest.ts'
import { answer, eventually, httpApp, listening, request, statuses } from '../../support/sockets.ts'

const EVENTS = ['data', 'end', 'close', 'error', 'aborted']

/** Sends one request to a server; resolves when its answer is there. */
async function served(
  t: Test,
  listener: (request: ServedRequest, ...others: Tail) => void,
  body?: string,
): Promise<void> {
  const server = createServer({ IncomingMessage: ServedRequest }, listener as RequestListener)
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const method = body === undefined ? 'GET' : 'POST'
  await new Promise((resolve) => {
    ask({ port, host: '127.0.0.1', agent: false, method }, (response) =>
      response.resume().on('end', resolve),
    ).end(body)
  })
}

type Tail = Parameters<RequestListener> extends [unknown, ...infer Others] ? Others : never

function record(request: ServedRequest): string[] {
  const events: string[] = []
  for (const name of EVENTS) request.on(name, () => events.push(name))
  return events
}

t.test('a stream that nobody listens to keeps still', async (t) => {
  const emitted: (string | symbol)[] = []
  let seen: ServedRequest | undefined
  await served(t, (request, response) => {
    seen = request
    request.emit = (name) => emitted.push(name) > 0
    request.spare()
    response.end('done')
  })

  t.equal(seen?.readableEnded, true)
  t.equal(seen?.complete, true, 'the parser has come to its end all the same')
  t.same(emitted, [])
})

t.test('whoever listens is told, early or late', async (t) => {
  for (const waitFor of ['nothing', 'the end of the request', 'the end of the response']) {
    let events: string[] = []
    let done: Promise<unknown> | undefined
    await served(t, (request, response) => {
      request.spare()
      const listen = (): void => {
        events = record(request)
        done = finished(request.resume())
      }
      if (waitFor === 'nothing') listen()
      else if (waitFor === 'the end of the request') setImmediate(listen)
      else response.on('close', listen)
      setTimeout(() => response.end('done'), 10)
    })

    await eventually(() => events.length === 2, waitFor)
    await done
    t.same(events, ['end', 'close'], waitFor)
  }
})

t.test('it can be read in any way after all', async (t) => {
  let chunks: unknown[] | undefined
  await served(t, (request, response) => {
    request.spare()
    setImmediate(async () => {
      chunks = await request.toArray()
      response.end('done')
    })
  })

  t.same(chunks, [])
})

t.test('that it is let go is not forgotten, and who listened before is told', async (t) => {
  const heard: string[] = []
  await served(t, (request, response) => {
    request.spare()
    request.resume()
    request.addListener('end', () => response.end('done'))
    heard.push('resumed')
  })
  await served(t, (request, response) => {
    request.on('end', () => response.end('done')).resume()
    request.spare()
    t.equal(request.readableEnded, false)
    heard.push('listened')
  })

  t.same(heard, ['resumed', 'listened'])
})

t.test('revived, it can become a request of another class', async (t) => {
  await served(t, (request, response) => {
    request.spare()
    setImmediate(() => {
      request.revive()
      Object.setPrototypeOf(request, Object.getPrototypeOf(ServedRequest.prototype))
      request.on('end', () => response.end('done')).resume()
    })
  })
})

t.test('parts go where they are diverted to, and then to the stream', async (t) => {
  const taken: (string | null)[] = []
  let events: string[] = []
  await served(
    t,
    (request, response) => {
      request.divert((part) => {
        taken.push(part === null ? null : Buffer.from(part).toString())
        if (part === null) {
          request.spare()
          setImmediate(() => {
            events = record(request)
            request.resume()
            response.end('done')
          })
        }
        return true
      })
    },
    'abc',
  )

  await eventually(() => events.length === 2, 'the end of the stream')
  t.same(taken, ['abc', null])
  t.same(events, ['end', 'close'])
})

for (const shortcuts of [true, false]) {
  t.test(`with shortcuts: ${shortcuts}`, async (t) => {
    const app = httpApp(async (scope, receive, send) => {
      await receive()
      await answer(send, scope.path)
    })

    t.test('requests follow each other on one connection, also unasked', async (t) => {
      const { talk, errors } = await listening(t, app, { shortcuts })
      const last = request('GET /3', ['connection: close'])

      const received = await talk(`${request('GET /1')}${request('HEAD /2')}${last}`)

      t.same(statuses(received), [200, 200, 200])
      t.match(received, /\/1HTTP\/1\.1 200 OK[\s\S]*\/3$/)
      t.same(errors, [])
    })

    t.test('a body after a request without one is read', async (t) => {
      const echo = httpApp(async (_scope, receive, send) => {
        const message = await receive()
        const body = message.type === 'http.request' ? Buffer.from(message.body).toString() : ''
        await answer(send, `[${body}]`)
      })
      const { talk } = await listening(t, echo, { shortcuts })
      const post = `${request('POST /', ['content-length: 3', 'connection: close'])}abc`

      t.match(await talk(request('GET /') + post), /\[\]HTTP[\s\S]*\[abc\]$/)
    })

    t.test('the client that leaves is noticed', async (t) => {
      let gone = false
      const waiting = httpApp(async (scope, receive) => {
        scope.onDisconnect?.(() => {
          gone = true
        })
        await receive()
        await receive()
      })
      const { connect, errors } = await listening(t, waiting, { shortcuts })
      const client = await connect()
      client.send(request('GET /'))
      await new Promise((resolve) => setTimeout(resolve, 50))

      await client.leave()

      await eventually(() => gone, 'the departure')
      t.same(errors, [])
    })
  })
}
