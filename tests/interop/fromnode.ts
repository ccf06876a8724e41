import express from 'express'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { HTTPException, UnsupportedProtocol } from '../../lib/exceptions.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { SendMessage } from '../../lib/types.ts'
import {
  call,
  httpScope,
  lifespanScope,
  receiving,
  watched,
  websocketScope,
} from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { listening, request } from '../support/sockets.ts'

t.test('a complete response is two messages, and ends when the handler returns', async (t) => {
  const sent: SendMessage[] = []
  const app = fromNode((_, response) => {
    response.writeHead(201, { 'X-A': ['1', '2'] }).end('hello')
  })

  app(httpScope(), receiving([]), async (message) => void sent.push(message))
  await new Promise((resolve) => setImmediate(resolve))

  t.strictSame(sent, [
    { type: 'http.response.start', status: 201, headers: ['x-a', '1', 'x-a', '2'] },
    { type: 'http.response.body', body: new TextEncoder().encode('hello'), moreBody: false },
  ])
})

t.test('hop-by-hop fields are not sent', async (t) => {
  const sent = await call(
    fromNode((_, response) => {
      response.setHeader('Connection', 'close')
      response.setHeader('Keep-Alive', 'timeout=1')
      response.setHeader('Transfer-Encoding', 'chunked')
      response.setHeader('Upgrade', 'x')
      response.setHeader('X-A', '1')
      response.end('hello')
    }),
  )

  t.strictSame(responseOf(sent).headers.list, ['x-a', '1', 'content-length', '5'])
})

t.test('a path that Express does not know gets the 404 of Stellula', async (t) => {
  const inside = express()
  inside.get('/known', (_, response) => void response.send('known'))
  const app = Application({
    routes: [Mount('/in', fromNode(inside))],
    exceptionHandlers: [[404, () => new PlainTextResponse('ours', { status: 404 })]],
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/in/known')).text(), 'known')
  const missing = await client.get('/in/unknown')
  t.strictSame([missing.status, await missing.text()], [404, 'ours'])
  t.equal(missing.headers.get('x-powered-by'), null)
})

t.test('with a handler of two arguments, Express answers 404 itself', async (t) => {
  const inside = express()
  inside.set('env', 'production')
  inside.get('/error', () => {
    throw Object.assign(new Error('mine'), { status: 418 })
  })
  const app = fromNode((request, response) => inside(request, response))
  await using client = await testClient(Application({ routes: [Mount('/in', app)] }))

  t.match(await (await client.get('/in/unknown')).text(), /Cannot GET \/in\/unknown/)
  const failed = await client.get('/in/error')
  t.strictSame([failed.status, /I&#39;m a Teapot/i.test(await failed.text())], [418, true])
})

t.test('errors of a listener are rethrown, synchronous or not', async (t) => {
  const bug = new Error('a bug')
  const throws = fromNode(() => {
    throw bug
  })
  const rejects = fromNode(async () => {
    await null
    throw bug
  })
  const afterwards = fromNode(async (_, response) => {
    response.end('x')
    await null
    throw bug
  })

  await t.rejects(call(throws), bug)
  await t.rejects(call(rejects), bug)
  await t.rejects(call(afterwards), bug)
  await t.rejects(
    call(fromNode(() => Promise.reject(Object.assign(new Error('no'), { status: 403 })))),
    new HTTPException(403),
  )
})

t.test('an error after the start aborts the response', async (t) => {
  const inside = express()
  inside.get('/', (_request, response, next) => {
    response.write('half')
    setTimeout(() => next(new Error('too late')), 5)
  })
  const { talk, errors } = await listening(
    t,
    Application({ routes: [Mount('/', fromNode(inside))] }),
  )

  const received = await talk(request('GET /'))

  t.match(received, /200 OK.*4\r\nhalf\r\n$/s)
  t.match(errors, [{ message: 'too late' }])
})

t.test('a response that is destroyed is aborted, or answered with 500', async (t) => {
  const started = fromNode((_, response) => {
    response.write('half', () => response.destroy())
  })
  const unstarted = fromNode((_, response) => void response.destroy(new Error('mine')))
  const { talk, errors } = await listening(t, watched(started), { lifespan: 'off' })

  t.match(await talk(request('GET /')), /4\r\nhalf\r\n$/)
  t.match(errors, [/^Error: fromNode: the handler has destroyed its request or response before/])
  await t.rejects(call(unstarted), new Error('mine'))
})

t.test('an invalid status throws in the handler', async (t) => {
  const app = fromNode((_, response) => void response.writeHead(101))

  await t.rejects(call(app), /^fromNode: the status must be from 200 to 599, 101 was given/)
  await t.rejects(call(fromNode((_, response) => void response.writeHead(600))), RangeError)
})

t.test('denies websockets, and rejects the lifespan', async (t) => {
  const app = fromNode(() => {})

  t.strictSame(await call(app, websocketScope()), [
    { type: 'websocket.close', code: 1000, reason: '' },
  ])
  await t.rejects(call(app, lifespanScope()), UnsupportedProtocol)
})

t.test('throws immediately if the handler is not a function', async (t) => {
  t.throws(
    () => fromNode({} as never),
    /^fromNode: the handler must be a function \(request, response\) => …, an object was given\. For a Koa app pass app\.callback\(\)/,
  )
  t.throws(() => fromNode(null as never), /null was given/)
})
