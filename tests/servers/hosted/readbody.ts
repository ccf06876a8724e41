import { gzipSync } from 'node:zlib'
import express from 'express'
import multer from 'multer'
import t from 'tap'
import { JSONResponse } from '../../../lib/responses.ts'
import { Route, Router } from '../../../lib/routing.ts'
import { type NodeListener, toNode } from '../../../lib/servers/hosted.ts'
import { hostServer } from '../../support/hosts.ts'

const methods = ['POST']
const app = Router([
  Route(
    '/echo',
    async (request) => {
      const { headers } = request
      const about = ['content-length', 'content-encoding', 'transfer-encoding']
      return new JSONResponse([await request.text(), ...about.map((name) => headers.get(name))])
    },
    { methods },
  ),
  Route('/json', async (request) => new JSONResponse(await request.json()), { methods }),
  Route(
    '/form',
    async (request) => new JSONResponse([...(await request.form())].map((pair) => pair.join())),
    { methods },
  ),
  Route('/blind', () => new JSONResponse('not asked for'), { methods }),
  Route(
    '/after',
    async (request) => {
      await request.bytes()
      const message = await Promise.race([
        request.receive(),
        new Promise((resolve) => setTimeout(resolve, 10, 'pending')),
      ])
      return new JSONResponse(message)
    },
    { methods },
  ),
])

const listener: NodeListener = toNode(app, { onError: () => {} })

/** Posts to an app behind a parser of Express. */
async function posted(
  t: Tap,
  parser: express.RequestHandler,
  path: string,
  type: string,
  body: RequestInit['body'],
  headers: Record<string, string> = {},
): Promise<unknown> {
  const errors: unknown[] = []
  const host = express()
  host.use(parser, listener)
  const answer: express.ErrorRequestHandler = (error, _request, response, _next) => {
    errors.push(error)
    response.status(500).json(String(error))
  }
  host.use(answer)
  const { ask } = await hostServer(t, host)
  const init = { method: 'POST', body: body ?? null, headers: { 'content-type': type, ...headers } }
  const [, text] = await ask(path, init)
  return JSON.parse(text)
}

type Tap = Parameters<typeof hostServer>[0]
const JSON_TYPE = 'application/json; charset=utf-8'
const FORM_TYPE = 'application/x-www-form-urlencoded'

t.test('an unread body is read', async (t) => {
  const skipped = express.json({ type: 'application/other' })

  t.same(await posted(t, skipped, '/echo', 'text/plain', 'grüße'), ['grüße', '7', null, null])
})

t.test('bytes and texts that the host read are passed on unchanged', async (t) => {
  const keep = express.json({
    verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes }),
  })
  const spaced = '{ "a": 1 }'
  for (const [parser, type, body] of [
    [express.raw(), 'application/octet-stream', 'grüße'],
    [express.text(), 'text/plain', 'grüße'],
    [keep, JSON_TYPE, spaced],
  ] as const) {
    const length = String(Buffer.byteLength(body))
    t.same(await posted(t, parser, '/echo', type, body), [body, length, null, null], type)
  }
})

t.test('texts are encoded in their original charset', async (t) => {
  const bytes = Buffer.from('grüße', 'latin1')

  t.same(
    await posted(t, express.text(), '/blind', 'text/plain; charset=latin1', bytes),
    'not asked for',
  )
  const received = await posted(t, express.text(), '/echo', 'text/plain; charset=latin1', bytes)
  t.equal((received as string[])[1], '5', 'five bytes again')
  t.match(
    await posted(t, express.text(), '/echo', 'text/plain; charset=koi8-r', 'x'),
    /was read before/,
  )
})

t.test('parsed JSON and flat forms are serialized again', async (t) => {
  const { json, urlencoded } = express

  t.same(await posted(t, json(), '/json', JSON_TYPE, '{ "ä": [1, null] }'), { ä: [1, null] })
  t.same(await posted(t, json({ strict: false }), '/json', JSON_TYPE, 'false'), false)
  t.same(await posted(t, urlencoded(), '/form', FORM_TYPE, 'a=%26&b=1&b=2'), ['a,&', 'b,1', 'b,2'])
})

t.test('a decompressed body has no content-encoding', async (t) => {
  const body = gzipSync('{"a":1}')
  const packed = { 'content-encoding': 'gzip' }

  t.same(await posted(t, express.json(), '/echo', JSON_TYPE, body, packed), [
    '{"a":1}',
    '7',
    null,
    null,
  ])
})

t.test('a body that cannot be restored throws an error instead of hanging', async (t) => {
  const data = new FormData()
  data.append('file', new Blob(['x']), 'x.txt')
  const host = express().set('env', 'test') // else it prints errors
  host.use(multer().any(), listener)
  const { ask } = await hostServer(t, host)
  t.equal((await ask('/echo', { method: 'POST', body: data }))[0], 500)

  const deep = express.urlencoded({ extended: true })
  const drained: express.RequestHandler = (request, _response, next) => {
    request.on('end', () => next()).resume()
  }
  const begun: express.RequestHandler = (request, _response, next) => {
    request.once('data', () => {
      request.pause()
      next()
    })
  }
  for (const [parser, type, body] of [
    [deep, FORM_TYPE, 'a[b]=c'],
    [drained, 'text/plain', 'gone'],
    [begun, 'text/plain', 'gone'],
  ] as const) {
    t.match(
      await posted(t, parser, '/echo', type, body),
      /toNode: the request's body was read before, .*\. Put the listener before body parsers/,
    )
    t.equal(
      await posted(t, parser, '/blind', type, body),
      'not asked for',
      'unless it is asked for',
    )
  }
})

t.test('a missing body is empty, whatever parsers set', async (t) => {
  const empty: express.RequestHandler = (request, _response, next) => {
    request.on('end', () => next()).resume()
  }

  t.same(await posted(t, empty, '/echo', 'text/plain', ''), ['', '0', null, null])
})

t.test('after the body receive waits for the end of the exchange', async (t) => {
  t.equal(await posted(t, express.text(), '/after', 'text/plain', 'x'), 'pending')
})
