// LS-REQ-2, LS-REQ-3: Multipart bodies of operations: texts by a schema, files by rules.
import t from 'tap'
import * as z from 'zod'
import { UploadFile } from '../../lib/forms.ts'
import { openapi } from '../../lib/openapi.ts'
import { multipart, operation, reply, type UploadRule } from '../../lib/operations.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

t.test('a multipart form has texts and files, and rules check the files', async (t) => {
  const body = multipart(z.object({ title: z.string(), n: z.int().optional() }), {
    files: {
      photo: { maxSize: 10, types: ['image/*'] },
      more: { many: true, maxCount: 2 },
      maybe: { optional: true },
    },
  })
  const shown = operation({ body }, async ({ body: { title, n, photo, more, maybe } }) =>
    reply(200, [title, n, await photo.text(), more.length, maybe?.size ?? null]),
  )
  await using client = await testClient(Route('/', shown, { methods: ['POST'] }))
  const file = (content: string, type = 'image/png') => new File([content], 'a.png', { type })
  const send = async (entries: [string, string | File][]) => {
    const data = new FormData()
    for (const [name, value] of entries) data.append(name, value)
    const response = await client.post('/', { body: data })
    return [response.status, await response.json()] as [number, { errors?: object[] }]
  }

  t.same(
    await send([
      ['title', 'a'],
      ['n', '7'],
      ['photo', file('png')],
      ['more', file('x')],
    ]),
    [200, ['a', 7, 'png', 1, null]],
  )
  t.match(
    await send([
      ['title', 'a'],
      ['photo', file('x'.repeat(11), 'text/html')],
    ]),
    [
      422,
      {
        errors: [
          { pointer: '/photo', message: /10 bytes/ },
          { pointer: '/photo', message: /image/ },
        ],
      },
    ],
  )
  t.match(
    await send([
      ['title', 'a'],
      ['photo', 'no file'],
    ]),
    [422, { errors: [{ pointer: '/photo', message: /required/ }] }],
  )
  t.match(
    await send([
      ['title', 'a'],
      ['photo', new File([], '')],
    ]),
    [422, { errors: [{ pointer: '/photo' }] }],
    'an empty input',
  )
  t.match(
    await send([
      ['title', 'a'],
      ['photo', file('a')],
      ['more', file('a')],
      ['more', file('a')],
      ['more', file('a')],
    ]),
    [422, { errors: [{ pointer: '/more' }] }],
  )
  t.match(await send([['photo', file('a')]]), [422, { errors: [{ pointer: '/title' }] }])
})

t.test('a file without a rule is validated by the schema', async (t) => {
  const body = multipart(
    z.object({ photo: z.instanceof(UploadFile).refine(({ size }) => size > 1, 'too small') }),
  )
  const app = Route(
    '/',
    operation({ body }, (input) => reply(200, input.body.photo.size)),
    { methods: ['POST'] },
  )
  await using client = await testClient(app)
  const send = async (content: string) => {
    const data = new FormData()
    data.append('photo', new File([content], 'a.txt'))
    return (await client.post('/', { body: data })).status
  }
  t.equal(await send('abc'), 200)
  t.equal(await send('a'), 422)
})

t.test('a missing body lacks the files, even if the schema accepts it', async (t) => {
  const sent = async (files: Record<string, UploadRule>) => {
    const body = multipart(z.any(), { files })
    const route = Route('/', { post: operation({ body, responses: { 204: null } }, () => {}) })
    await using client = await testClient(route)
    const { requestBody } = openapi([route], { title: 'A', version: '1' }).paths['/']?.post ?? {}
    return [(await client.post('/')).status, requestBody?.required ?? false]
  }
  t.same(await sent({ photo: {} }), [422, true])
  t.same(await sent({ photo: { optional: true }, more: { many: true } }), [204, false])
})

t.test('a value of a class keeps its methods beside files, and is not changed', async (t) => {
  class Post {
    readonly title: string

    constructor(title: string) {
      this.title = title
    }

    get loud(): string {
      return this.title.toUpperCase()
    }
  }
  const shared = Object.freeze(new Post('tea'))
  const texts = z.object({ title: z.string() }).transform(() => shared)
  const body = multipart(texts, { files: { photo: {}, more: { optional: true } } })
  const route = Route('/', {
    post: operation({ body }, ({ body }) =>
      reply(200, [body instanceof Post, body.loud, body.photo.size, body.more ?? null]),
    ),
  })
  await using client = await testClient(route)
  const data = new FormData()
  data.append('title', 'tea')
  data.append('photo', new Blob(['abc']), 'a.png')
  t.same(await (await client.post('/', { body: data })).json(), [true, 'TEA', 3, null])
  t.same(Object.keys(shared), ['title'])
})

t.test('a body that may be missing has lists of no files', async (t) => {
  const texts = z.object({ title: z.string() }).default({ title: 'tea' })
  const body = multipart(texts, { files: { more: { many: true }, maybe: { optional: true } } })
  const route = Route('/', {
    post: operation({ body }, ({ body: { title, more, maybe } }) =>
      reply(200, [title, more.length, maybe ?? null]),
    ),
  })
  await using client = await testClient(route)
  t.same(await (await client.post('/')).json(), ['tea', 0, null])
})
