import type { ServerResponse } from 'node:http'
import compression from 'compression'
import express from 'express'
import fastify from 'fastify'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount } from '../../../lib/routing.ts'
import { bodyOf, listening, request } from '../../support/sockets.ts'
import { twice } from '../../support/twice.ts'

const CLOSE = 'connection: close'
const OFF = { lifespan: 'off' } as const

t.test(
  'a body that does not match its declared length aborts the response, without throwing',
  async (t) => {
    const errors: unknown[] = []
    const handlers: Readonly<Record<string, (response: ServerResponse) => void>> = {
      short: (response) => response.end(),
      long: (response) => response.end('and much more'),
      'long by write': (response) => response.write('and much more'),
    }
    for (const [name, finish] of Object.entries(handlers)) {
      const app = fromNode((_, response) => {
        response.writeHead(200, { 'content-length': 10 })
        response.write('half')
        setTimeout(() => finish(response), 5)
      })
      const { talk, errors } = await listening(t, app, OFF)

      t.match(await talk(request('GET /')), /content-length: 10\r\n.*half$/is, name)
      t.match(errors, [
        /^ProtocolError: fromNode: the body does not have the length in its head\. .* content-length of 10 /,
      ])
    }
    t.strictSame(errors, [])
  },
)

t.test('a 205 has no content, whatever the handler writes (RFC 9110 section 15.3.6)', async (t) => {
  const content = { 'Content-Length': '7', 'x-kept': '1' }
  const handlers: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
    end: (response) => Object.assign(response, { statusCode: 205 }).end('content'),
    writeHead: (response) => response.writeHead(205, 'Reset', content).end('content'),
    'a flat list': (response) => response.writeHead(205, ['Content-Length', '7']).end('content'),
    chunks(response) {
      response.statusCode = 205
      response.write('con', () => response.end('tent'))
    },
    'chunks after writeHead'(response) {
      response.writeHead(205, { 'transfer-encoding': 'chunked' })
      response.write('con')
      response.end('tent')
    },
  }
  for (const [name, handle] of Object.entries(handlers)) {
    const { talk, errors } = await listening(
      t,
      fromNode((_, response) => void handle(response)),
      OFF,
    )

    const received = await talk(request('GET /') + request('GET /', [CLOSE]))

    t.equal(received.match(/HTTP\/1\.1 205 /g)?.length, 2, name)
    t.equal(received.match(/^content-length: 0\r$/gim)?.length, 2, name)
    t.notMatch(received, /content$|tent$|transfer-encoding|content-length: 7/i, name)
    t.match(received, /\r\n\r\n$/, name)
    t.strictSame(errors, [], name)
  }
})

t.test('a 205 of Fastify has no content either', async (t) => {
  const app = fastify()
  app.get('/', (_, reply) => reply.code(205).send('content'))
  await app.ready()
  const { talk } = await listening(t, fromNode(app.routing), OFF)

  const received = await talk(request('GET /', [CLOSE]))

  t.match(received, /^HTTP\/1\.1 205 .*content-length: 0\r\n.*\r\n\r\n$/is)
})

t.test('a HEAD has the length of the body of a GET', async (t) => {
  const app = fromNode((_, response) =>
    response.writeHead(200, { 'content-length': 5 }).end('hello'),
  )
  const { talk, errors } = await listening(t, app, OFF)

  t.match(await talk(request('HEAD /', [CLOSE])), /content-length: 5\r\n[\s\S]*\r\n\r\n$/i)
  t.strictSame(errors, [])
})

t.test('a body is sent as Node would send it, however its length is known', async (t) => {
  const bodies: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'by setHeader': (response) => response.setHeader('content-length', 6).end('café!'),
    'by writeHead': (response) => response.writeHead(200, { 'content-length': 6 }).end('café!'),
    'by nobody': (response) => response.end('café!'),
    'in chunks': (response) => response.writeHead(200).end('café!'),
    'in another encoding': (response) =>
      response.setHeader('content-length', 5).end('café!', 'latin1'),
    'of bytes': (response) => response.setHeader('content-length', 6).end(Buffer.from('café!')),
    'with a callback': (response) =>
      response.setHeader('content-length', 6).end('café!', () => response.emit('told')),
    'after a part': (response) => {
      response.setHeader('content-length', 6).write('caf')
      response.end('é!')
    },
    'more than there is': (response) => response.end('café!').end('again', () => {}),
  }
  for (const [name, respond] of Object.entries(bodies)) {
    const { same } = await twice(t, (_, response) => {
      response.on('error', () => {})
      respond(response)
    })
    const { body } = await same(t, request('GET /', [CLOSE]), name)
    t.match(body, /^caf.{1,2}!$/, name)
    await same(t, request('HEAD /', [CLOSE]), name)
  }
})

t.test('fields that a handler did not send are not part of the answer', async (t) => {
  const inside = express()
  inside.use(compression({ threshold: 0 }))
  inside.use((_request, response, next) => {
    response.cookie('a', '1').status(418).setHeader('x-left', 'yes')
    response.statusMessage = 'Left'
    next()
  })
  const { talk } = await listening(
    t,
    Application({
      routes: [Mount('/', fromNode(inside))],
      exceptionHandlers: [[404, () => new PlainTextResponse('ours '.repeat(500), { status: 404 })]],
    }),
  )

  const received = await talk(request('GET /', ['accept-encoding: gzip', CLOSE]))

  t.match(received, /^HTTP\/1\.1 404 Not Found\r\ncontent-length: 2500\r\n/)
  t.notMatch(received, /set-cookie|x-left|x-powered-by|gzip/i)
  t.equal(bodyOf(received).length, 2_500)
})
