// Responses by what the client accepts: accepts(), language() and negotiate().
import t from 'tap'
import {
  Application,
  HTMLResponse,
  JSONResponse,
  PlainTextResponse,
  Request,
  Route,
} from '../../lib/index.ts'
import { accepts, language, negotiate } from '../../lib/negotiation.ts'
import { testClient } from '../../lib/testing/client.ts'
import { httpScope } from '../support/scopes.ts'

const withFields = (...headers: readonly string[]): Request => new Request(httpScope({ headers }))

const app = Application({
  routes: [
    Route('/', (request) =>
      negotiate(request, {
        'application/json': async () =>
          new JSONResponse({ name: 'Ada' }, { headers: { vary: 'Origin' } }),
        'text/html': () => new HTMLResponse('<h1>Ada</h1>'),
        'text/csv;header=present': () => new PlainTextResponse('name'),
      }),
    ),
  ],
})

// LS-RESP-2, LS-REQ-7
for (const [accept, status, type, vary] of [
  ['*/*', 200, 'application/json', 'Origin, accept'],
  ['text/*', 200, 'text/html; charset=utf-8', 'accept'],
  ['text/html;q=0.5, text/csv;header=present', 200, 'text/plain; charset=utf-8', 'accept'],
  ['text/html;q=0.5, application/json;q=0.6', 200, 'application/json', 'Origin, accept'],
  ['text/csv;header=absent', 406, 'application/problem+json', 'Accept'],
  ['image/png, */*;q=0', 406, 'application/problem+json', 'Accept'],
] as const) {
  t.test(`Accept: ${accept}`, async (t) => {
    await using client = await testClient(app)
    const response = await client.get('/', { headers: { accept } })

    t.equal(response.status, status)
    t.equal(response.headers.get('content-type'), type)
    t.equal(response.headers.get('vary')?.toLowerCase(), vary.toLowerCase())
  })
}

t.test('a 406 lists the available types', async (t) => {
  await using client = await testClient(app)
  const response = await client.get('/', { headers: { accept: 'image/png' } })

  t.same(await response.json(), {
    type: 'about:blank',
    title: 'Not Acceptable',
    status: 406,
    detail: 'It is available as application/json, text/html, text/csv;header=present.',
    available: ['application/json', 'text/html', 'text/csv;header=present'],
  })
})

t.test('several fields are read as one', async (t) => {
  const request = withFields('accept', 'a/b;q=0.1', 'accept', 'c/d')
  t.equal(accepts(request, ['a/b', 'c/d']), 'c/d')
  t.equal(accepts(request, ['e/f']), undefined)
  t.equal(accepts(withFields(), ['a/b', 'c/d']), 'a/b')
})

t.test('a language is found', async (t) => {
  const request = withFields('accept-language', 'fr;q=0.3', 'accept-language', 'de-CH')
  t.equal(language(request, ['en', 'fr', 'de']), 'de')
  t.equal(language(request, ['en']), undefined)
  t.equal(language(withFields(), ['en', 'de']), 'en')
})

t.test('invalid options throw', async (t) => {
  const request = withFields()
  t.throws(() => accepts(request, []), {
    message: "accepts: it takes media types, [] was given. Name one, such as 'text/html'.",
  })
  for (const type of ['html', 'text/*', 'text/', 7]) {
    t.throws(() => accepts(request, [type as string]), {
      message: `accepts: a media type is needed, ${JSON.stringify(type)} was given. Write 'text/html'.`,
    })
  }
  await t.rejects(negotiate(request, {}), { message: /^negotiate: it takes media types/ })
  t.throws(() => language(request, []), {
    message: "language: it takes a list of languages, [] was given. Write ['en', 'de'].",
  })
  t.throws(() => language(request, ['*']), {
    message: "language: a language must be a tag, \"*\" was given. Write 'en' or 'pt-BR'.",
  })
})
