import t from 'tap'
import { readFields } from '../../../lib/servers/fetch/fields.ts'

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

t.test('a URL without a host, or a request without a method, is refused', async (t) => {
  for (const host of ['a b', 'user@host', 'a/b', 'é.org']) {
    t.equal(read({ headers: { host } }), undefined, host)
  }
  t.equal(readFields(new globalThis.Request('http://h/'), 'user@h'), undefined)
  t.equal(read({ method: 'purge' }), undefined)
  t.ok(read({ method: 'PURGE' }))
})

t.test('a body of unknown length is one of chunks', async (t) => {
  const post = { method: 'POST', body: 'x' }

  t.match(read(post)?.slice(-2), ['transfer-encoding', 'chunked'])
  t.notOk(read({ ...post, headers: { 'content-length': '1' } })?.includes('transfer-encoding'))
  t.notOk(read({ method: 'POST' })?.includes('transfer-encoding'))
})
