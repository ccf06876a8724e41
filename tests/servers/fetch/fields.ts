import t from 'tap'
import { Request } from '../../../lib/requests.ts'
import { readFields } from '../../../lib/servers/fetch/fields.ts'
import { toFetch } from '../../../lib/servers/fetch.ts'
import { answer, httpApp } from '../../support/sockets.ts'

function read(init: RequestInit, url = 'http://example.org/'): readonly string[] | undefined {
  return readFields(new globalThis.Request(url, init), new URL(url).host)
}

t.test('lists the fields, the host first', async (t) => {
  t.same(read({ headers: { 'X-A': '1', accept: '*/*' } }), [
    ...['host', 'example.org'],
    ...['accept', '*/*', 'x-a', '1'],
  ])
})

t.test('the host of the URL is used, and an equal field is not changed', async (t) => {
  for (const [host, url, expected] of [
    ['EXAMPLE.org', 'http://example.org/', 'EXAMPLE.org'],
    ['example.org:80', 'http://example.org/', 'example.org:80'],
    ['example.org:443', 'https://example.org/', 'example.org:443'],
    ['example.org:8000', 'http://example.org:8000/', 'example.org:8000'],
    ['evil.org', 'http://example.org/', 'example.org'],
    ['example.org:81', 'http://example.org/', 'example.org'],
    ['', 'http://example.org/', 'example.org'],
  ] as const) {
    t.equal(read({ headers: { host } }, url)?.[1], expected, host)
  }
})

t.test('a URL with an invalid host, or a request with an invalid method, is refused', async (t) => {
  for (const host of ['a b', 'user@host', 'a/b', 'é.org']) {
    t.equal(read({ headers: { host } }), undefined, host)
  }
  t.equal(readFields(new globalThis.Request('http://h/'), 'user@h'), undefined)
  t.equal(read({ method: 'purge' }), undefined)
  t.ok(read({ method: 'PURGE' }))
})

t.test(
  'on Bun, HTTP/1.0 without a Host field has a URL without a host, and is served',
  async (t) => {
    const told: unknown[] = []
    const handler = toFetch(
      httpApp(async (scope, receive, send) => {
        told.push(scope.headers, new Request(scope, receive).url.href)
        await answer(send, 'hello')
      }),
      { server: { host: '127.0.0.1', port: 8000 } },
    )
    const request = new globalThis.Request('http://h/x')
    const { status } = await handler(Object.defineProperty(request, 'url', { value: '/x' }))
    t.equal(status, 200)
    t.same(told, [['host', ''], 'http://127.0.0.1:8000/x'])
  },
)

t.test('a body of unknown length is one of chunks', async (t) => {
  const post = { method: 'POST', body: 'x' }

  t.match(read(post)?.slice(-2), ['transfer-encoding', 'chunked'])
  t.notOk(read({ ...post, headers: { 'content-length': '1' } })?.includes('transfer-encoding'))
  t.notOk(read({ method: 'POST' })?.includes('transfer-encoding'))
})
