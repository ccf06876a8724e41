// What a client knows of an API by its type.
import * as z from 'zod'
import {
  type ApiOf,
  type ClientAnswer,
  client,
  type Jsonified,
  type OtherStatus,
} from '../../lib/client.ts'
import { PlainTextResponse } from '../../lib/index.ts'
import { msgpack } from '../../lib/operations/msgpack.ts'
import {
  bytes,
  events,
  file,
  form,
  lines,
  multipart,
  operation,
  reply,
  text,
} from '../../lib/operations.ts'
import { Problem } from '../../lib/problems.ts'
import { layer, Route, WebSocketRoute } from '../../lib/routing.ts'
import type { Assert, Equal } from './assert.ts'

const User = z.object({ id: z.int(), name: z.string() })
interface UserBody {
  id: number
  name: string
}

const users = layer({ tags: ['users'] }, [
  Route('/', {
    get: operation(
      {
        query: z.object({ tag: z.array(z.string()).optional(), page: z.int().default(1) }),
        responses: { 200: z.array(User) },
      },
      () => [],
    ),
    post: operation(
      { body: z.object({ name: z.string() }), responses: { 201: User, 409: Problem } },
      ({ body }) => reply(201, { id: 1, ...body }),
    ),
  }),
  Route('/{id:int}', {
    get: operation({ responses: { 200: User, 404: Problem } }, ({ params }) => ({
      ...params,
      name: '',
    })),
    delete: operation(
      { headers: z.object({ 'x-reason': z.string() }), responses: { 204: null } },
      () => {},
    ),
  }),
])

export const api = [
  ...users,
  Route('/plain', () => new PlainTextResponse('plain')),
  Route(
    '/login',
    operation({ body: form(z.object({ name: z.string() })), responses: { 204: null } }, () => {}),
    { methods: ['POST'] },
  ),
  Route('/photos', {
    post: operation(
      {
        body: multipart(z.object({ title: z.string() }), {
          files: { photo: {}, more: { many: true } },
        }),
        responses: { 201: z.object({ at: z.date() }), default: Problem },
      },
      () => reply(201, { at: new Date() }),
    ),
  }),
  Route('/file', {
    put: operation(
      { body: multipart(z.object({}), { files: { file: {} } }), responses: { 204: null } },
      ({ body }) => void body.file.size,
    ),
  }),
  Route('/text', { put: operation({ body: text(), responses: { 204: null } }, () => {}) }),
  Route('/bytes', { put: operation({ body: bytes(), responses: { 204: null } }, () => {}) }),
  Route('/packed', { put: operation({ body: msgpack(User), responses: { 204: null } }, () => {}) }),
  Route('/either', {
    put: operation(
      { body: { 'application/json': User, 'text/plain': text(), 'application/x-user+json': User } },
      () => reply(200),
    ),
  }),
  Route(
    '/ticks',
    operation({ responses: { 200: events(User) } }, () => reply(200, [])),
  ),
  Route(
    '/lines',
    operation({ responses: { 200: lines(User) } }, () => reply(200, [])),
  ),
  Route(
    '/report',
    operation({ responses: { 200: file('text/csv') } }, () => reply(200, '')),
  ),
  Route(
    '/image',
    operation({ responses: { 200: file('image/png') } }, () => reply(200, '')),
  ),
  Route(
    ['/posts', '/posts/{page:int}'],
    operation({ responses: { 200: User } }, () => reply(200, { id: 1, name: '' })),
  ),
  Route(
    '/by/{slug}',
    operation({ params: z.object({ slug: z.enum(['a', 'b']) }) }, () => reply(200)),
  ),
  WebSocketRoute('/rooms/{room}', () => {}),
] as const

const call = client<typeof api>('https://example.org/users')

type Other<Declared, Body = unknown> = ClientAnswer<OtherStatus<Declared>, Body>

export async function answers(): Promise<void> {
  const found = await call('GET /{id:int}', { params: { id: 3 } })
  if (found.status === 200) {
    true satisfies Assert<Equal<typeof found.body, UserBody>>
  } else if (found.status === 404) {
    found.body.title satisfies string
  } else {
    true satisfies Assert<Equal<typeof found.body, unknown>>
    found.status satisfies number
  }
  const { body } = await call('GET /{id:int}', { params: { id: 3 }, expect: [200] })
  true satisfies Assert<Equal<typeof body, UserBody>>
  const both = await call('GET /{id:int}', { params: { id: 3 }, expect: [200, 404] })
  switch (both.status) {
    case 200:
      both.body.id satisfies number
      break
    case 404:
      both.body.title satisfies string
      break
    default:
      both satisfies never
  }
  const removed = await call('DELETE /{id:int}', {
    params: { id: 3 },
    headers: { 'x-reason': 'old', other: 1 },
  })
  true satisfies Assert<Equal<typeof removed, ClientAnswer<204, null> | Other<204>>>
  const plain = await call('GET /plain')
  true satisfies Assert<Equal<typeof plain, ClientAnswer>>
  const expected = await call('GET /plain', { expect: [200], query: { a: 1 } })
  true satisfies Assert<Equal<typeof expected, ClientAnswer<200>>>
}

export async function bodies(): Promise<void> {
  await call('POST /', { body: { name: 'Ada' } })
  await call('POST /login', { form: { name: 'Ada' } })
  await call('POST /photos', {
    multipart: { title: 'a', photo: new File([], 'a.png'), more: [new Blob()] },
  })
  await call('POST /photos', { multipart: { title: 'a', photo: new Blob() } })
  await call('PUT /text', { text: 'a' })
  await call('PUT /bytes', { bytes: new Uint8Array(1), contentType: 'image/png' })
  await call('PUT /packed', { bytes: new Blob(), contentType: 'application/vnd.msgpack' })
  await call('PUT /either', { body: { id: 1, name: 'a' } })
  await call('PUT /either', { text: 'a' })
  await call('PUT /either', { body: { id: 1, name: 'a' }, contentType: 'application/x-user+json' })
  await call('GET /')
  await call('GET /', { query: { page: 2, tag: ['a'] } })
  await call('GET /posts')
  await call('GET /posts/{page:int}', { params: { page: 2 } })
  await call('GET /by/{slug}', { params: { slug: 'a' } })
  call.socket('/rooms/{room}', { params: { room: 'a' } }) satisfies WebSocket
}

export async function refused(): Promise<void> {
  // @ts-expect-error there is no such call
  await call('PUT /{id:int}', { params: { id: 3 } })
  // @ts-expect-error parameters are needed
  await call('GET /{id:int}')
  // @ts-expect-error the parameter is a number
  await call('GET /{id:int}', { params: { id: '3' } })
  // @ts-expect-error the parameter has another name
  await call('GET /{id:int}', { params: { name: 3 } })
  // @ts-expect-error the path has a choice
  await call('GET /by/{slug}', { params: { slug: 'c' } })
  // @ts-expect-error the query has another type
  await call('GET /', { query: { page: 'two' } })
  // @ts-expect-error the query has no such name
  await call('GET /', { query: { pgae: 2 } })
  // @ts-expect-error the option has another name
  await call('GET /', { qurey: { page: 2 } })
  // @ts-expect-error the status is not declared
  await call('GET /', { expect: [201] })
  // @ts-expect-error the body is needed
  await call('POST /')
  // @ts-expect-error the body is of another type
  await call('POST /', { body: { name: 1 } })
  // @ts-expect-error the body is a form
  await call('POST /login', { body: { name: 'Ada' } })
  // @ts-expect-error a file is needed
  await call('POST /photos', { multipart: { title: 'a' } })
  // @ts-expect-error the field is needed
  await call('DELETE /{id:int}', { params: { id: 3 } })
  // @ts-expect-error the content type is needed
  await call('PUT /packed', { bytes: new Blob() })
  // @ts-expect-error there is no such path for websockets
  call.socket('/plain')
  // @ts-expect-error an option is unknown
  client<typeof api>('', { header: {} })
  // @ts-expect-error an API is a list of routes
  client<string>('')
}

export async function streams(): Promise<void> {
  const ticks = await call('GET /ticks', { expect: [200] })
  for await (const { data, id } of ticks.body) [data.name, id] satisfies [string, string]
  const values = await call('GET /lines', { expect: [200] })
  for await (const { name } of values.body) name satisfies string
  const report = await call('GET /report', { expect: [200] })
  report.body satisfies string
  const image = await call('GET /image', { expect: [200] })
  image.body satisfies ReadableStream<Uint8Array>
  const photo = await call('POST /photos', { multipart: { title: '', photo: new Blob() } })
  if (photo.status === 201) photo.body.at satisfies string
  else photo.body.title satisfies string
}

/** Prefixes are those of mounts, at any depth. */
export async function prefixes(): Promise<void> {
  const under = client<{ '/': [(typeof api)[4]]; '/v1': { '/users': typeof users } }>('')
  await under('GET /v1/users')
  await under('GET /v1/users/{id:int}', { params: { id: 1 } })
  // @ts-expect-error it is not there
  await under('GET /users')
}

interface Named extends ApiOf<{ '/users': typeof api }> {}

/** An interface of an API has the same calls. */
export async function named(): Promise<void> {
  const found = client<Named>('')
  const { body } = await found('GET /users/{id:int}', { params: { id: 3 }, expect: [200] })
  true satisfies Assert<Equal<typeof body, UserBody>>
  found.socket('/users/rooms/{room}', { params: { room: 'a' } }) satisfies WebSocket
  // @ts-expect-error there is no such call
  await found('GET /{id:int}', { params: { id: 3 } })
  // @ts-expect-error parameters are needed
  await found('GET /users/{id:int}')
  // @ts-expect-error there is no such path for websockets
  found.socket('/users/plain')
}

class Money {
  readonly amount = 1
  toJSON(): { amount: bigint } {
    return { amount: 1n }
  }
}

type Sent = Jsonified<{
  at: Date
  maybe?: Date
  url: URL
  big: bigint
  map: Map<string, Date>
  set: Set<bigint>
  bytes: Uint8Array
  floats: Float32Array
  money: Money
  any: unknown
  tuple: [Date, string]
  either: Date | number | null
  run(): void
}>
export type Received = Assert<
  Equal<
    Sent,
    {
      at: string
      maybe?: string
      url: string
      big: string
      map: { [name: string]: string }
      set: string[]
      bytes: string
      floats: number[]
      money: { amount: string }
      any: unknown
      tuple: [string, string]
      either: string | number | null
    }
  >
>
export type Same = Assert<Equal<Jsonified<UserBody>, UserBody>>
