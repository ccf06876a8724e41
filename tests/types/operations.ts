// What flows from a contract into its handler and back.
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import type { UploadFile } from '../../lib/forms.ts'
import {
  type Body,
  bytes,
  events,
  form,
  lines,
  multipart,
  operation,
  reply,
  stream,
  text,
} from '../../lib/operations.ts'
import { Problem } from '../../lib/problems.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import type { Assert, Equal } from './assert.ts'

const User = z.object({ id: z.int(), name: z.string() })
const users = {
  of: async (): Promise<{
    byId(id: number): { id: number; name: string; hash: string } | undefined
  }> => ({ byId: () => undefined }),
}
const count = { of: (): number => 7 }

/** Parameters come from the path around the operation, in a table too. */
export const detail: Route<'/{id:int}'> = Route('/{id:int}', {
  get: operation(
    {
      query: z.object({ full: z.boolean().default(false) }),
      use: { users, count },
      responses: { 200: User, 404: Problem },
    },
    async ({ params, query, users: found, count: counted }) => {
      type Params = Assert<Equal<typeof params, { id: number }>>
      type Query = Assert<Equal<typeof query, { full: boolean }>>
      type Counted = Assert<Equal<typeof counted, number>>
      const known: [Params, Query, Counted] = [true, true, true]
      const user = found.byId(params.id + Number(known.length))
      return user ? reply(200, user) : reply(404, { title: 'No such user' })
    },
  ),
  delete: operation({ responses: { 204: null } }, async ({ params }) => {
    const id: number = params.id
    return id > 0 ? reply(204) : reply(204, null)
  }),
})

Route(
  '/{slug}',
  operation({ params: z.object({ slug: z.enum(['a', 'b']) }) }, ({ params }) => {
    const slug: 'a' | 'b' = params.slug
    return new PlainTextResponse(slug)
  }),
)

// The only success may be returned as it is; with 204 there is nothing to return.
operation({ responses: { 200: User } }, () => ({ id: 1, name: 'a', more: true }))
operation({ responses: { 200: User, 404: Problem } }, async () => ({ id: 1, name: 'a' }))
operation({ responses: { 204: null } }, () => {})
operation({ responses: { 200: z.object({ role: z.enum(['admin', 'user']) }) } }, async () =>
  reply(200, { role: 'admin' }),
)
operation({ responses: { 200: User, default: Problem } }, () => reply(418, { title: 'A teapot' }))
operation({}, () => reply(299, { anything: 1 }))
operation({ responses: { 204: null } }, () => reply(204, undefined, { headers: { a: 'b' } }))
operation({ responses: { 204: null } }, async () => reply(204, null, { headers: { a: 'b' } }))
operation({}, () => new JSONResponse(1))
operation({ responses: { 200: v.object({ a: v.string() }) } }, () => ({ a: '' }))
operation({ responses: { 200: type({ a: 'string' }) } }, () => reply(200, { a: '' }))
operation({ responses: { 200: { schema: User, description: 'One user' } } }, () => ({
  id: 1,
  name: '',
}))
operation({ responses: { 200: events(User), 201: lines(User) } }, () =>
  reply(200, [{ id: 1, name: '' }]),
)

/** Outside of its route, an operation has the parameters that its contract declares. */
const away = operation(
  { params: z.object({ id: z.int() }), responses: { 200: User } },
  ({ params }) => reply(200, { ...params, name: '' }),
)
Route('/users/{id:int}', { get: away })
// @ts-expect-error: without a schema, a parameter is unknown
operation({ responses: { 200: User } }, ({ params }) => reply(200, { id: params['id'], name: '' }))

// Texts keep their literal types, and lists may be written in place.
operation(
  { responses: { 200: z.object({ role: z.enum(['admin', 'user']), tags: z.array(z.string()) }) } },
  async () => ({ role: 'admin', tags: ['a'] }),
)
operation(
  { responses: { 200: z.object({ role: z.literal('admin'), tags: z.array(z.string()) }) } },
  async ({ request }) => reply(200, { role: 'admin', tags: [request.method] }),
)

// @ts-expect-error: nothing is declared for success
operation({ responses: { 404: Problem } }, () => {})
// @ts-expect-error: the status is not declared
operation({ responses: { 200: User } }, () => reply(201, { id: 1, name: 'a' }))
// @ts-expect-error: the body is of another type
operation({ responses: { 200: User } }, async () => reply(200, { id: '1', name: 'a' }))
// @ts-expect-error: the body is of another type
operation({ responses: { 200: User } }, async () => ({ id: '1', name: 'a' }))
// @ts-expect-error: there are two successes
operation({ responses: { 200: User, 201: User } }, async () => ({ id: 1, name: 'a' }))
// @ts-expect-error: a body is needed
operation({ responses: { 200: User } }, async () => reply(200))
// @ts-expect-error: 204 has no body
operation({ responses: { 204: null } }, async () => reply(204, { id: 1 }))
// @ts-expect-error: a schema is none
operation({ query: { full: 'boolean' } }, () => reply(200))
// @ts-expect-error: a dependency is none
operation({ use: { users: 7 } }, () => reply(200))
// @ts-expect-error: an unknown key
operation({ querry: User }, () => reply(200))
// @ts-expect-error: nothing is declared under that name
operation({ query: User }, ({ body }) => reply(200, body))

// Bodies.
operation({ body: User }, ({ body }) => {
  type Same = Assert<Equal<typeof body, { id: number; name: string }>>
  const same: Same = true
  return reply(200, same)
})
operation({ body: form(User) }, ({ body }) => reply(200, body.id + 1))
operation({ body: text() }, ({ body }) => reply(200, body.length))
operation({ body: bytes() }, ({ body }) => reply(200, body.byteLength))
operation({ body: stream() }, async ({ body }) => {
  for await (const part of body) part.byteLength satisfies number
  return reply(200)
})
operation(
  {
    body: multipart(User, {
      files: { photo: {}, more: { many: true }, maybe: { optional: true } },
    }),
  },
  ({ body }) => {
    type Photo = Assert<Equal<typeof body.photo, UploadFile>>
    type More = Assert<Equal<typeof body.more, UploadFile[]>>
    type Maybe = Assert<Equal<typeof body.maybe, UploadFile | undefined>>
    const files: [Photo, More, Maybe] = [true, true, true]
    return reply(200, [files, body.id])
  },
)
operation({ body: { 'application/json': User, 'text/plain': text() } }, ({ body }) =>
  reply(200, typeof body === 'string' ? body : body.id),
)
export const asBody: Body<{ id: number; name: string }> = form(User)
