import express from 'express'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'

class Refused extends Error {
  readonly status = 422
}

t.test('an error that Express does not handle is rethrown', async (t) => {
  const inside = express()
  inside.get('/thrown', () => {
    throw new Error('a bug')
  })
  inside.get('/rejected', async () => {
    throw new Error('a late bug')
  })
  inside.get('/status', (_request, _response, next) => {
    const error = new Error('not shown')
    next(Object.assign(error, { statusCode: 503, headers: { 'Retry-After': 5 } }))
  })
  inside.get('/exposed', (_request, _response, next) => {
    next(Object.assign(new Error('shown'), { status: 409, expose: true }))
  })
  inside.get('/500', (_request, _response, next) =>
    next(Object.assign(new Error('five'), { status: 500 })),
  )
  inside.get('/odd', (_request, _response, next) =>
    next(Object.assign(new Error('odd'), { status: 499 })),
  )
  inside.get('/class', (_request, _response, next) => next(new Refused('mine')))
  inside.get('/text', (_request, _response, next) => next('a text'))
  inside.get('/exit', (_request, _response, next) => next('router'))
  inside.post('/json', express.json(), (_, response) => void response.send('parsed'))
  const app = Application({
    routes: [Mount('/in', fromNode(inside))],
    exceptionHandlers: [[Refused, () => new PlainTextResponse('by its class', { status: 400 })]],
  })
  await using client = await testClient(app, { raiseServerExceptions: false })
  const ask = async (path: string): Promise<[number, string]> => {
    const response = await client.get(`/in${path}`)
    return [response.status, await response.text()]
  }

  for (const path of ['/thrown', '/rejected', '/500', '/odd', '/text']) {
    t.strictSame(await ask(path), [500, 'Internal Server Error'], path)
  }
  t.strictSame(await ask('/status'), [503, 'Service Unavailable'])
  t.equal((await client.get('/in/status')).headers.get('retry-after'), '5')
  t.strictSame(await ask('/exposed'), [409, 'shown'])
  t.strictSame(await ask('/class'), [400, 'by its class'])
  t.strictSame(await ask('/exit'), [404, 'Not Found'])
  const malformed = await client.post('/in/json', {
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  t.equal(malformed.status, 400)
})
