// LS-RESP-1, LS-RESP-2, LS-RESP-3, LS-DTO-3: What a handler returns, and what is sent of it.
import t from 'tap'
import * as z from 'zod'
import {
  type Contract,
  event,
  events,
  file,
  InvalidResponse,
  lines,
  operation,
  reply,
} from '../../lib/operations.ts'
import { Problem } from '../../lib/problems.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

/** What is sent for what a handler returns. */
async function answered(contract: Contract, returned: () => unknown) {
  const app = Route('/', operation(contract, returned as never))
  await using client = await testClient(app)
  const response = await client.get('/')
  const body = await response.text()
  const headers = {
    ...Object.fromEntries(response.headers),
    cookies: response.headers.getSetCookie(),
  }
  return { status: response.status, headers, body }
}

const User = z.object({ id: z.int(), name: z.string() })

t.test('a body is parsed by its schema, and dropped members are not sent', async (t) => {
  const user = { id: 1, name: 'a', hash: 'secret' }
  const responses = { 200: User, 404: Problem }
  t.match(await answered({ responses }, () => reply(200, user)), {
    status: 200,
    body: '{"id":1,"name":"a"}',
  })
  t.match(
    await answered({ responses }, async () => user),
    { status: 200, body: '{"id":1,"name":"a"}' },
    'the only success',
  )
  t.match(await answered({ responses, validateResponses: false }, () => user), { body: /secret/ })
  t.match(await answered({ responses: { 200: z.array(User) } }, () => [user]), {
    body: '[{"id":1,"name":"a"}]',
  })
})

t.test('an invalid body is a bug with issues, which the client does not see', async (t) => {
  const contract = { responses: { 200: User } }
  const app = Route('/', operation(contract, (() => ({ id: 'secret', name: 'a' })) as never))
  await using client = await testClient(app)
  await t.rejects(client.get('/'), InvalidResponse)
  await t.rejects(client.get('/'), /body of 200 does not fit its schema\.\n {2}\/id /)
  await using outside = await testClient(app, { raiseServerExceptions: false })
  const response = await outside.get('/')
  t.equal(response.status, 500)
  t.notMatch(await response.text(), 'schema')
})

t.test('an undeclared reply is a bug that says what to do', async (t) => {
  const cases: [contract: Contract, returned: unknown, message: RegExp][] = [
    [
      { responses: { 200: User } },
      reply(201, 1),
      /declares the statuses 200, reply\(201, …\) was returned\. Add 201/,
    ],
    [{ responses: { 200: User, 201: User } }, { id: 1 }, /must return a reply or a Response/],
    [
      {},
      undefined,
      /must return a reply or a Response, undefined was given\. Add the missing return or await\./,
    ],
    [{ responses: { 204: null } }, reply(204, 1), /a response of 204 has no body, 1 was given/],
    [{ responses: { 200: events(User) } }, reply(200, 7), /is a stream, 7 was given/],
  ]
  for (const [contract, returned, message] of cases)
    await t.rejects(
      answered(contract, () => returned),
      message,
    )
})

t.test('a reply has header fields, cookies and background work', async (t) => {
  let worked = false
  const response = await answered({ responses: { 201: User } }, () =>
    reply(
      201,
      { id: 1, name: 'a' },
      {
        headers: { location: '/users/1' },
        cookies: { theme: 'dark', session: { value: 'x', httpOnly: true } },
        background: async () => {
          worked = true
        },
      },
    ),
  )
  t.match(response, {
    status: 201,
    headers: { location: '/users/1', cookies: [/^theme=dark/, /^session=x.*HttpOnly/] },
  })
  t.ok(worked)
})

t.test('no body, any response, and a default', async (t) => {
  t.match(await answered({ responses: { 204: null } }, () => undefined), { status: 204, body: '' })
  t.match(await answered({ responses: { 204: null } }, () => reply(204)), { status: 204, body: '' })
  t.match(await answered({ responses: { 200: User } }, () => new PlainTextResponse('x')), {
    body: 'x',
  })
  t.match(
    await answered({ responses: { 200: User, default: Problem } }, () =>
      reply(418, { title: 'Tea' }),
    ),
    {
      status: 418,
      headers: { 'content-type': 'application/problem+json' },
      body: '{"type":"about:blank","title":"Tea","status":418}',
    },
  )
  t.match(await answered({}, () => reply(299, [1])), { status: 299, body: '[1]' })
})

t.test('values without a JSON form are encoded', async (t) => {
  const value = {
    ...{
      at: new Date(0),
      big: 10n,
      map: new Map([['a', 1]]),
      set: new Set([1]),
      url: new URL('http://a/'),
    },
    ...{ bytes: Buffer.from('abc'), floats: new Float32Array([1.5]), none: undefined },
  }
  const text =
    '{"at":"1970-01-01T00:00:00.000Z","big":"10","map":{"a":1},"set":[1],"url":"http://a/","bytes":"YWJj","floats":[1.5]}'
  t.equal((await answered({}, () => reply(200, value))).body, text)
  const schema = z.object({ at: z.date(), big: z.bigint(), map: z.map(z.string(), z.int()) })
  t.equal(
    (await answered({ responses: { 200: schema } }, () => value)).body,
    '{"at":"1970-01-01T00:00:00.000Z","big":"10","map":{"a":1}}',
  )
  class Money {
    readonly cents: number
    constructor(cents: number) {
      this.cents = cents
    }
  }
  const encode = (given: unknown) => (given instanceof Money ? `${given.cents / 100} €` : given)
  t.equal(
    (await answered({ encode }, () => reply(200, { price: new Money(150), big: 1n }))).body,
    '{"price":"1.5 €","big":"1"}',
  )
})

t.test('events and lines are validated item by item', async (t) => {
  async function* users() {
    yield { id: 1, name: 'a', hash: 'secret' }
    yield { id: 2, name: 'b' }
  }
  t.match(await answered({ responses: { 200: lines(User) } }, () => reply(200, users())), {
    headers: { 'content-type': 'application/jsonl' },
    body: '{"id":1,"name":"a"}\n{"id":2,"name":"b"}\n',
  })
  t.match(
    (await answered({ responses: { 200: events(User) } }, () => reply(200, users()))).body,
    /data: {"id":1,"name":"a"}\n\n.*data: {"id":2/s,
  )
  const named = [event({ data: { id: 1, name: 'a' }, id: '7', event: 'user' })]
  t.match(
    (await answered({ responses: { 200: events(User) } }, () => reply(200, named))).body,
    /event: user\n.*id: 7\n|id: 7\n.*event: user\n/s,
  )
})

t.test('an item that does not fit ends the stream as a bug, and closes the source', async (t) => {
  let closed = false
  async function* users() {
    try {
      yield { id: 1, name: 'a' }
      yield { id: 'x' }
    } finally {
      closed = true
    }
  }
  await t.rejects(answered({ responses: { 200: lines(User) } }, () => reply(200, users())))
  t.ok(closed)
})

t.test('a source that is never read is closed', async (t) => {
  let closed = false
  const source = {
    [Symbol.asyncIterator]: () => source,
    next: async () => ({ done: true, value: undefined }),
    return: async () => {
      closed = true
      return { done: true, value: undefined }
    },
  }
  const app = Route(
    '/',
    operation({ responses: { 200: lines(User) } }, () =>
      reply(200, source as AsyncIterable<never>),
    ),
  )
  await using client = await testClient(app)
  t.equal((await client.head('/')).status, 200)
  t.ok(closed)
})

t.test('files are text, bytes, streams or responses', async (t) => {
  const contract = { responses: { 200: file('text/csv') } }
  t.match(await answered(contract, () => 'id\n'), {
    headers: { 'content-type': 'text/csv; charset=utf-8' },
    body: 'id\n',
  })
  t.match(await answered(contract, () => reply(200, ['id\n', '1\n'])), { body: 'id\n1\n' })
})

t.test('a string of a type that is not JSON is the content itself', async (t) => {
  const typed = (mediaType: string) => ({
    responses: { 200: { schema: z.string().trim(), mediaType } },
  })
  t.match(await answered(typed('text/plain'), () => ' "a" '), {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': '3' },
    body: '"a"',
  })
  t.match(await answered(typed('application/hal+json'), () => 'a'), { body: '"a"' })
})

t.test('undefined has no JSON form, whatever the schema accepts', async (t) => {
  const contract = { responses: { 200: z.string().optional() } }
  await t.rejects(
    answered(contract, () => undefined),
    /must have a JSON form, undefined was given/,
  )
})
