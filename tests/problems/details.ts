// LS-ERR-1: problemDetails(): every error as a problem document, or as a page or text by Accept.
import t from 'tap'
import { Application, HTTPException, Route } from '../../lib/index.ts'
import {
  Problem,
  type ProblemDetailsOptions,
  problemDetails,
  ValidationError,
} from '../../lib/problems.ts'
import { testClient } from '../../lib/testing/client.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

class OutOfStock extends Error {}
class SoldOut extends OutOfStock {}
class Gone extends HTTPException {
  constructor() {
    super(410)
  }
}

async function answerTo(
  error: unknown,
  options?: ProblemDetailsOptions,
  fields: Record<string, string> = {},
): Promise<Response> {
  const route = Route('/', () => {
    throw error
  })
  const app = Application({ routes: [route], exceptionHandlers: [...problemDetails(options)] })
  await using client = await testClient(app, { raiseServerExceptions: false })
  const response = await client.get('/', { headers: fields, followRedirects: false })
  return new globalThis.Response(await response.text(), response)
}

async function documentOf(error: unknown, options?: ProblemDetailsOptions): Promise<unknown> {
  const response = await answerTo(error, options)
  t.equal(response.headers.get('content-type'), 'application/problem+json')
  return response.json()
}

// LS-ERR-5
t.test('an HTTPException is answered with a document', async (t) => {
  t.same(await documentOf(new HTTPException(404)), {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
  })
  t.same(await documentOf(new HTTPException(499, 'Client closed.')), {
    type: 'about:blank',
    title: 'Client closed.',
    status: 499,
  })
  t.same(await documentOf(new HTTPException(403, 'Only members.')), {
    type: 'about:blank',
    title: 'Forbidden',
    status: 403,
    detail: 'Only members.',
  })
})

t.test('the fields of the exception are kept, except those of its own body', async (t) => {
  const headers = {
    'www-authenticate': 'Basic',
    'retry-after': '7',
    vary: 'Origin',
    'content-type': 'text/csv',
  }
  const response = await answerTo(new HTTPException(401, undefined, { headers }))

  t.equal(response.headers.get('www-authenticate'), 'Basic')
  t.equal(response.headers.get('retry-after'), '7')
  t.equal(response.headers.get('vary'), 'Origin, Accept')
  t.equal(response.headers.get('content-type'), 'application/problem+json')
})

t.test('a bug is answered without details', async (t) => {
  const response = await answerTo(new Error('secret'))

  t.equal(response.status, 500)
  t.same(await response.json(), {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
  })
})

t.test('problems and validation errors keep their members', async (t) => {
  t.match(await documentOf(new Problem({ status: 409, type: '/taken', title: 'Taken', by: 7 })), {
    type: '/taken',
    title: 'Taken',
    by: 7,
  })
  const issues = [{ source: 'body', path: ['a'], message: 'is missing' }] as const
  t.match(await documentOf(new ValidationError(issues)), {
    status: 422,
    errors: [{ source: 'body', pointer: '/a', message: 'is missing' }],
  })
})

for (const [accept, type] of [
  ['', 'application/problem+json'],
  ['*/*', 'application/problem+json'],
  ['application/json', 'application/problem+json'],
  ['application/problem+json', 'application/problem+json'],
  ['application/json, text/plain, */*', 'application/problem+json'],
  ['image/png', 'application/problem+json'],
  [BROWSER, 'text/html; charset=utf-8'],
  ['text/*', 'text/html; charset=utf-8'],
  ['text/plain', 'text/plain; charset=utf-8'],
  ['text/html;q=0, text/plain;q=0.1, application/*;q=0', 'text/plain; charset=utf-8'],
] as const) {
  // LS-ERR-3
  t.test(`Accept: ${accept}`, async (t) => {
    const response = await answerTo(new HTTPException(404), {}, { accept })
    t.equal(response.headers.get('content-type'), type)
    t.equal(response.headers.get('vary'), 'Accept')

    const always = await answerTo(new HTTPException(404), { accept: false }, { accept })
    t.equal(always.headers.get('content-type'), 'application/problem+json')
    t.equal(always.headers.get('vary'), null)
  })
}

t.test('a page shows the error, escaped', async (t) => {
  const error = new ValidationError([{ source: 'query', path: ['<a>'], message: 'is <b>' }], {
    detail: '<script>',
  })
  const response = await answerTo(error, { types: [[422, '/problems/"x"']] }, { accept: BROWSER })

  const page = await response.text()
  t.match(page, '<title>422 Unprocessable Content</title>')
  t.match(page, '<h1>422 Unprocessable Content</h1>\n<p>&lt;script&gt;</p>')
  t.match(page, '<li>query /&lt;a&gt;: is &lt;b&gt;</li>')
  t.match(page, '<p><a href="/problems/&quot;x&quot;">About this problem</a></p>')
})

t.test('only a web page becomes a link', async (t) => {
  for (const type of ['javascript:alert(1)', 'urn:x', 'about:blank']) {
    const response = await answerTo(new Problem({ status: 404, type }), {}, { accept: BROWSER })
    t.notMatch(await response.text(), /<a/)
  }
})

t.test('text shows the error', async (t) => {
  const error = new ValidationError([{ source: 'body', message: 'is missing' }])
  const accept = 'text/plain'

  t.equal(
    await (await answerTo(error, {}, { accept })).text(),
    'The request is invalid.\n- body: is missing',
  )
  t.equal(await (await answerTo(new HTTPException(404), {}, { accept })).text(), 'Not Found')
})

t.test('types have URIs and titles by status and by class', async (t) => {
  const options: ProblemDetailsOptions = {
    types: [
      [404, 'https://example.org/not-found'],
      [410, 'https://example.org/never'],
      [500, { title: 'Sorry' }],
      [Gone, { type: 'https://example.org/gone', title: 'Gone for good' }],
      [OutOfStock, { status: 409, title: 'Out of stock' }],
    ],
  }
  t.match(await documentOf(new HTTPException(404), options), {
    type: 'https://example.org/not-found',
    title: 'Not Found',
  })
  t.match(await documentOf(new Gone(), options), {
    type: 'https://example.org/gone',
    title: 'Gone for good',
    status: 410,
  })
  t.same(await documentOf(new SoldOut('secret'), options), {
    type: 'about:blank',
    title: 'Out of stock',
    status: 409,
  })
  t.match(await documentOf(new Error('secret'), options), { title: 'Sorry', status: 500 })
  t.match(await documentOf(new Problem({ status: 404, type: '/own' }), options), { type: '/own' })
  t.match(await documentOf(new Problem({ status: 404 }), options), {
    type: 'https://example.org/not-found',
  })
})

t.test('redirects and statuses without a body are not changed', async (t) => {
  const redirect = new HTTPException(303, undefined, { headers: { location: '/login' } })
  const response = await answerTo(redirect)

  t.equal(response.status, 303)
  t.equal(response.headers.get('location'), '/login')
  t.equal(await response.text(), 'See Other')
})

t.test('invalid options throw at definition', async (t) => {
  const cases: [unknown, RegExp][] = [
    [{ type: [] }, /^problemDetails: unknown option "type"\. Did you mean "types"\?$/],
    [
      { types: [404] },
      /^problemDetails: types must be pairs of a key and a type, 404 was given\. Write \[404, /,
    ],
    [
      { types: [[200, '/x']] },
      /^problemDetails: a key of types must be a status from 400 to 599, or a class of errors, 200 was given\./,
    ],
    [{ types: [[404, 7]] }, /^problemDetails: a type must be a URI or an object, 7 was given\./],
    [
      { types: [[404, { title: 7 }]] },
      /^problemDetails: the title of a problem must be text, 7 was given\./,
    ],
    [
      { types: [[404, { status: 409 }]] },
      /^problemDetails: the type of an HTTPException must not have a status, 409 was given\. Leave it out\.$/,
    ],
    [
      { types: [[OutOfStock, '/x']] },
      /^problemDetails: the status of OutOfStock must be an integer from 400 to 599, undefined was given\. Write \[OutOfStock, \{ status: 409, type: '…' \}\]\.$/,
    ],
  ]
  for (const [options, message] of cases) {
    t.throws(() => problemDetails(options as ProblemDetailsOptions), { message })
  }
})
