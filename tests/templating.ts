import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Eta } from 'eta'
import nunjucks from 'nunjucks'
import t from 'tap'
import { Application } from '../lib/applications.ts'
import { httpMiddleware } from '../lib/authoring/httpmiddleware.ts'
import { html } from '../lib/html.ts'
import { Request } from '../lib/requests.ts'
import { Route } from '../lib/routing.ts'
import { type TemplateEngine, type TemplateResponder, templates } from '../lib/templating.ts'
import { testClient } from '../lib/testing/client.ts'
import { call, httpScope } from './support/scopes.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'stellula-templates-'))
t.teardown(() => rmSync(folder, { recursive: true }))

/** The same page in the language of each engine. */
const PAGES = {
  'page.eta':
    '<p title="<%= it.name %>"><%= it.name %> at <%= it.request.url.pathname %></p>' +
    '<a href="<%= it.urlFor("user", { id: 7, q: "a&b" }) %>"><a href="<%= it.urlFor("home") %>">',
  'page.html':
    '<p title="{{ name }}">{{ name }} at {{ request.url.pathname }}</p>' +
    '<a href="{{ urlFor("user", id=7, q="a&b") }}"><a href="{{ urlFor("home") }}">',
  'literal.html': '{{ urlFor("user", { id: 7, q: "x" }) }}',
  'broken.html': '{{ missing.name }}',
}
for (const [name, text] of Object.entries(PAGES)) writeFileSync(path.join(folder, name), text)

const eta = new Eta({ views: folder })
const jinja = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder))
const strict = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder), {
  throwOnUndefined: true,
})

/** An app around a responder; `render` is what its page does. */
function appOf(render: (request: Request) => ReturnType<TemplateResponder>): Application {
  return Application({
    routes: [
      Route('/', render, { name: 'home' }),
      Route('/users/{id:int}/{q}', render, { name: 'user' }),
    ],
  })
}

/** An engine that gives what it is told to. */
function giving(rendered: unknown): TemplateEngine {
  return { render: () => rendered as string }
}

const EVIL = `<script>"'&`
const TAME = '&lt;script&gt;&quot;&#39;&amp;'

t.test('real engines escape, and have the request and URLs: TP-2, TP-3, TP-4', async (t) => {
  for (const [name, engine] of [
    ['page.eta', eta],
    ['page.html', jinja],
  ] as const) {
    const page = templates(engine)
    await using client = await testClient(appOf((request) => page(request, name, { name: EVIL })))
    const response = await client.get('/')

    t.equal(response.status, 200)
    t.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
    t.equal(
      await response.text(),
      `<p title="${TAME}">${TAME} at /</p>` +
        '<a href="http://testserver/users/7/a&b"><a href="http://testserver/">'.replace(
          '&b',
          '&amp;b',
        ),
      name,
    )
  }
})

t.test('parameters of urlFor may be keywords or an object', async (t) => {
  const page = templates(jinja)
  await using client = await testClient(appOf((request) => page(request, 'literal.html')))
  t.equal(await (await client.get('/')).text(), 'http://testserver/users/7/x')
})

t.test('a template that is missing or fails is a 500: TP-7', async (t) => {
  for (const [engine, name, message] of [
    [eta, 'nowhere', /nowhere/],
    [jinja, 'nowhere.html', /template not found: nowhere\.html/],
    [strict, 'broken.html', /attempted to output null or undefined value/],
    [{ render: () => Promise.reject(new Error('late')) }, 'a', /^late$/],
  ] as [TemplateEngine, string, RegExp][]) {
    const page = templates(engine)
    const app = appOf((request) => page(request, name))
    await using raising = await testClient(app)
    await t.rejects(raising.get('/'), { message })
    await using client = await testClient(app, { raiseServerExceptions: false })
    const response = await client.get('/')
    t.equal(response.status, 500)
    t.equal(await response.text(), 'Internal Server Error')
  }
})

t.test('the options are those of a response: TP-2', async (t) => {
  let done = 0
  const page = templates(giving('<a/>'))
  const app = appOf((request) =>
    page(request, 'a', undefined, {
      status: 201,
      headers: { 'x-t': '1' },
      mediaType: 'text/xml',
      background: () => done++,
    }),
  )
  await using client = await testClient(app)
  const response = await client.get('/')

  t.equal(response.status, 201)
  t.equal(response.headers.get('content-type'), 'text/xml; charset=utf-8')
  t.equal(response.headers.get('content-length'), '4')
  t.equal(response.headers.get('x-t'), '1')
  t.equal(done, 1)
  t.equal(await (await client.head('/')).text(), '')
})

t.test('processors override the given context, in order: TP-5', async (t) => {
  const seen: unknown[] = []
  const page = templates(
    {
      render: (_name, { a, b, c, request }) => {
        seen.push(request instanceof Request)
        return JSON.stringify([a, b, c])
      },
    },
    {
      contextProcessors: [
        (request) => ({ b: request.url.pathname, c: 'first' }),
        async () => ({ c: 'second' }),
      ],
    },
  )
  const given = Object.freeze({ a: 'given', b: 'given', c: 'given' })
  await using client = await testClient(appOf((request) => page(request, 'x', given)))

  t.equal(await (await client.get('/')).text(), '["given","/","second"]')
  t.same(seen, [true])
})

t.test('request and urlFor can be overridden: TP-2, TP-7', async (t) => {
  const page = templates({ render: (_name, { request, urlFor }) => `${request} ${urlFor}` })
  const given = { request: 'mine', urlFor: 'too' }
  await using client = await testClient(appOf((request) => page(request, 'x', given)))

  t.equal(await (await client.get('/')).text(), 'mine too')
})

t.test('a test client gets the template and its context: TP-6', async (t) => {
  const page = templates(giving('a'))
  const streamed = templates(giving(['a']))
  const wrapped = (handle: typeof page) =>
    httpMiddleware(async (request, next) => {
      const response = await next(request)
      response.headers.set('x-a', '1')
      return response
    })(appOf((request) => handle(request, 'page', { name: 'Ada' })))
  for (const handle of [page, streamed]) {
    await using client = await testClient(wrapped(handle))
    const { debug, headers } = await client.get('/')

    t.equal(headers.get('x-a'), '1')
    t.equal(debug.template, 'page')
    t.match(debug.context, { name: 'Ada', request: Request, urlFor: Function })
  }

  const response = await page(new Request(httpScope()), 'page')
  const messages = await call((...channels) => response.respond(...channels), httpScope())
  t.same(
    messages.map(({ type }) => type),
    ['http.response.start', 'http.response.body'],
    'and no other',
  )
})

t.test('an engine may return HTML or a stream', async (t) => {
  async function* rows(): AsyncGenerator<string> {
    yield '<p>'
    await sleep(1)
    yield 'é'
  }
  const cases: [unknown, string, string | null][] = [
    [html`<p>${'<'}</p>`, '<p>&lt;</p>', '11'],
    [html`<p>${Promise.resolve('<')}</p>`, '<p>&lt;</p>', null],
    [Promise.resolve('<p>'), '<p>', '3'],
    [rows(), '<p>é', null],
    [['<p>', Buffer.from('é')], '<p>é', null],
  ]
  for (const [rendered, text, length] of cases) {
    const page = templates(giving(rendered))
    await using client = await testClient(appOf((request) => page(request, 'x')))
    const response = await client.get('/')

    t.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
    t.equal(response.headers.get('content-length'), length)
    t.equal(await response.text(), text)
  }
})

t.test('invalid arguments throw', async (t) => {
  for (const [engine, given] of [
    [null, 'null'],
    [undefined, 'undefined'],
    [{}, 'an object'],
    [() => '', 'a function'],
  ]) {
    t.throws(
      () => templates(engine as never),
      new RegExp(`^templates: the engine must have a method render\\(name, context\\), ${given} w`),
    )
  }
  t.throws(
    () => templates(giving(''), { contextProcessors: [() => ({}), { site: 'a' }] as never }),
    /^templates: every context processor must be a function, but number 2 is an object\. Write \(/,
  )
  for (const [rendered, given] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [{}, 'an object'],
  ]) {
    await t.rejects(
      templates(giving(rendered))(new Request(httpScope()), 'a"b'),
      new RegExp(
        `^templates: the engine must return text, HTML or a stream for "a\\\\"b", but returned ${given}`,
      ),
    )
  }
})
