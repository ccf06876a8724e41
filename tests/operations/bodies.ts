// LS-REQ-1, LS-REQ-2, LS-REQ-5: Bodies of operations: how the content type chooses, what is decoded, and what is refused.
import { encode } from '@msgpack/msgpack'
import t from 'tap'
import * as z from 'zod'
import { msgpack } from '../../lib/operations/msgpack.ts'
import {
  type BodyContract,
  bytes,
  form,
  json,
  operation,
  reply,
  stream,
  text,
} from '../../lib/operations.ts'
import { Route } from '../../lib/routing.ts'
import type { TestRequestOptions } from '../../lib/testing/client/options.ts'
import { testClient } from '../../lib/testing/client.ts'

/** What an operation with this body answers. */
async function sent(body: BodyContract, options: TestRequestOptions, method = 'POST') {
  const app = Route(
    '/',
    operation({ body }, (input) => reply(200, input.body ?? null)),
    { methods: [method] },
  )
  await using client = await testClient(app)
  const response = await client.request(method, '/', options)
  const type = response.headers.get('content-type') ?? ''
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: type.includes('json') ? await response.json() : await response.text(),
  }
}

const User = z.object({ name: z.string(), age: z.int() })

t.test('a JSON body is validated, and values are not converted', async (t) => {
  t.match(await sent(User, { json: { name: 'a', age: 1, more: 1 } }), {
    status: 200,
    body: { name: 'a', age: 1 },
  })
  t.match(await sent(User, { json: { name: 'a', age: '1' } }), {
    status: 422,
    body: { errors: [{ source: 'body', pointer: '/age' }] },
  })
  t.match(
    await sent(User, {
      body: '{"name":"a","age":1}',
      headers: { 'content-type': 'application/problem+json' },
    }),
    { status: 200 },
  )
})

t.test('a malformed body is 400, a missing one an issue, another type 415', async (t) => {
  const type = { 'content-type': 'application/json' }
  t.match(await sent(User, { body: '{"name":', headers: type }), { status: 400 })
  t.match(await sent(User, { body: Uint8Array.of(0x22, 0xff, 0x22), headers: type }), {
    status: 400,
  })
  t.match(await sent(User, {}), {
    status: 422,
    body: { errors: [{ source: 'body', pointer: '' }] },
  })
  t.match(await sent(User, { body: '', headers: type }), { status: 422 })
  t.match(await sent(User.optional(), {}), { status: 200, body: '' })
  t.match(await sent(User, { body: 'name=a', headers: { 'content-type': 'text/plain' } }), {
    status: 415,
    headers: { 'accept-post': 'application/json, application/*+json' },
  })
  t.match(await sent(User, { body: Uint8Array.of(1) }), { status: 415 }, 'without a content type')
  t.match(await sent(User, { body: 'a', headers: { 'content-type': 'text/plain' } }, 'PATCH'), {
    headers: { 'accept-patch': /json/ },
  })
  t.match(await sent(User, { body: 'a', headers: { 'content-type': 'text/plain' } }, 'PUT'), {
    headers: { accept: /json/ },
  })
})

t.test('a member __proto__ is refused in any spelling', async (t) => {
  const headers = { 'content-type': 'application/json' }
  for (const body of [
    '{"__proto__":{"a":1}}',
    '{"a":[{"__proto__":1}]}',
    '{"\\u005f_proto__":1}',
    '{"__pr\\u006Fto__":1}',
  ]) {
    t.match(await sent(z.looseObject({}), { body, headers }), { status: 400 }, body)
  }
  t.match(await sent(z.looseObject({}), { body: '{"a":"__proto__"}', headers }), { status: 200 })
})

t.test('a body that is nested too deeply is refused without a crash', async (t) => {
  const headers = { 'content-type': 'application/json' }
  const body = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const Tree: z.ZodType = z.lazy(() => z.array(Tree))
  t.match(await sent(Tree, { body, headers }), {
    status: 422,
    body: { errors: [{ source: 'body' }] },
  })
})

t.test('a compressed body is refused, unless the contract takes bytes', async (t) => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  t.match(await sent(User, { body: '{"name":"a","age":1}', headers }), { status: 415 })
  t.match(await sent(bytes(), { body: 'abc', headers }), { status: 200 })
})

t.test('a limit in the contract applies to its body', async (t) => {
  t.match(await sent(json(z.string(), { maxSize: 10 }), { json: 'x'.repeat(20) }), { status: 413 })
  t.match(await sent(json(z.string(), { maxSize: 100 }), { json: 'x'.repeat(20) }), { status: 200 })
  t.match(
    await sent(text(undefined, { maxSize: 3 }), {
      body: 'abcd',
      headers: { 'content-type': 'text/plain' },
    }),
    { status: 413 },
  )
})

t.test('texts of a form are converted to the types of the schema', async (t) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const schema = z.object({
    age: z.int(),
    tags: z.array(z.string()),
    ok: z.boolean().default(false),
  })
  t.match(await sent(form(schema), { body: 'age=7&tags=a&ok=true', headers }), {
    status: 200,
    body: { age: 7, tags: ['a'], ok: true },
  })
  t.match(await sent(form(schema), { body: 'age=x', headers }), {
    status: 422,
    body: { errors: [{ pointer: '/age' }, { pointer: '/tags' }] },
  })
  t.match(await sent(form(schema), { json: {} }), { status: 415 })
  t.match(await sent(form(schema, { maxFields: 1 }), { body: 'age=7&tags=a', headers }), {
    status: 413,
  })
})

t.test('msgpack, text, bytes and streams are read', async (t) => {
  const type = (name: string) => ({ 'content-type': name })
  const packed = encode({ name: 'a', age: 1 })
  t.match(await sent(msgpack(User), { body: packed, headers: type('application/msgpack') }), {
    body: { name: 'a', age: 1 },
  })
  t.match(
    await sent(msgpack(User), { body: Uint8Array.of(0xc1), headers: type('application/msgpack') }),
    { status: 400 },
  )
  t.match(await sent(text(), { body: 'hello', headers: type('text/plain; charset=utf-8') }), {
    body: 'hello',
  })
  t.match(await sent(text(z.string().max(2)), { body: 'hello', headers: type('text/plain') }), {
    status: 422,
  })
  t.match(await sent(bytes(), { body: 'abc' }), { body: 'YWJj' })
  t.match(
    await sent(bytes({ mediaTypes: ['image/*'] }), { body: 'abc', headers: type('text/plain') }),
    { status: 415 },
  )

  const counted = operation({ body: stream({ maxSize: 10 }) }, async ({ body }) => {
    let size = 0
    for await (const part of body) size += part.byteLength
    return reply(200, size)
  })
  await using client = await testClient(Route('/', counted, { methods: ['POST'] }))
  t.equal(await (await client.post('/', { body: 'abc' })).json(), 3)
  t.equal((await client.post('/', { body: 'x'.repeat(20) })).status, 413)
})

t.test('a record selects by media type', async (t) => {
  const body = {
    'application/json': User,
    'application/x-www-form-urlencoded': form(User),
    'text/plain': text(),
  }
  t.match(await sent(body, { json: { name: 'a', age: 1 } }), { body: { age: 1 } })
  t.match(
    await sent(body, {
      body: 'name=a&age=2',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
    { body: { age: 2 } },
  )
  t.match(await sent(body, { body: 'x', headers: { 'content-type': 'text/plain' } }), { body: 'x' })
  t.match(await sent(body, { body: 'x', headers: { 'content-type': 'text/html' } }), {
    status: 415,
    headers: { 'accept-post': 'application/json, application/x-www-form-urlencoded, text/plain' },
  })
})

t.test('a body is read only after the guards', async (t) => {
  let reads = 0
  const guard = {
    of: () => {
      throw new Error('no')
    },
  }
  const body = {
    ...text(),
    read: () => {
      reads++
      return ''
    },
  }
  const app = Route(
    '/',
    operation({ body, guards: [guard] }, () => reply(200)),
    { methods: ['POST'] },
  )
  await using client = await testClient(app, { raiseServerExceptions: false })
  t.equal(
    (await client.post('/', { body: 'x', headers: { 'content-type': 'text/plain' } })).status,
    500,
  )
  t.equal(reads, 0)
})

t.test('a form is what its schema makes of it', async (t) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const named = z.object({ name: z.string() })
  const body = 'name=Ada'
  for (const [schema, value] of [
    [named.transform(({ name }) => name), 'Ada'],
    [named.transform((all) => Object.entries(all)), [['name', 'Ada']]],
    [named.transform(({ name }) => new URL(`https://example.org/${name}`)), /org.Ada/],
  ] as const) {
    t.match(await sent(form(schema), { body, headers }), { status: 200, body: value })
  }
  const own = form(z.object({ constructor: z.string(), toString: z.string() }))
  t.match(await sent(own, { body: 'constructor=a&toString=b', headers }), {
    body: { constructor: 'a', toString: 'b' },
  })
})

t.test('no bytes are a form without fields or an empty text, but no JSON', async (t) => {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const choices = z.object({ loud: z.boolean().default(false) })
  t.match(await sent(form(choices), { body: '', headers: type }), { body: { loud: false } })
  t.match(
    await sent(
      { 'application/json': User, [type['content-type']]: form(choices) },
      { body: '', headers: type },
    ),
    {
      body: { loud: false },
    },
  )
  t.match(await sent(form(choices), {}), { status: 422, body: { errors: [{ source: 'body' }] } })
  t.match(await sent(User.optional(), { body: '', headers: type }), { status: 200, body: '' })
  const plain = { 'content-type': 'text/plain' }
  t.match(await sent(text(z.string().max(3)), { body: '', headers: plain }), {
    status: 200,
    body: '',
  })
  t.match(await sent(text(z.string().min(1)), { body: '', headers: plain }), { status: 422 })
})
