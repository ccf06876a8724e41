// LS-PARAM-3, LS-PARAM-4, LS-PARAM-5, LS-PARAM-6, LS-PARAM-8, LS-ERR-4: params, query, header fields and
// cookies: what is made of texts, and how issues are reported.
import t from 'tap'
import * as z from 'zod'
import { PlainTextResponse } from '../../lib/index.ts'
import { operation, reply } from '../../lib/operations.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { busy } from '../support/linear.ts'
import { queried } from '../support/queried.ts'

t.test('texts of a query are converted to the types of the schema', async (t) => {
  const query = z.object({
    count: z.int().optional(),
    price: z.number().optional(),
    full: z.boolean().optional(),
    since: z.number().nullable().optional(),
    tags: z.array(z.int()).optional(),
    either: z.union([z.number(), z.string()]).optional(),
    place: z.tuple([z.number(), z.string(), z.boolean()]).rest(z.int()).optional(),
    level: z.union([z.literal(1), z.literal(2)]).optional(),
    name: z.string().optional(),
  })
  const cases: [search: string, value: unknown][] = [
    ['count=7', { count: 7 }],
    ['price=1.5e3', { price: 1500 }],
    ['price=-.5', { price: -0.5 }],
    ['full', { full: true }],
    ['full=1', { full: true }],
    ['full=false', { full: false }],
    ['full=0', { full: false }],
    ['since=', { since: null }],
    ['since=null', { since: null }],
    ['since=5', { since: 5 }],
    ['tags=1', { tags: [1] }],
    ['tags=1&tags=2', { tags: [1, 2] }],
    ['tags[]=1&tags[]=2', { tags: [1, 2] }],
    ['either=5', { either: '5' }],
    ['place=1&place=2&place=true&place=4', { place: [1, '2', true, 4] }],
    ['level=2', { level: 2 }],
    ['name=5', { name: '5' }],
    ['name=a+b%20c', { name: 'a b c' }],
    ['', {}],
  ]
  for (const [search, value] of cases)
    t.same(await queried(query, search), { status: 200, body: value }, search)
})

t.test('a text that cannot be converted fails in the schema, without the text', async (t) => {
  const query = z.object({
    n: z.int().optional(),
    b: z.boolean().optional(),
    s: z.string().optional(),
  })
  const cases: [search: string, pointer: string][] = [
    ['n=secret', '/n'],
    ['n=0x10', '/n'],
    ['n=1e400', '/n'],
    ['n=9007199254740993', '/n'],
    ['n=', '/n'],
    ['n=%201', '/n'],
    ['b=yes', '/b'],
    ['s=secret&s=secret', '/s'],
    ['n=1&n=2', '/n'],
  ]
  for (const [search, pointer] of cases) {
    const { status, body } = await queried(query, search)
    t.equal(status, 422, search)
    t.match(body, { errors: [{ source: 'query', pointer }] }, search)
    t.notMatch(JSON.stringify(body), 'secret', search)
  }
})

t.test('names in brackets become objects if the schema wants them', async (t) => {
  const query = z.object({
    filter: z
      .object({
        size: z.int(),
        name: z.string().optional(),
        deep: z.object({ n: z.int() }).optional(),
      })
      .optional(),
    extra: z.record(z.string(), z.int()).optional(),
  })
  t.same((await queried(query, 'filter[size]=5&filter[name]=x')).body, {
    filter: { size: 5, name: 'x' },
  })
  t.same((await queried(query, 'filter[size]=1&filter[deep][n]=2')).body, {
    filter: { size: 1, deep: { n: 2 } },
  })
  t.same((await queried(query, 'extra[a]=1&extra[b]=2')).body, { extra: { a: 1, b: 2 } })
  const loose = z.looseObject({ filter: z.object({ size: z.int() }).optional() })
  t.same((await queried(loose, 'other[a]=1')).body, { 'other[a]': '1' }, 'elsewhere they are names')
})

t.test('names of object properties change nothing', async (t) => {
  for (const search of [
    '__proto__[polluted]=1',
    '__proto__=1',
    'filter[__proto__][polluted]=1',
    'constructor[prototype][polluted]=1',
  ]) {
    const query = z.looseObject({ filter: z.looseObject({}).optional() })
    await queried(query, search)
    t.equal(Reflect.get({}, 'polluted'), undefined, search)
  }
})

t.test('100,000 names are read in linear time', async (t) => {
  const search = Array.from({ length: 100_000 }, (_, index) => `a[${index}]=1`).join('&')
  const query = z.looseObject({ a: z.record(z.string(), z.int()).optional() })
  const start = busy()
  const { status } = await queried(query, search)
  t.equal(status, 200)
  t.ok(busy() - start < 5_000)
})

t.test('all issues of all sources are reported together', async (t) => {
  const app = Route('/{slug}', {
    post: operation(
      {
        params: z.object({ slug: z.enum(['a', 'b']) }),
        query: z.object({ n: z.int() }),
        headers: z.object({ 'X-Trace': z.uuid() }),
        cookies: z.object({ theme: z.enum(['dark', 'light']) }),
        body: z.object({ items: z.array(z.object({ name: z.string() })) }),
      },
      () => reply(200),
    ),
  })
  await using client = await testClient(app)
  const response = await client.post('/c?n=x', {
    json: { items: [{ name: 7 }] },
    headers: { 'x-trace': 'no', cookie: 'theme=pink' },
  })

  t.equal(response.status, 422)
  t.equal(response.headers.get('content-type'), 'application/problem+json')
  const { errors } = (await response.json()) as { errors: { source: string; pointer: string }[] }
  t.same(
    errors.map(({ source, pointer }) => [source, pointer]),
    [
      ['path', '/slug'],
      ['query', '/n'],
      ['header', '/X-Trace'],
      ['cookie', '/theme'],
      ['body', '/items/0/name'],
    ],
  )
})

t.test('header fields are found in any case, and lists are split', async (t) => {
  const headers = z.object({
    'X-Count': z.int(),
    'x-tags': z.array(z.string()),
    'x-no': z.string().optional(),
  })
  const app = Route(
    '/',
    operation({ headers }, (input) => reply(200, input.headers)),
  )
  await using client = await testClient(app)
  const response = await client.get('/', { headers: { 'x-count': '7', 'x-tags': 'a, b,,c' } })
  t.same(await response.json(), { 'X-Count': 7, 'x-tags': ['a', 'b', 'c'] })
})

t.test('other cookies and header fields do not affect a strict schema', async (t) => {
  const contract = {
    headers: z.strictObject({ host: z.string() }),
    cookies: z.strictObject({ a: z.int() }),
  }
  const app = Route(
    '/',
    operation(contract, ({ cookies }) => reply(200, cookies)),
  )
  await using client = await testClient(app)
  const response = await client.get('/', { headers: { cookie: 'a=1; b=2', accept: '*/*' } })
  t.same(await response.json(), { a: 1 })
})

t.test('parameters come from convertors, or from a schema after them', async (t) => {
  const plain = Route(
    '/{id:int}',
    operation({}, ({ params }) => reply(200, [typeof params.id, params.id])),
  )
  await using client = await testClient(plain)
  t.same(await (await client.get('/7')).json(), ['number', 7])

  const params = z.object({ id: z.int().max(10), slug: z.coerce.number() })
  const checked = Route(
    '/{id:int}/{slug}',
    operation({ params }, (input) => reply(200, input.params)),
  )
  await using other = await testClient(checked)
  t.same(await (await other.get('/7/5')).json(), { id: 7, slug: 5 })
  t.equal((await other.get('/70/5')).status, 422)
})

t.test('a contract or an error handler decides the answer to invalid input', async (t) => {
  const query = z.object({ n: z.int() })
  const bad = Route(
    '/',
    operation({ query, status: 400 }, () => reply(200)),
  )
  await using client = await testClient(bad)
  t.match(await (await client.get('/')).json(), { status: 400, title: 'Bad Request' })

  const page = operation(
    { query, onInvalid: ({ issues }) => new PlainTextResponse(`again: ${issues[0]?.pointer}`) },
    () => reply(200),
  )
  await using other = await testClient(Route('/', page))
  t.equal(await (await other.get('/')).text(), 'again: /n')
})

t.test('an async schema works, and an error of a schema is a bug', async (t) => {
  const query = z.object({ n: z.string().refine(async (text) => text === 'yes', 'must be yes') })
  t.equal((await queried(query, 'n=yes')).status, 200)
  t.match(await queried(query, 'n=no'), {
    status: 422,
    body: { errors: [{ message: 'must be yes' }] },
  })

  const broken = z.object({
    n: z.string().refine(() => {
      throw new Error('broken')
    }),
  })
  const app = Route(
    '/',
    operation({ query: broken }, () => reply(200)),
  )
  await using client = await testClient(app, { raiseServerExceptions: false })
  const response = await client.get('/?n=1')
  t.equal(response.status, 500)
  t.notMatch(await response.text(), 'broken')
})
