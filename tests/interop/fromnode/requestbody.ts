import type { IncomingMessage } from 'node:http'
import express from 'express'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { bodyLimit } from '../../../lib/middleware/bodylimit.ts'
import { timeout } from '../../../lib/middleware/timeout.ts'
import { Mount } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'
import { httpScope } from '../../support/scopes.ts'

t.test('no body is requested from the client before the handler reads', async (t) => {
  let asked = 0
  const headers = ['content-length', '5']
  const part = { type: 'http.request', body: Buffer.from('hello'), moreBody: false } as const
  const receive = async () => {
    asked++
    return part
  }
  let read: () => void = () => {}
  const done = fromNode((req, response) => {
    read = () => req.pipe(response)
  })(httpScope({ method: 'POST', headers, onDisconnect: () => {} }), receive, async () => {})

  await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(asked, 0)
  read()
  await done
  t.equal(asked, 1)
})

t.test('an endless body is received no faster than it is read', async (t) => {
  let asked = 0
  const receive = async () => {
    asked++
    return { type: 'http.request', body: Buffer.alloc(65_536), moreBody: true } as const
  }
  let reading: IncomingMessage | undefined
  const done = fromNode((req) => {
    reading = req
    req.once('data', () => req.pause())
  })(httpScope({ headers: ['transfer-encoding', 'chunked'] }), receive, async () => {})
  await new Promise((resolve) => setTimeout(resolve, 20))

  t.ok(asked < 5, `${asked} parts were taken`)
  reading?.destroy()
  await t.rejects(done, /has destroyed its request or response/)
})

t.test('an error of reading the body is answered by Stellula', async (t) => {
  const inside = express()
  inside.post('/', (req, response) => {
    req.resume().on('end', () => response.send('read'))
  })
  const app = Application({
    routes: [Mount('/', fromNode(inside), { middleware: [bodyLimit({ maxSize: 10 })] })],
  })
  await using client = await testClient(app)
  async function* body() {
    yield 'x'.repeat(8)
    yield 'x'.repeat(8)
  }

  t.equal((await client.post('/', { body: body() })).status, 413)
  t.equal(await (await client.post('/', { body: 'short' })).text(), 'read')
})

t.test('a handler that never answers is aborted by the timeout', async (t) => {
  let closed = false
  const inside = fromNode((req) => {
    req.on('close', () => {
      closed = true
    })
  })
  const app = Application({
    routes: [Mount('/', inside, { middleware: [timeout({ ms: 20 })] })],
  })
  await using client = await testClient(app)

  t.equal((await client.get('/')).status, 503)
  t.type(closed, 'boolean')
})
