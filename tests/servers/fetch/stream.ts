import t from 'tap'
import { Stream } from '../../../lib/servers/fetch/stream.ts'
import { SENT } from '../../../lib/types.ts'

const SMALL = Buffer.from('abc')
const LARGE = new Uint8Array(65_536)

t.test('buffers some parts, then waits for the reader', async (t) => {
  const stream = new Stream(() => {})
  const reader = stream.readable.getReader()

  t.equal(stream.write(SMALL), SENT)
  let accepted = false
  const written = stream.write(LARGE).then(() => {
    accepted = true
  })
  t.equal(stream.write(SMALL), stream.write(SMALL), 'all wait for the same room')
  await new Promise((resolve) => setTimeout(resolve, 5))
  t.notOk(accepted)
  await reader.read()
  await reader.read()
  await written
  t.ok(accepted)
})

t.test('copies small parts, since their producer may reuse the buffer', async (t) => {
  const stream = new Stream(() => {})
  const part = new Uint8Array([1, 2, 3])
  stream.write(part)
  part.fill(0)
  stream.end()

  const bytes = await new globalThis.Response(stream.readable).arrayBuffer()
  t.same([...new Uint8Array(bytes)], [1, 2, 3])
})

t.test('an empty part is ignored', async (t) => {
  const stream = new Stream(() => {})
  t.equal(stream.write(new Uint8Array()), SENT)
  stream.end()
  t.equal(await new globalThis.Response(stream.readable).text(), '')
})

t.test('an end releases all who wait', async (t) => {
  const stream = new Stream(() => t.fail('nobody cancelled'))
  const written = stream.write(LARGE)
  stream.end()
  await written
  stream.end()
  t.equal((await new globalThis.Response(stream.readable).arrayBuffer()).byteLength, 65_536)
})

t.test('reports once that its reader has cancelled', async (t) => {
  let told = 0
  const stream = new Stream(() => {
    told++
    stream.leave()
  })
  const written = stream.write(LARGE)

  await stream.readable.cancel()

  t.equal(told, 1)
  await t.rejects(written, { name: 'ClientDisconnected' })
  t.equal(stream.write(SMALL), SENT, 'what comes later goes nowhere')
  stream.fail(new Error('too late'))
})

t.test('an error replaces the end', async (t) => {
  const stream = new Stream(() => {})
  const written = stream.write(LARGE)
  stream.fail(new Error('broken'))

  await t.rejects(new globalThis.Response(stream.readable).text(), { message: 'broken' })
  await t.rejects(written, { name: 'ClientDisconnected' })
})

t.test('an error comes after all written parts', async (t) => {
  const stream = new Stream(() => {})
  stream.write(SMALL)
  stream.fail(new Error('broken'))
  stream.fail(new Error('another'))
  stream.write(SMALL)
  stream.end()
  const reader = stream.readable.getReader()

  t.same((await reader.read()).value, SMALL)
  await t.rejects(reader.read(), { message: 'broken' })
})

t.test('a reader that has cancelled gets nothing more', async (t) => {
  const stream = new Stream(() => {})
  stream.write(SMALL)
  stream.leave()

  await t.rejects(stream.readable.getReader().read(), { name: 'ClientDisconnected' })
})
