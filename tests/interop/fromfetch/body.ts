import t from 'tap'
import { hasBody, readBody, streamBody } from '../../../lib/interop/fromfetch/body.ts'
import type { ReceiveMessage } from '../../../lib/types.ts'
import { httpScope, receiving } from '../../support/scopes.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const PARTS: readonly ReceiveMessage[] = [
  { type: 'http.request', body: bytes('one '), moreBody: true },
  { type: 'http.request', body: bytes(''), moreBody: true },
  { type: 'http.request', body: bytes('two'), moreBody: false },
]

t.test('decides by the header fields whether there is a body', async (t) => {
  for (const [overrides, expected] of [
    [{ method: 'POST', headers: ['content-length', '3'] }, true],
    [{ method: 'POST', headers: ['transfer-encoding', 'chunked'] }, true],
    [{ method: 'POST', headers: ['content-length', '0'] }, false],
    [{ method: 'POST', headers: [] }, false],
    [{ method: 'POST', headers: [], httpVersion: '2' }, true],
    [{ method: 'GET', headers: ['content-length', '3'] }, false],
    [{ method: 'HEAD', headers: ['transfer-encoding', 'chunked'] }, false],
  ] as const) {
    t.equal(hasBody(httpScope({ ...overrides, headers: [...overrides.headers] })), expected)
  }
})

t.test('receives a part only on demand', async (t) => {
  let received = 0
  const receive = receiving(PARTS)
  const reader = streamBody(() => {
    received++
    return receive()
  }).getReader()

  await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(received, 0)
  t.same((await reader.read()).value, bytes('one '))
  t.equal(received, 1)
  t.same((await reader.read()).value, bytes('two'))
  t.same(await reader.read(), { done: true, value: undefined })
  t.equal(received, 3)
})

t.test('does not transfer the memory of the parts', async (t) => {
  const body = bytes('kept')
  const stream = streamBody(receiving([{ type: 'http.request', body, moreBody: false }]))

  t.equal(await new globalThis.Response(stream).text(), 'kept')
  t.same(body, bytes('kept'))
})

t.test('reads into the caller’s buffer', async (t) => {
  const reader = streamBody(receiving(PARTS)).getReader({ mode: 'byob' })

  const first = await reader.read(new Uint8Array(2))
  t.same(first.value, new Uint8Array(bytes('on')))
  await reader.read(new Uint8Array(8))
  await reader.read(new Uint8Array(8))
  t.ok((await reader.read(new Uint8Array(8))).done)
})

t.test('fails if the client disconnects', async (t) => {
  const messages: ReceiveMessage[] = [PARTS[0] as ReceiveMessage, { type: 'http.disconnect' }]

  await t.rejects(new globalThis.Response(streamBody(receiving(messages))).text(), {
    name: 'ClientDisconnected',
  })
  await t.rejects(readBody(receiving(messages)), { name: 'ClientDisconnected' })
})

t.test('reads the whole body', async (t) => {
  t.equal(new TextDecoder().decode(await readBody(receiving(PARTS))), 'one two')
})
