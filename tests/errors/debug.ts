import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { debugPage, debugResponse, debugText } from '../../lib/errors/debug.ts'
import { Request } from '../../lib/requests.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { HTTPScope } from '../../lib/types.ts'
import { httpScope } from '../support/scopes.ts'

const requestOf = (scope: Partial<HTTPScope> = {}): Request => new Request(httpScope(scope))
const textOf = ({ body }: { body: Uint8Array }): string => new TextDecoder().decode(body)

t.test('MW-ERR-3: browsers get a page, API clients JSON, other clients text', async (t) => {
  const error = new Error('kaput')
  const browser = debugResponse(error, requestOf({ headers: ['accept', 'text/html,*/*;q=0.8'] }))

  t.equal(browser.status, 500)
  t.equal(browser.headers.get('content-type'), 'text/html; charset=utf-8')
  t.equal(browser.headers.get('cache-control'), 'no-store')
  t.match(textOf(browser), /^<!doctype html>/)

  for (const headers of [[], ['accept', '*/*'], ['accept', 'application/xml']]) {
    const response = debugResponse(error, requestOf({ headers }))

    t.equal(response.status, 500)
    t.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
    t.equal(response.headers.get('cache-control'), 'no-store')
    t.match(textOf(response), /^Error: kaput\n\s+at /)
  }
})

t.test('JSON contains the error, its causes, and the request', async (t) => {
  const cause = new TypeError("Cannot read properties of undefined (reading 'name')")
  const headers = ['accept', 'application/json, text/plain, */*', 'x-a', '1', 'x-a', '2']

  const response = debugResponse(new Error('kaput', { cause }), requestOf({ headers }))

  t.equal(response.headers.get('content-type'), 'application/json')
  t.match(JSON.parse(textOf(response)), {
    status: 500,
    error: 'Error: kaput',
    stack: [/debug/],
    advice: /undefined or null.* A handler gets only the request\./,
    causes: [{ error: `TypeError: ${cause.message}`, stack: [/debug/] }],
    request: { Request: { method: 'GET', path: '/' }, 'Header fields': { 'x-a': '1, 2' } },
  })
})

t.test('an error without a name is shown with the name of its class', async (t) => {
  class QueryError extends Error {}
  const Unnamed = (() => class extends Error {})()
  const titles: readonly (readonly [Error, string])[] = [
    [new QueryError('kaput'), 'QueryError: kaput'],
    [Object.assign(new QueryError('kaput'), { name: 'E1' }), 'E1: kaput'],
    [new Unnamed('kaput'), 'Error: kaput'],
    [new DOMException('kaput', 'AbortError'), 'AbortError: kaput'],
  ]
  for (const [error, title] of titles) {
    const response = debugResponse(error, requestOf({ headers: ['accept', 'application/json'] }))

    t.equal(JSON.parse(textOf(response)).error, title)
    t.match(debugPage(error, requestOf()), `<h1>${title}</h1>`)
  }
})

t.test('accept is read from several fields, in any case', async (t) => {
  const headers = ['accept', 'image/png', 'accept', 'Text/HTML']

  t.match(textOf(debugResponse(new Error('kaput'), requestOf({ headers }))), /^<!doctype html>/)
})

t.test('the text contains the stacks of the causes too', async (t) => {
  const error = new Error('outer', { cause: new TypeError('inner', { cause: 'a text' }) })

  t.match(
    debugText(error),
    /^Error: outer\n[\s\S]*\n\nCaused by: TypeError: inner\n[\s\S]*\n\nCaused by: a text$/,
  )
})

t.test('four causes are shown at most, and a cycle of causes ends', async (t) => {
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

t.test('the page contains the error, the request and the source', async (t) => {
  const request = requestOf({ method: 'POST', path: '/orders/7', headers: ['x-a', '1'] })

  const page = debugPage(new RangeError('too far'), request)

  t.match(page, /<title>500 RangeError: too far<\/title>/)
  t.match(page, /<h1>RangeError: too far<\/h1>/)
  t.match(page, /<p>POST \/orders\/7<\/p>/)
  t.match(page, /<th scope="row">x-a<\/th><td>1<\/td>/)
  t.match(page, /<details open><summary><code>at .*debug/)
  t.match(page, /<mark> +\d+ {2}.*new RangeError\(&#39;too far&#39;\).*<\/mark>/)
  t.match(page, /shown because debug is on/)
})

t.test('a frame without source is shown alone', async (t) => {
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

t.test('credentials are redacted', async (t) => {
  const headers = [
    'cookie',
    'sid=s3cret; theme=dark; seen=s3cret-s3cret-s3cret',
    'x-cookie',
    'shown',
  ]
  headers.push('authorization', 'Basic s3cret', 'proxy-authorization', 's3cret')
  headers.push('x-api-key', 's3cret', 'x-csrf-token', 's3cret', 'x-amz-security-token', 's3cret')
  const error = new Error('kaput')
  error.stack = 'Error: kaput' // this file is no secret, but it would be shown
  const state = { dbPassword: 's3cret', db: new Map([['key', 's3cret']]), greeting: 'hello' }
  const queryString = 'token=s3cret&page=2'

  const page = debugPage(error, requestOf({ headers, state, queryString }))

  t.notMatch(page, /s3cret/)
  for (const [name, value] of [
    ['authorization', '[redacted]'],
    ['x-cookie', 'shown'],
    ['theme', 'dark'],
    ['sid', '[redacted]'],
    ['page', '2'],
    ['db', 'an object (Map)'],
    ['greeting', '&quot;hello&quot;'],
  ]) {
    t.match(page, `<th scope="row">${name}</th><td>${value}</td>`)
  }
})

t.test('the page names the route, its parameters and the handler', async (t) => {
  const app = Application({
    debug: true,
    routes: [
      Mount(
        '/users',
        Router([
          Route(
            '/{id:int}',
            function show() {
              throw new Error('kaput')
            },
            { name: 'detail' },
          ),
        ]),
      ),
    ],
  })
  await using client = await testClient(app, { raiseServerExceptions: false })

  const page = await (await client.get('/users/7', { headers: { accept: 'text/html' } })).text()

  for (const [name, value] of [
    ['path', '/users/{id:int}'],
    ['name', 'detail'],
    ['handler', 'show'],
    ['id', '7'],
  ]) {
    t.match(page, `<th scope="row">${name}</th><td>${value}</td>`)
  }
})

t.test('causes are shown with their own stacks', async (t) => {
  const page = debugPage(new Error('outer', { cause: new TypeError('inner') }), requestOf())

  t.match(page, /<h2>Caused by TypeError: inner<\/h2>\s*<details open>/)
  t.match(debugPage(new Error('outer', { cause: 'a text' }), requestOf()), /There is no stack\./)
})

t.test('frames of Node, of packages and of Stellula are folded', async (t) => {
  const error = new Error('kaput')
  const ours = fileURLToPath(new URL('../../lib/routing/route.js', import.meta.url))
  error.stack = [
    'Error: kaput',
    '    at mine (/app/a.js:1:1)',
    `    at ours (${ours}:1:1)`,
    '    at emit (node:events:1:1)',
    '    at theirs (/app/node_modules/x/index.js:1:1)',
    '    at mine (/app/b.js:1:1)',
    '    at emit (node:events:1:1)',
  ].join('\n')

  const page = debugPage(error, requestOf())

  t.same(
    [...page.matchAll(/<summary>(\d frames? of [^<]*)/g)].map(([, text]) => text),
    ['3 frames of Node, packages and Stellula', '1 frame of Node, packages and Stellula'],
  )
})

t.test('known mistakes are shown with advice', async (t) => {
  const missing = await import('./nothing.js' as string).catch((error) => error)
  const noFile = await readFile('nothing.txt').catch((error) => error)
  const errors: [unknown, RegExp][] = [
    [missing, /Install the package/],
    [new Error('page', { cause: noFile }), /The file is missing/],
    [new ReferenceError('require is not defined in ES module scope'), /ES module/],
    [new TypeError('list is not iterable'), /missing await/],
    [new TypeError('Body is unusable: Body has already been read'), /read once/],
  ]
  for (const [error, advice] of errors) t.match(debugPage(error, requestOf()), advice)
  t.notOk(debugPage(new Error('kaput'), requestOf()).includes('<strong>What to do'))
})
