import t from 'tap'
import { isCompressible, typesIn } from '../../../lib/middleware/compress/compressible.ts'

const COMPRESSIBLE = [
  ...['', 'text/html', 'text/event-stream', 'text/x-anything', 'application/json'],
  ...['application/problem+json', 'image/svg+xml', 'application/xml', 'application/rss+xml'],
  ...['application/javascript', 'application/wasm', 'application/vnd.msgpack', 'font/ttf'],
  ...['image/bmp', 'application/x-ndjson', 'application/yaml'],
]
const OTHERS = [
  ...['image/png', 'image/jpeg', 'video/mp4', 'application/zip', 'application/octet-stream'],
  ...['font/woff2', 'application/gzip', 'application/pdf', 'text/', 'jsontext', 'x/jsonp'],
]

t.test('text of any kind is compressible', async (t) => {
  for (const type of COMPRESSIBLE) t.equal(isCompressible(type), true, type)
})

t.test('a compressed type is not compressed again', async (t) => {
  for (const type of OTHERS) t.equal(isCompressible(type), false, type)
})

t.test('a list contains types and type patterns', async (t) => {
  const matches = typesIn(['Text/*', 'application/json'])

  t.equal(matches('text/html'), true)
  t.equal(matches('application/json'), true)
  t.equal(matches('application/jsonl'), false)
  t.equal(matches('texts/html'), false)
  t.equal(matches(''), false)
  t.equal(typesIn(['*/*'])('image/png'), true)
})

t.test('a long type takes linear time', async (t) => {
  for (const piece of ['+', '/', 'text/', '+json', 'a+']) {
    t.type(isCompressible(piece.repeat(16_384 / piece.length)), 'boolean')
  }
})
