import t from 'tap'
import { Headers } from '../../../lib/http/headers.ts'
import { Response } from '../../../lib/responses/response.ts'

t.test('headers', async (t) => {
  t.test('have the length of the body: RS-2', async (t) => {
    t.equal(new Response('é').headers.get('content-length'), '2')
    t.equal(new Response().headers.get('content-length'), '0')
    t.equal(
      new Response('abc', { headers: { 'Content-Length': '9' } }).headers.get('content-length'),
      '9',
    )
  })

  t.test('have no length for statuses without a body: RS-2, RS-3', async (t) => {
    for (const status of [204, 205, 304]) {
      t.equal(new Response('abc', { status }).headers.has('content-length'), false)
    }
  })

  t.test('have the media type, and a charset for text only: RS-4', async (t) => {
    const cases: [string, string][] = [
      ['text/html', 'text/html; charset=utf-8'],
      ['text/html; CHARSET=latin-1', 'text/html; CHARSET=latin-1'],
      ['image/png', 'image/png'],
      ['application/json', 'application/json'],
    ]
    for (const [mediaType, expected] of [...cases, ...cases]) {
      t.equal(new Response('', { mediaType }).headers.get('content-type'), expected)
    }
    t.equal(new Response('').headers.has('content-type'), false)
  })

  t.test('use the charset of the class: RS-44', async (t) => {
    class Latin extends Response {
      static override readonly mediaType = 'text/plain'
      static override readonly charset = 'latin1'
    }

    t.equal(
      new Response('', { mediaType: 'text/plain' }).headers.get('content-type'),
      'text/plain; charset=utf-8',
    )
    t.equal(new Latin('').headers.get('content-type'), 'text/plain; charset=latin1')
  })

  t.test('keep a given content type unchanged: RS-6', async (t) => {
    const headers = { 'Content-Type': 'text/x-mine' }
    t.same(new Response('a', { headers, mediaType: 'text/html' }).headers.list, [
      'content-type',
      'text/x-mine',
      'content-length',
      '1',
    ])
  })

  t.test('given ones come first, in lower case, with duplicates: RS-5', async (t) => {
    const pairs: [string, string][] = [
      ['X-B', '1'],
      ['X-A', '2'],
      ['x-b', '3'],
    ]
    const { headers } = new Response('a', { headers: pairs, mediaType: 'image/png' })

    t.same(headers.list, [
      ...['x-b', '1', 'x-a', '2', 'x-b', '3'],
      ...['content-length', '1', 'content-type', 'image/png'],
    ])
  })

  t.test('are copied from the given list', async (t) => {
    const given = new Headers(['x-a', '1'])
    new Response('', { headers: given }).headers.set('x-a', '2')

    t.equal(given.get('x-a'), '1')
  })

  t.test('throw for values that would split the response: RS-7, advisory 75', async (t) => {
    for (const value of ['a\r\nx-evil: 1', 'a\nb', 'a\0b', 'ł']) {
      t.throws(
        () => new Response('', { headers: { 'x-a': value } }),
        /the value of "x-a" must be latin-1 text without control characters/,
      )
      t.throws(() => new Response('', { mediaType: `text/${value}` }), /content-type/)
      t.throws(() => new Response().headers.set('x-a', value), TypeError)
      t.throws(() => new Response().setCookie('a', '1', { path: value }), TypeError)
    }
    t.throws(
      () => new Response('', { headers: { 'x a': '1' } }),
      /a name must consist of .*, "x a" was given/,
    )
  })
})

t.test('cookies', async (t) => {
  t.test('are added one by one, in call order: RS-22', async (t) => {
    const response = new Response().setCookie('a', '1').setCookie('b', '2').setCookie('a', '3')

    t.same(response.headers.getAll('set-cookie'), [
      'a=1; Path=/; SameSite=Lax',
      'b=2; Path=/; SameSite=Lax',
      'a=3; Path=/; SameSite=Lax',
    ])
  })

  t.test('are deleted by an expired one: RS-23', async (t) => {
    const response = new Response().deleteCookie('a', { path: '/x', secure: true })
    const [field = ''] = response.headers.getAll('set-cookie')

    t.match(field, /^a=; Max-Age=0; Path=\/x; Expires=/)
    t.match(field, /; Secure; SameSite=Lax$/)
    const expires = /Expires=([^;]+)/.exec(field)?.[1] ?? ''
    t.ok(Math.abs(Date.parse(expires) - Date.now()) < 60_000)
  })

  t.test('throw for cookies that browsers would ignore', async (t) => {
    t.throws(
      () => new Response().setCookie('a b', '1'),
      /^setCookie: a name must consist of .+, "a b" was given/,
    )
    t.throws(() => new Response().setCookie('__Host-a', '1'), /__Host- needs secure/)
  })
})
