import type { RequestListener } from 'node:http'
import t from 'tap'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { watched } from '../../support/scopes.ts'
import { request } from '../../support/sockets.ts'
import { twice } from '../../support/twice.ts'

const CLOSE = ['connection: close']

/** Handlers that write the same response bare and inside; each is asked by GET and HEAD. */
const ALIKE: Readonly<Record<string, RequestListener>> = {
  'end with text': (_, response) => response.end('hello'),
  'end with nothing': (_, response) => response.end(),
  'end with an empty text': (_, response) => response.end(''),
  'end with bytes': (_, response) => response.end(new Uint8Array([0xff, 0x00])),
  'end with an encoding': (_, response) => response.end('ff00', 'hex'),
  'end with latin-1': (_, response) => response.end('é', 'latin1'),
  'end with text that is long': (_, response) => response.end('é'.repeat(100_000)),
  'write and end': (_, response) => {
    response.write('a')
    response.write('b')
    response.end('c')
  },
  'write and end later': (_, response) => {
    response.write('a')
    setTimeout(() => {
      response.write(Buffer.from('b'))
      setTimeout(() => response.end(), 5)
    }, 5)
  },
  'write much': (_, response) => {
    for (let index = 0; index < 50; index++) response.write(`${index}`.repeat(5_000))
    response.end()
  },
  'setHeader, numbers and lists': (_, response) => {
    response.setHeader('X-One', 1)
    response.setHeader('Set-Cookie', ['a=1', 'b=2'])
    response.setHeader('X-Two', ['one', 'two'])
    response.end('x')
  },
  appendHeader: (_, response) => {
    response.appendHeader('X-A', 'one')
    response.appendHeader('x-a', 'two')
    response.end('x')
  },
  setHeaders: (_, response) => {
    response.setHeaders(new Map([['x-a', 'one']]))
    response.end('x')
  },
  removeHeader: (_, response) => {
    response.setHeader('X-A', 'one')
    response.removeHeader('x-a')
    response.end('x')
  },
  'writeHead with an object': (_, response) => {
    response.writeHead(201, { 'X-A': 'one', 'X-B': ['two', 'three'] }).end('x')
  },
  'writeHead with a phrase': (_, response) => {
    response.writeHead(202, 'Well', { 'X-A': 'one' }).end('x')
  },
  'writeHead with a flat list': (_, response) => {
    response.writeHead(200, ['X-A', 'one', 'X-A', 'two', 'Content-Type', 'text/css']).end('x')
  },
  'writeHead with pairs': (_, response) => {
    // Node takes them, its types do not.
    response
      .writeHead(200, [
        ['X-A', 'one'],
        ['X-B', 'two'],
      ] as never)
      .end('x')
  },
  'writeHead over setHeader': (_, response) => {
    response.setHeader('X-A', 'one')
    response.setHeader('X-B', 'two')
    response.writeHead(200, { 'x-a': 'three' }).end('x')
  },
  'writeHead with a list over setHeader': (_, response) => {
    response.setHeader('X-A', 'one')
    response.writeHead(200, ['x-a', 'two', 'x-a', 'three']).end('x')
  },
  'writeHead alone, and end later': (_, response) => {
    response.writeHead(200, { 'X-A': 'one' })
    setTimeout(() => response.end('x'), 5)
  },
  'a length of its own': (_, response) => {
    response.writeHead(200, { 'Content-Length': 5 })
    response.write('he')
    response.end('llo')
  },
  'no length on purpose': (_, response) => {
    response.removeHeader('content-length')
    response.write('')
    response.end('x')
  },
  flushHeaders: (_, response) => {
    response.setHeader('x-a', 'one')
    response.flushHeaders()
    setTimeout(() => response.end('x'), 5)
  },
  'flushHeaders and end': (_, response) => {
    response.setHeader('x-a', 'one')
    response.flushHeaders()
    response.end('x')
  },
  'status 204': (_, response) => {
    response.statusCode = 204
    response.end()
  },
  'status 204 with a body that is dropped': (_, response) => {
    response.writeHead(204)
    response.write('dropped')
    response.end('dropped')
  },
  'status 304': (_, response) => {
    response.writeHead(304, { etag: '"a"' })
    response.end()
  },
  'status 404': (_, response) => {
    response.statusCode = 404
    response.end('none')
  },
  'a status without a phrase': (_, response) => {
    response.writeHead(299)
    response.end('x')
  },
  'cork and uncork': (_, response) => {
    response.cork()
    response.write('a')
    response.write('b')
    response.uncork()
    response.end('c')
  },
  'Transfer-Encoding of its own': (_, response) => {
    response.setHeader('Transfer-Encoding', 'chunked')
    response.write('a')
    response.end('b')
  },
  'a text in latin-1 in the head': (_, response) => {
    response.setHeader('x-a', 'caf\u00e9')
    response.setHeader('content-length', 1)
    response.end(Buffer.from('x'))
  },
}

for (const [name, handler] of Object.entries(ALIKE)) {
  t.test(`a mounted handler behaves as it does alone: ${name}`, async (t) => {
    const { same, errors } = await twice(t, handler, watched(fromNode(handler)))
    for (const method of ['GET', 'HEAD', 'POST']) await same(t, request(`${method} /`, CLOSE))
    t.strictSame(errors, [])
  })
}
