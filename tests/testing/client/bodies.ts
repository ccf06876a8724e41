import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { Request } from '../../../lib/requests.ts'
import { StreamingResponse } from '../../../lib/responses.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'
import { echo, read } from '../../support/echo.ts'

t.test('bodies: TC-8', async (t) => {
  t.test('have their type and length', async (t) => {
    await using client = await testClient(echo)
    const form = new FormData()
    form.set('a', 'é')
    const cases: [Parameters<typeof client.post>[1], string | undefined, string][] = [
      [{ body: 'é' }, 'text/plain;charset=UTF-8', 'é'],
      [{ body: Uint8Array.of(97) }, undefined, 'a'],
      [{ body: new Blob(['a'], { type: 'image/png' }) }, 'image/png', 'a'],
      [
        { body: new URLSearchParams({ a: '1 2' }) },
        'application/x-www-form-urlencoded;charset=UTF-8',
        'a=1+2',
      ],
      [{ json: { a: 1 } }, 'application/json', '{"a":1}'],
      [{ json: null }, 'application/json', 'null'],
      [{ body: '', headers: { 'content-type': 'x/y' } }, 'x/y', ''],
    ]
    for (const [options, type, text] of cases) {
      const { headers, body } = await read(await client.post('/', options))
      t.equal(headers['content-type'], type)
      t.equal(headers['content-length'], String(new TextEncoder().encode(text).byteLength))
      t.equal(body, text)
    }
    const { headers, body } = await read(await client.post('/', { body: form }))
    t.match(headers['content-type'], /^multipart\/form-data; boundary=/)
    t.match(body, /name="a"\r\n\r\né\r\n/)
    const none = await read(await client.post('/', { body: null }))
    t.equal('content-length' in none.headers, false)
  })

  t.test('of streams are sent in chunks on demand', async (t) => {
    await using client = await testClient(echo)
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Uint8Array.of(97))
        controller.close()
      },
    })
    const generated = async function* (): AsyncGenerator<string | Uint8Array> {
      yield 'b'
      yield Uint8Array.of(99)
    }
    const first = await read(await client.post('/', { body: stream }))
    const second = await read(await client.post('/', { body: generated() }))

    t.same([first.body, second.body], ['a', 'bc'])
    t.equal(first.headers['transfer-encoding'], 'chunked')
    t.equal('content-length' in first.headers, false)
  })

  t.test('stream both ways at once', async (t) => {
    const log: string[] = []
    const upper: App = async (scope, receive, send) => {
      if (scope.type !== 'http') return
      const request = new Request(scope, receive, send)
      const chunks = async function* (): AsyncGenerator<string> {
        const decoder = new TextDecoder()
        for await (const part of request.stream()) yield decoder.decode(part).toUpperCase()
      }
      await new StreamingResponse(chunks()).respond(scope, receive, send)
    }
    const asked = async function* (): AsyncGenerator<string> {
      try {
        for (const letter of 'abcdefgh') {
          log.push(letter)
          yield letter
        }
      } finally {
        log.push('stopped')
      }
    }
    await using client = await testClient(upper)
    const { body } = await client.post('/', { body: asked() })
    const reader = body?.getReader()

    t.equal(new TextDecoder().decode((await reader?.read())?.value), 'A')
    await turn()
    t.notOk(log.includes('h'), 'the rest is not asked for yet')
    await reader?.cancel()
    await turn()
    t.equal(log.at(-1), 'stopped', 'and never will be')
  })

  t.test('are given once', async (t) => {
    await using client = await testClient(echo)

    await t.rejects(
      client.post('/', { body: 'a', json: 1 }),
      /^testClient: a request has one body, body and json were given\. Leave one of them out\./,
    )
    t.equal((await client.post('/', { body: null, json: 1 })).status, 200)
  })

  t.test('that fail reject in the test', async (t) => {
    await using client = await testClient(echo)
    const failing = async function* (): AsyncGenerator<string> {
      yield 'a'
      throw new Error('kaput')
    }
    await t.rejects(client.post('/', { body: failing() }), /kaput/)
  })
})
