// Lists in pages: schemas by offset and by cursor, in operations and alone.
import fc from 'fast-check'
import t from 'tap'
import * as z from 'zod'
import { Application, Request, Route } from '../../lib/index.ts'
import { openapi } from '../../lib/openapi.ts'
import { operation, reply } from '../../lib/operations.ts'
import { type AnyPage, cursorPage, links, offsetPage } from '../../lib/pagination.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { AnySchema } from '../../lib/types/schemas.ts'
import { httpScope } from '../support/scopes.ts'

const User = z.object({ id: z.int(), name: z.string() })
const USERS = Array.from({ length: 45 }, (_, id) => ({ id, name: `user ${id}`, secret: 'x' }))
const TARGET = { target: 'draft-2020-12' } as const

const check = async (schema: AnySchema, value: unknown) => schema['~standard'].validate(value)

const byOffset = offsetPage(User, { maxLimit: 50 })
const byCursor = cursorPage(User, { cursor: z.object({ after: z.int() }) })

const app = Application({
  routes: [
    Route(
      '/offset',
      operation(
        { query: byOffset.query, responses: { 200: byOffset.page } },
        ({ query, request }) => {
          const { limit, offset } = query
          const items = USERS.slice(offset, offset + limit)
          const page = { items, limit, offset, total: USERS.length }
          return reply(200, page, { headers: { link: links(request, page) } })
        },
      ),
    ),
    Route(
      '/cursor',
      operation(
        { query: byCursor.query, responses: { 200: byCursor.page } },
        ({ query, request }) => {
          const from = query.cursor === undefined ? 0 : query.cursor.after + 1
          const items = USERS.slice(from, from + query.limit)
          const last = items.at(-1)
          const isLast = from + query.limit >= USERS.length
          const page = { items, next: isLast || last === undefined ? null : { after: last.id } }
          return reply(200, page, { headers: { link: links(request, page) } })
        },
      ),
    ),
  ],
})

/** The targets of a Link field by relation. */
function targets(response: Response): Record<string, string> {
  const field = response.headers.get('link') ?? ''
  return Object.fromEntries(
    [...field.matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]),
  )
}

// LS-RESP-12
t.test('a list is paged by its offset', async (t) => {
  await using client = await testClient(app)
  const response = await client.get('/offset?limit=10&offset=20&q=a%3E%22')

  const page = (await response.json()) as { items: unknown[] }
  t.match(page, { limit: 10, offset: 20, total: 45, items: [{ id: 20, name: 'user 20' }] })
  t.same(Object.keys(page.items[0] as object), ['id', 'name'], 'the schema strips')
  t.same(targets(response), {
    first: '?q=a%3E%22&limit=10&offset=0',
    prev: '?q=a%3E%22&limit=10&offset=10',
    next: '?q=a%3E%22&limit=10&offset=30',
    last: '?q=a%3E%22&limit=10&offset=40',
  })
})

t.test('a list is paged by its cursors, to the end', async (t) => {
  await using client = await testClient(app)
  const ids: number[] = []
  let next: string | undefined = '?limit=20'
  while (next !== undefined) {
    const response: Response = await client.get(`/cursor${next}`)
    const page = (await response.json()) as { items: { id: number }[]; next: string | null }
    ids.push(...page.items.map(({ id }) => id))
    next = targets(response)['next']
    if (page.next !== null) t.match(next, `cursor=${page.next}`)
  }
  t.same(
    ids,
    USERS.map(({ id }) => id),
  )
})

for (const [query, pointer] of [
  ['limit=0', '/limit'],
  ['limit=51', '/limit'],
  ['limit=1.5', '/limit'],
  ['limit=x', '/limit'],
  ['offset=-1', '/offset'],
  ['offset=9007199254740993', '/offset'],
] as const) {
  t.test(`/offset?${query} is 422`, async (t) => {
    await using client = await testClient(app)
    const response = await client.get(`/offset?${query}`)
    t.equal(response.status, 422)
    t.match(await response.json(), { errors: [{ source: 'query', pointer }] })
  })
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url')
for (const cursor of [
  '%',
  'a',
  'YQ==',
  encoded('{'),
  encoded('{"after":"x"}'),
  encoded('{"after":1.5}'),
  encoded('{"__proto__":1,"after":1}'),
  encoded(`{"after":1,"x":"${'x'.repeat(2000)}"}`),
  Buffer.from([255]).toString('base64url'),
]) {
  t.test(`a cursor of ${cursor.slice(0, 40)} is 422, and not echoed`, async (t) => {
    await using client = await testClient(app)
    const response = await client.get(`/cursor?cursor=${encodeURIComponent(cursor)}`)
    t.equal(response.status, 422)
    const errors = [
      {
        source: 'query',
        path: ['cursor'],
        pointer: '/cursor',
        message: 'It must be a cursor of a page.',
      },
    ]
    t.match(await response.json(), { errors })
  })
}

t.test('defaults', async (t) => {
  t.same(await check(byOffset.query, {}), { value: { limit: 20, offset: 0 } })
  t.same(await check(byOffset.query, undefined), { value: { limit: 20, offset: 0 } })
  t.same(await check(offsetPage(User, { maxLimit: 5 }).query, {}), {
    value: { limit: 5, offset: 0 },
  })
  t.same(await check(byCursor.query, {}), { value: { limit: 20 } })
  t.same(await check(cursorPage(User, { limit: 7 }).query, {}), { value: { limit: 7 } })
})

t.test('a text that contains __proto__ is a valid cursor', async (t) => {
  t.same(await check(cursorPage(User).query, { cursor: encoded('"__proto__"') }), {
    value: { limit: 20, cursor: '__proto__' },
  })
})

t.test('any JSON value is a cursor', async (t) => {
  const { query, page } = cursorPage(User)
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 2 }), async (value) => {
      const text = JSON.stringify(value)
      if (value === null || text.length > 1000 || text.includes('"__proto__":')) return
      const sent = await page['~standard'].validate({ items: [], next: value })
      const cursor = 'value' in sent ? sent.value.next : undefined
      t.same(await check(query, { cursor }), {
        value: { limit: 20, cursor: JSON.parse(text) },
      })
    }),
  )
})

t.test('a page has no cursor that its query refuses, because it is too long', async (t) => {
  const { query, page } = cursorPage(User)
  const sent = async (length: number): Promise<unknown> =>
    check(page, { items: [], next: 'x'.repeat(length) })
  const { value } = (await sent(1498)) as { value: { next: string } }
  t.match(await check(query, { cursor: value.next }), { value: { limit: 20 } })
  t.match(await sent(1499), { issues: [{ path: ['next'], message: /at most 2000 characters/ }] })
})

t.test('an invalid page reports all its issues', async (t) => {
  t.match(
    await check(byOffset.page, { items: [{ id: 'x', name: 1 }], limit: 0, offset: 0, total: -1 }),
    {
      issues: [
        { path: ['limit'] },
        { path: ['total'] },
        { path: ['items', 0, 'id'] },
        { path: ['items', 0, 'name'] },
      ],
    },
  )
  t.match(await check(byOffset.page, { limit: 1, offset: 0 }), { issues: [{ path: ['items'] }] })
  t.match(await check(byCursor.page, { items: [] }), { issues: [{ path: ['next'] }] })
  t.same(await check(byOffset.page, { items: [], limit: 1, offset: 0 }), {
    value: { items: [], limit: 1, offset: 0 },
  })
})

t.test('schemas of items may be async, and without a JSON Schema', async (t) => {
  const item = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value: unknown) => ({ value: `${value}!` }),
    },
  } as const
  const { page } = cursorPage(item)

  t.same(await check(page, { items: ['a'], next: null }), { value: { items: ['a!'], next: null } })
  t.equal(page['~standard'].jsonSchema, undefined)
})

t.test('pages are described in the document', async (t) => {
  t.same(byOffset.query['~standard'].jsonSchema?.input(TARGET), {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, maximum: 50, default: 20 },
      offset: { type: 'integer', minimum: 0, default: 0 },
    },
  })
  t.match(byOffset.page['~standard'].jsonSchema?.output(TARGET), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { items: { type: 'array', items: { properties: { id: { type: 'integer' } } } } },
    required: ['items', 'limit', 'offset'],
  })
  const Node = z.object({
    name: z.string(),
    get parent() {
      return Node.optional()
    },
  })
  t.match(offsetPage(Node).page['~standard'].jsonSchema?.output(TARGET), {
    properties: { items: { items: { $ref: '#/$defs/__schema00' } } },
    $defs: { __schema00: { properties: { parent: { $ref: '#/$defs/__schema00' } } } },
  })
  const Tree = z.object({
    get trees() {
      return z.array(Tree)
    },
  })
  const routes = [Node, Tree].map((one, index) =>
    Route(
      `/${index}`,
      operation({ responses: { 200: offsetPage(one).page } }, () => reply(200, {} as never)),
    ),
  )
  const { components } = openapi(routes, { title: 'Pages', version: '1' })
  t.same(Object.keys(components?.schemas ?? {}), ['Get0Response200', 'Get1Response200'])
})

function linksOf(queryString: string, page: AnyPage): string {
  return links(new Request(httpScope({ queryString })), page)
}

t.test('links lead only to pages that exist', async (t) => {
  const rels = (page: AnyPage): string =>
    [...linksOf('', page).matchAll(/rel="(\w+)"/g)].map(([, rel]) => rel).join(' ')
  const items = [1, 2]
  t.equal(rels({ items, limit: 2, offset: 0 }), 'first next')
  t.equal(rels({ items, limit: 3, offset: 0 }), 'first')
  t.equal(rels({ items, limit: 2, offset: 0, total: 2 }), 'first last')
  t.equal(rels({ items: [], limit: 2, offset: 4, total: 0 }), 'first prev last')
  t.equal(rels({ items, next: null }), 'first')
  t.equal(rels({ items, next: 7 }), 'first next')
  t.match(linksOf('', { items, limit: 2, offset: 1, total: 6 }), /offset=5>; rel="last"/)
  t.match(linksOf('', { items, limit: 2, offset: 0, total: 6 }), /offset=4>; rel="last"/)
})

t.test('parameters of the query cannot change the structure of a link', async (t) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const field = linksOf(
        new URLSearchParams({ q: text, limit: text, cursor: text }).toString(),
        {
          items: [],
          limit: 1,
          offset: 0,
        },
      )
      t.match(field, /^<\?[\w%.*+=&-]*>; rel="first"$/)
    }),
  )
})

t.test('invalid options throw at definition', async (t) => {
  t.throws(() => offsetPage({} as AnySchema), {
    message: /^offsetPage: the schema of an item must be a Standard Schema, an object was given\./,
  })
  t.throws(() => cursorPage(User, { cursor: 7 as never }), {
    message: /^cursorPage: the schema of the cursor must be a Standard Schema, 7 was given\./,
  })
  t.throws(() => offsetPage(User, { maxLimit: 0 }), {
    message: 'offsetPage: maxLimit must be a whole number of items, 0 was given. Omit it for 100.',
  })
  t.throws(() => offsetPage(User, { limit: 101 }), {
    message: 'offsetPage: limit must be from 1 to 100, 101 was given. Omit it for 20.',
  })
  t.throws(() => offsetPage(User, { max: 1 } as never), { message: /unknown option "max"/ })
})
