// RFC 9457: problems that are thrown, and the schema of their documents.
import t, { type Test } from 'tap'
import { Application, HTTPException, Mount, Route, Router } from '../../lib/index.ts'
import { Problem, type ProblemInit, ValidationError } from '../../lib/problems.ts'
import { testClient } from '../../lib/testing/client.ts'

async function answerTo(t: Test, error: unknown): Promise<Response> {
  const app = Application({
    routes: [
      Route('/', () => {
        throw error
      }),
    ],
  })
  const client = await testClient(app)
  t.teardown(() => client.close())
  return client.get('/')
}

t.test('a problem is answered with its document', async (t) => {
  const response = await answerTo(
    t,
    new Problem({
      status: 403,
      type: 'https://example.org/out-of-credit',
      title: 'You do not have enough credit.',
      detail: 'Your balance is 30.',
      instance: '/account/12345',
      headers: { 'x-a': '1' },
      balance: 30,
    }),
  )

  t.equal(response.status, 403)
  t.equal(response.headers.get('content-type'), 'application/problem+json')
  t.equal(response.headers.get('x-a'), '1')
  t.same(await response.json(), {
    type: 'https://example.org/out-of-credit',
    title: 'You do not have enough credit.',
    status: 403,
    detail: 'Your balance is 30.',
    instance: '/account/12345',
    balance: 30,
  })
})

t.test('type and title have defaults', async (t) => {
  const response = await answerTo(t, new Problem({ status: 404 }))

  t.equal(await response.text(), '{"type":"about:blank","title":"Not Found","status":404}')
})

t.test('an HTTPException stays plain text', async (t) => {
  const response = await answerTo(t, new HTTPException(404))

  t.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
  t.equal(await response.text(), 'Not Found')
})

t.test('a problem is an HTTPException with a message for logs', async (t) => {
  const cause = new Error('why')
  const error = new Problem({ status: 409, detail: 'taken' }, { message: 'row 7', cause })

  t.ok(error instanceof HTTPException)
  t.match(error, { status: 409, detail: 'taken', message: 'row 7', name: 'Problem', cause })
  t.equal(new Problem({ status: 409, title: 'Taken' }).message, 'Taken')
})

t.test('a handler for its status, class or HTTPException answers instead', async (t) => {
  for (const key of [404, Problem, HTTPException] as const) {
    const app = Application({
      routes: [
        Route('/', () => {
          throw new Problem({ status: 404 })
        }),
      ],
      exceptionHandlers: [[key, () => (_scope, _receive, send) => answer(send)]],
    })
    await using client = await testClient(app)
    t.equal((await client.get('/')).status, 418)
  }
})

async function answer(send: (message: never) => Promise<void>): Promise<void> {
  await send({ type: 'http.response.start', status: 418, headers: [] } as never)
  await send({ type: 'http.response.body' } as never)
}

t.test('a problem refuses a websocket with its document', async (t) => {
  const { WebSocketRoute } = await import('../../lib/routing.ts')
  const app = Application({
    routes: [
      Mount(
        '/',
        Router([
          WebSocketRoute('/', () => {
            throw new Problem({ status: 403 })
          }),
        ]),
      ),
    ],
  })
  await using client = await testClient(app)

  const error = await client.websocket('/').then(t.fail, (reason: unknown) => reason)

  t.match(error, { response: { status: 403 } })
})

t.test('a body that cannot be created is a bug', async (t) => {
  class Broken extends HTTPException {
    override content(): never {
      throw new Error('kaput')
    }
  }
  const app = Application({
    routes: [
      Route('/', () => {
        throw new Broken(404)
      }),
    ],
  })
  await using client = await testClient(app, { raiseServerExceptions: false })

  t.equal((await client.get('/')).status, 500)
})

t.test('invalid arguments throw where the problem is created', async (t) => {
  const cases: [unknown, string][] = [
    [
      undefined,
      'Problem: it takes an object, undefined was given. Write new Problem({ status: 404 }).',
    ],
    [
      { status: 200 },
      'Problem: the status must be an integer from 400 to 599, 200 was given. Return a response for other statuses.',
    ],
    [
      { status: 499 },
      'Problem: the status must have a reason phrase, 499 was given. Pass a title.',
    ],
    [
      { status: 404, title: 7 },
      'Problem: the title must be text, 7 was given. Put other values into extensions.',
    ],
    [
      { status: 404, size: 7n },
      'Problem: its members must have a JSON form, ["type", "title", "status", "size"] were given. Convert bigints to text, and leave out circular references.',
    ],
  ]
  for (const [init, message] of cases) t.throws(() => new Problem(init as ProblemInit), { message })
})

const { validate, jsonSchema, version, vendor } = Problem['~standard']

t.test('the class is a Standard Schema that keeps extensions', async (t) => {
  t.match({ version, vendor }, { version: 1, vendor: 'stellula' })
  const document = { title: 'No such user', id: 7 }
  t.same(await validate(document), { value: document })
  t.same(await validate(JSON.parse('{"title":"x","__proto__":{"a":1}}')), {
    value: JSON.parse('{"title":"x","__proto__":{"a":1}}'),
  })
  for (const value of [null, [], 'text', 7]) {
    t.match(await validate(value), { issues: [{ message: /must be an object/ }] })
  }
  t.same(await validate({ type: 1, detail: 2, instance: 3, status: 'x' }), {
    issues: [
      { message: 'The title of a problem document must be text.', path: ['title'] },
      { message: 'The type of a problem document must be text.', path: ['type'] },
      { message: 'The detail of a problem document must be text.', path: ['detail'] },
      { message: 'The instance of a problem document must be text.', path: ['instance'] },
      {
        message: 'The status of a problem document must be an integer from 100 to 599.',
        path: ['status'],
      },
    ],
  })
})

t.test('it returns its JSON Schema for every supported version', async (t) => {
  for (const target of ['draft-2020-12', 'draft-07', 'openapi-3.0']) {
    const given = jsonSchema?.output({ target })
    t.match(given, { title: 'Problem', type: 'object', required: ['title'] })
    t.same(jsonSchema?.input({ target }), given)
  }
  t.throws(() => jsonSchema?.input({ target: 'draft-03' }), {
    message:
      'Problem: the target must be one of draft-2020-12, draft-07, openapi-3.0, "draft-03" was given. Use draft-2020-12.',
  })
})

t.test('a ValidationError is a problem with all issues', async (t) => {
  const error = new ValidationError([
    { source: 'query', path: ['limit'], message: 'must be a number' },
    { source: 'body', path: ['items', 0, 'a/b~c'], message: 'is missing' },
    { source: 'body', message: 'is missing' },
  ])

  const response = await answerTo(t, error)

  t.equal(response.status, 422)
  t.equal(response.headers.get('content-type'), 'application/problem+json')
  t.same(await response.json(), {
    type: 'about:blank',
    title: 'Unprocessable Content',
    status: 422,
    detail: 'The request is invalid.',
    errors: [
      { source: 'query', path: ['limit'], pointer: '/limit', message: 'must be a number' },
      {
        source: 'body',
        path: ['items', 0, 'a/b~c'],
        pointer: '/items/0/a~1b~0c',
        message: 'is missing',
      },
      { source: 'body', path: [], pointer: '', message: 'is missing' },
    ],
  })
})

t.test('a ValidationError may have another status, detail and fields', async (t) => {
  const issues = [{ source: 'header', message: 'is missing' }] as const
  const options = { status: 400, detail: 'Oh.', headers: { 'x-a': '1' } }

  const response = await answerTo(t, new ValidationError(issues, options))

  t.equal(response.headers.get('x-a'), '1')
  t.match(await response.json(), { title: 'Bad Request', status: 400, detail: 'Oh.' })
})

t.test('a response lists 100 issues, and the number of others', async (t) => {
  const issues = Array.from({ length: 1000 }, (_, index) => {
    return { source: 'body', path: [index], message: 'is wrong' } as const
  })
  const error = new ValidationError(issues)

  const document = (await (await answerTo(t, error)).json()) as { errors: []; omitted: number }

  t.equal(error.issues.length, 1000)
  t.equal(document.errors.length, 100)
  t.equal(document.omitted, 900)
})

t.test('invalid arguments of a ValidationError throw', async (t) => {
  const cases: [unknown, object, string][] = [
    [
      [],
      {},
      "ValidationError: the issues must be a list of at least one, [] was given. Write [{ source: 'body', path, message }].",
    ],
    [
      [{ source: 'json', message: '' }],
      {},
      'ValidationError: the source of an issue must be query, path, header, cookie, body or message, "json" was given. Write { source: \'body\', path, message }.',
    ],
    [
      [{ source: 'body', message: 7 }],
      {},
      'ValidationError: the message of an issue must be text, 7 was given. Describe the error in it.',
    ],
    [
      [{ source: 'body', path: 'a', message: '' }],
      {},
      "ValidationError: the path of an issue must be a list of keys and indexes, \"a\" was given. Write path: ['items', 0, 'name'].",
    ],
    [
      [{ source: 'body', message: '' }],
      { status: 500 },
      'ValidationError: the status must be an integer from 400 to 499, 500 was given. Leave it out for 422.',
    ],
    [
      [{ source: 'body', message: '' }],
      { title: 'x' },
      'ValidationError: unknown option "title". Known options are status, detail, headers, cause.',
    ],
  ]
  for (const [issues, options, message] of cases) {
    t.throws(() => new ValidationError(issues as never, options), { message })
  }
})
