// LS-DTO-1, LS-DTO-2, LS-ROUTE-7: what schema libraries do in place of transfer objects, and routes that are used twice.
import t from 'tap'
import * as z from 'zod'
import { Application, Mount, Route, Router } from '../../lib/index.ts'
import { openapi } from '../../lib/openapi.ts'
import { json, operation, reply } from '../../lib/operations.ts'
import { testClient } from '../../lib/testing/client.ts'

const User = z.object({ id: z.int(), name: z.string(), password: z.string() })

t.test('one schema serves input, output and patches', async (t) => {
  const stored = { id: 7, name: 'ada', password: 'secret' }
  const app = Route('/{id:int}', {
    put: operation(
      { body: User.omit({ id: true }).strict(), responses: { 200: User.omit({ password: true }) } },
      ({ params, body }) => reply(200, { ...body, ...params }),
    ),
    patch: operation(
      {
        body: {
          'application/merge-patch+json': json(User.pick({ name: true }).partial().strict()),
        },
        responses: { 200: User.omit({ password: true }) },
      },
      ({ body }) => reply(200, { ...stored, ...body } as typeof stored),
    ),
  })
  await using client = await testClient(app)
  const put = await client.put('/7', { json: { name: 'bob', password: 'x' } })
  t.same(await put.json(), { id: 7, name: 'bob' })
  t.equal((await client.put('/7', { json: { id: 1, name: 'bob', password: 'x' } })).status, 422)
  const headers = { 'content-type': 'application/merge-patch+json' }
  const patch = await client.patch('/7', { body: '{"name":"eve"}', headers })
  t.same(await patch.json(), { id: 7, name: 'eve' })
  t.equal((await client.patch('/7', { json: { name: 'eve' } })).status, 415)
})

t.test('a transform changes names', async (t) => {
  const Input = z
    .object({ first_name: z.string() })
    .transform(({ first_name }) => ({ firstName: first_name }))
  const app = Route('/', {
    post: operation({ body: Input }, ({ body }) => reply(200, body.firstName)),
  })
  await using client = await testClient(app)
  t.equal(await (await client.post('/', { json: { first_name: 'ada' } })).json(), 'ada')
})

t.test('routes below several mounts work through each, with their own names', async (t) => {
  const routes = [
    Route(
      '/{id:int}',
      operation({}, ({ params }) => reply(200, params.id)),
      { name: 'detail' },
    ),
  ]
  const app = Application({
    routes: ['a', 'b'].map((name) => Mount(`/${name}`, Router(routes), { name })),
  })
  await using client = await testClient(app)
  t.equal(await (await client.get('/a/1')).json(), 1)
  t.equal(await (await client.get('/b/2')).json(), 2)
  t.equal(String(app.urlPathFor('b:detail', { id: 3 })), '/b/3')
  const { paths } = openapi(app, { title: 'Both', version: '1' })
  t.same(
    [paths['/a/{id}']?.['get']?.operationId, paths['/b/{id}']?.['get']?.operationId],
    ['getADetail', 'getBDetail'],
  )
})
