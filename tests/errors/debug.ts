import t from 'tap'
import { debugPage, debugResponse, debugText } from '../../lib/errors/debug.ts'
import { Request } from '../../lib/requests.ts'
import type { HTTPScope } from '../../lib/types.ts'
import { httpScope } from '../support/scopes.ts'

const requestOf = (scope: Partial<HTTPScope> = {}): Request => new Request(httpScope(scope))
const textOf = ({ body }: { body: Uint8Array }): string => new TextDecoder().decode(body)

t.test('MW-ERR-3: browsers get a page, other clients get text', async (t) => {
  const error = new Error('kaput')
  const browser = debugResponse(error, requestOf({ headers: ['accept', 'text/html,*/*;q=0.8'] }))

  t.equal(browser.status, 500)
  t.equal(browser.headers.get('content-type'), 'text/html; charset=utf-8')
  t.equal(browser.headers.get('cache-control'), 'no-store')
  t.match(textOf(browser), /^<!doctype html>/)

  for (const headers of [[], ['accept', '*/*'], ['accept', 'application/json']]) {
    const response = debugResponse(error, requestOf({ headers }))

    t.equal(response.status, 500)
    t.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
    t.equal(response.headers.get('cache-control'), 'no-store')
    t.match(textOf(response), /^Error: kaput\n\s+at /)
  }
})

t.test('accept may come in several fields, in any case', async (t) => {
  const headers = ['accept', 'image/png', 'accept', 'Text/HTML']

  t.match(textOf(debugResponse(new Error('kaput'), requestOf({ headers }))), /^<!doctype html>/)
})

t.test('the text holds the stacks of the causes too', async (t) => {
  const error = new Error('outer', { cause: new TypeError('inner', { cause: 'a text' }) })

  t.match(
    debugText(error),
    /^Error: outer\n[\s\S]*\n\nCaused by: TypeError: inner\n[\s\S]*\n\nCaused by: a text$/,
  )
})

t.test('causes end after four, and where they turn in a circle', async (t) => {
  const one = new Error('one')
  const two = new Error('two', { cause: one })
  one.cause = two
  let deep = new Error('innermost')
  for (let count = 0; count < 9; count++) deep = new Error(`number ${count}`, { cause: deep })

  t.equal(debugText(two).split('Caused by').length, 2)
  t.equal(debugText(deep).split('Caused by').length, 5)
})

t.test('any thrown value is shown', async (t) => {
  const bare = new Error('kaput')
  bare.stack = undefined as unknown as string

  t.equal(debugText('a text'), 'a text')
  t.equal(debugText(undefined), 'undefined')
  t.equal(debugText(Symbol('x')), 'Symbol(x)')
  t.equal(debugText(bare), 'Error: kaput')
  t.match(debugPage('a text', requestOf()), /<title>500 a text<\/title>/)
})

t.test('the page has the error, the request and the source', async (t) => {
  const request = requestOf({ method: 'POST', path: '/orders/7', headers: ['x-a', '1'] })

  const page = debugPage(new RangeError('too far'), request)

  t.match(page, /<title>500 RangeError: too far<\/title>/)
  t.match(page, /<h1>RangeError: too far<\/h1>/)
  t.match(page, /<p>POST \/orders\/7<\/p>/)
  t.match(page, /<pre>x-a: 1<\/pre>/)
  t.match(page, /<details open><summary><code>at .*debug/)
  t.match(page, /<mark> +\d+ {2}.*new RangeError\(&#39;too far&#39;\).*<\/mark>/)
  t.match(page, /shown because debug is on/)
})

t.test('a place without source stands alone', async (t) => {
  const error = new Error('kaput')
  error.stack = 'Error: kaput\n    at <anonymous>'

  t.match(debugPage(error, requestOf()), /<p><code>at &lt;anonymous&gt;<\/code><\/p>/)
})

// MW-ERR-9, advisory row 114.
t.test('everything on the page is escaped', async (t) => {
  const evil = `<script>alert("1" & '2')</script>`
  const error = new Error(evil, { cause: new Error(evil) })
  error.name = evil
  error.stack = `${evil}: ${evil}\n    at ${evil} (/nowhere${evil}:1:1)`
  const request = requestOf({ method: evil, path: `/${evil}`, headers: ['x-a', evil, evil, 'b'] })

  const page = debugPage(error, request)

  t.notMatch(page, /<script/)
  t.equal(
    page.split('&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;').length > 8,
    true,
  )
})

t.test('credentials are left out', async (t) => {
  const headers = ['cookie', 'sid=s3cret', 'authorization', 'Basic s3cret', 'x-cookie', 'shown']
  headers.push('proxy-authorization', 's3cret', 'x-api-key', 's3cret', 'x-csrf-token', 's3cret')

  const error = new Error('kaput')
  error.stack = 'Error: kaput' // this file is no secret, but it would be shown

  const page = debugPage(error, requestOf({ headers }))

  t.notMatch(page, /s3cret/)
  t.match(page, /x-cookie: shown/)
})
