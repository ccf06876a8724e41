// The same contract by the schemas of three libraries, and by one that is written by hand.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import t from 'tap'
import * as v from 'valibot'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { operation, reply } from '../../lib/operations.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { AnySchema, Schema } from '../../lib/types/schemas.ts'

const LIBRARIES: Record<string, { query: AnySchema; user: AnySchema }> = {
  zod: {
    query: z.object({
      page: z.int(),
      full: z.boolean().optional(),
      tags: z.array(z.int()).optional(),
    }),
    user: z.object({ name: z.string() }),
  },
  valibot: {
    query: toStandardJsonSchema(
      v.object({
        page: v.pipe(v.number(), v.integer()),
        full: v.optional(v.boolean()),
        tags: v.optional(v.array(v.number())),
      }),
    ) as AnySchema,
    user: v.object({ name: v.string() }),
  },
  arktype: {
    query: type({ page: 'number.integer', 'full?': 'boolean', 'tags?': 'number[]' }),
    user: type({ name: 'string' }).onUndeclaredKey('delete'),
  },
}

for (const [library, { query, user }] of Object.entries(LIBRARIES)) {
  t.test(`${library}: inputs are converted and validated, replies stripped`, async (t) => {
    const app = Route('/', {
      post: operation({ query, body: user, responses: { 200: user } }, (input) => {
        t.same(input.query, { page: 2, full: true, tags: [1] })
        return reply(200, { ...(input.body as object), hash: 'secret' } as never)
      }),
    })
    await using client = await testClient(app)
    const good = await client.post('/?page=2&full=true&tags=1', { json: { name: 'a' } })
    t.same(await good.json(), { name: 'a' })
    const bad = await client.post('/?page=secret', { json: { name: 98_765 } })
    t.equal(bad.status, 422)
    const told = await bad.text()
    t.notMatch(told, /secret|98765|98_765/, 'what was sent is not repeated')
    t.match(JSON.parse(told), {
      errors: [
        { source: 'query', pointer: '/page' },
        { source: 'body', pointer: '/name' },
      ],
    })
  })
}

t.test('a schema without a JSON Schema gets texts unchanged', async (t) => {
  const query: Schema<unknown, { page: string }> = {
    '~standard': {
      ...{ version: 1, vendor: 'own' },
      validate: (value) => {
        const page: unknown = Reflect.get(value as object, 'page')
        return typeof page === 'string'
          ? { value: { page } }
          : { issues: [{ message: 'no page', path: [{ key: 'page' }] }] }
      },
    },
  }
  const app = Route(
    '/',
    operation({ query }, (input) => reply(200, input.query.page)),
  )
  await using client = await testClient(app)
  t.equal(await (await client.get('/?page=2')).json(), '2')
  t.match(await (await client.get('/?page=2&page=3')).json(), {
    errors: [{ pointer: '/page', message: 'no page' }],
  })
  t.match(await (await client.get('/')).json(), { errors: [{ pointer: '/page' }] })
})

t.test('a schema with one part without a JSON form still describes the others', async (t) => {
  const query = z.object({
    n: z.int(),
    at: z.coerce.date().optional(),
    big: z.coerce.bigint().optional(),
  })
  const app = Route(
    '/',
    operation({ query }, ({ query: { n, at, big } }) => reply(200, [n, at, big])),
  )
  await using client = await testClient(app)
  t.same(await (await client.get('/?n=1&at=2020-01-01&big=5')).json(), [
    1,
    '2020-01-01T00:00:00.000Z',
    '5',
  ])
})

t.test('values without a JSON form are encoded, for any library', async (t) => {
  const schemas = {
    bigint: type('bigint'),
    unknown: z.unknown(),
    open: type({ 'big?': 'unknown' }),
    object: z.looseObject({}),
  }
  for (const [name, schema] of Object.entries(schemas)) {
    const body: unknown = name === 'open' || name === 'object' ? { big: 7n } : 7n
    const app = Route(
      '/',
      operation({ responses: { 200: schema } }, () => reply(200, body as never)),
    )
    await using client = await testClient(app)
    const response = await client.get('/')
    t.match(
      await response.text(),
      name === 'open' || name === 'object' ? '{"big":"7"}' : '"7"',
      name,
    )
  }
})

t.test('messages of formats do not repeat what was sent either', async (t) => {
  const email = v.object({
    mail: v.pipe(v.string(), v.email()),
    at: v.pipe(v.string(), v.isoDate()),
  })
  for (const [query, message] of [
    [email, 'Invalid email'],
    [type({ mail: 'string.email' }), 'mail must be an email address'],
    [z.object({ mail: z.email() }), 'Invalid email address'],
  ] as const) {
    await using client = await testClient(
      Route(
        '/',
        operation({ query: query as AnySchema }, () => reply(200, 1)),
      ),
    )
    const told = await (await client.get('/?mail=secret&at=secret')).text()
    t.notMatch(told, 'secret')
    t.match(JSON.parse(told), { errors: [{ pointer: '/mail', message }] })
  }
})

t.test('a failure without issues is a failure', async (t) => {
  const validate = () => ({ issues: [] })
  const query = { '~standard': { version: 1, vendor: 'own', validate } } as const
  await using client = await testClient(
    Route(
      '/',
      operation({ query }, () => reply(200, 1)),
    ),
  )
  const response = await client.get('/')
  t.equal(response.status, 422)
  t.match(await response.json(), { errors: [{ source: 'query', pointer: '' }] })
})

t.test('an async check of zod runs once, and may fail, even the first time', async (t) => {
  let calls = 0
  let isDown = true
  const free = async (name: string): Promise<boolean> => {
    calls++
    await Promise.resolve()
    if (isDown) throw new Error('no database')
    return name !== 'taken'
  }
  const name = z.string().refine(free, 'taken')
  const given = z.object({ name: name.toUpperCase() })
  interface Deep {
    readonly name: string
    readonly next?: Deep | undefined
  }
  const deep: z.ZodType<Deep> = z.lazy(() => z.object({ name, next: deep.optional() }))
  const bodies: Record<string, z.ZodType<{ name: string }>> = {
    member: given,
    whole: z.object({ name: z.string() }).refine(async ({ name }) => free(name), {
      path: ['name'],
      message: 'taken',
    }),
    'super refinement': z.object({ name: z.string() }).superRefine(async ({ name }, context) => {
      const message = 'taken'
      if (!(await free(name))) context.addIssue({ code: 'custom', message, path: ['name'] })
    }),
    transform: given.transform(async (body) => {
      await free('')
      return body
    }),
    union: z.union([z.object({ other: z.string() }).transform(() => ({ name: '' })), given]),
    lazy: deep,
    optional: given.optional().transform((body) => body ?? { name: '' }),
    mini: mini.object({ name: mini.string().check(mini.refine(free, 'taken')) }) as never,
  }
  for (const [kind, body] of Object.entries(bodies)) {
    const app = Route('/', { post: operation({ body }, ({ body }) => reply(200, body.name)) })
    await using client = await testClient(app, { raiseServerExceptions: false })
    const post = (name: string) => client.post('/', { json: { name } })

    isDown = true
    t.equal((await post('a')).status, 500, kind)
    isDown = false
    calls = 0
    t.match(await (await post('b')).json(), /^b$/i, kind)
    t.equal(calls, kind === 'transform' ? 2 : 1, kind)
    if (kind !== 'transform') t.equal((await post('taken')).status, 422, kind)
    t.equal((await client.post('/', { json: { name: 5 } })).status, 422, kind)
  }
})

t.test('a schema of zod that makes a new schema at each reference to itself works', async (t) => {
  interface Deep {
    readonly name: string
    readonly one?: Deep | undefined
    readonly two?: Deep | undefined
  }
  const byLazy = (): z.ZodType<Deep> =>
    z.lazy(() => z.object({ name: z.string(), one: byLazy().optional(), two: byLazy().optional() }))
  const byGetter = (): z.ZodType<Deep> =>
    z.object({
      name: z.string(),
      get one() {
        return byGetter().optional()
      },
    })
  for (const body of [byLazy(), byGetter()]) {
    const app = Route('/', { post: operation({ body }, ({ body }) => reply(200, body)) })
    await using client = await testClient(app)
    const json = { name: 'a', one: { name: 'b' } }
    t.same(await (await client.post('/', { json })).json(), json)
    const wrong = await client.post('/', { json: { name: 'a', one: { name: 5 } } })
    t.match(await wrong.json(), { errors: [{ pointer: '/one/name' }] })
  }
})

t.test('a check that returns a promise without being async runs twice once', async (t) => {
  let calls = 0
  const check = (name: string): Promise<boolean> => {
    calls++
    return Promise.resolve(name !== 'taken')
  }
  const body = z.object({ name: z.string().refine(check, 'taken') })
  const app = Route('/', { post: operation({ body }, ({ body: { name } }) => reply(200, name)) })
  await using client = await testClient(app)
  const post = (name: string) => client.post('/', { json: { name } })

  t.equal((await post('a')).status, 200)
  calls = 0
  t.equal(await (await post('b')).json(), 'b')
  t.match(await (await post('taken')).json(), { errors: [{ pointer: '/name', message: 'taken' }] })
  t.equal(calls, 2)
})
