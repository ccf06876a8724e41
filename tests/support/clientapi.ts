// An API that a client is tried on: each kind of input and of answer.
import * as z from 'zod'
import { Application } from '../../lib/applications.ts'
import { PlainTextResponse } from '../../lib/index.ts'
import {
  bytes,
  event,
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
import { Route, WebSocketRoute } from '../../lib/routing.ts'

/** What the API has noticed of clients that left. */
export const noticed: string[] = []

const Tick = z.object({ tick: z.int(), at: z.date() })

async function* endless() {
  try {
    for (let tick = 0; ; tick++) {
      yield event({ data: { tick, at: new Date(0) }, id: `${tick}`, event: 'tick' })
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  } finally {
    noticed.push('left')
  }
}

const Search = z.object({
  tag: z.array(z.string()).optional(),
  filter: z.object({ size: z.int(), colour: z.object({ name: z.string() }) }).optional(),
  exact: z.boolean().default(false),
})

export const api = [
  Route('/users/{id:int}', {
    get: operation(
      { responses: { 200: z.object({ id: z.int(), born: z.date() }), 404: Problem } },
      ({ params }) =>
        params.id === 7
          ? reply(200, { id: 7, born: new Date(0) })
          : reply(404, { title: 'No such user' }),
    ),
    delete: operation({ responses: { 204: null } }, () => {}),
    put: operation(
      { body: z.object({ name: z.string().min(1) }), responses: { 200: z.string() } },
      ({ body }) => body.name,
    ),
  }),
  Route(
    '/search',
    operation({ query: Search, responses: { 200: Search } }, ({ query }) => query),
  ),
  Route(
    '/fields',
    operation(
      {
        headers: z.object({ 'x-list': z.array(z.int()), 'x-one': z.string() }),
        responses: { 200: z.unknown() },
      },
      ({ headers }) => headers,
    ),
  ),
  Route('/files/{path:path}/of/{name}/{day:date}', {
    get: operation({ responses: { 200: z.unknown() } }, ({ params }) => params),
  }),
  Route(
    '/at/{at:datetime}',
    operation({ responses: { 200: z.string() } }, ({ params }) => params.at.toISOString()),
  ),
  Route(
    '/optional/:first/:second?',
    operation({ responses: { 200: z.unknown() } }, ({ params }) => params),
  ),
  Route('/form', {
    post: operation({ body: form(Search), responses: { 200: Search } }, ({ body }) => body),
  }),
  Route('/upload', {
    post: operation(
      {
        body: multipart(z.object({ title: z.string(), count: z.int() }), {
          files: { photo: { types: ['image/*'] }, more: { many: true } },
        }),
        responses: { 201: z.array(z.string()) },
      },
      async ({ body: { title, count, photo, more } }) => {
        const names = [photo, ...more].map(({ filename, size }) => `${filename} ${size}`)
        return reply(201, [title, `${count}`, ...names])
      },
    ),
  }),
  Route('/echo', {
    post: operation({ body: text(), responses: { 200: file('text/plain') } }, ({ body }) =>
      reply(200, body),
    ),
    put: operation(
      { body: bytes(), responses: { 200: file('image/png') } },
      ({ body, request }) => {
        return reply(200, body, {
          headers: { 'x-type': request.headers.get('content-type') ?? '' },
        })
      },
    ),
  }),
  Route(
    '/events',
    operation({ responses: { 200: events(Tick) } }, () => reply(200, endless())),
  ),
  Route(
    '/lines',
    operation({ responses: { 200: lines(Tick) } }, () =>
      reply(
        200,
        [0, 1].map((tick) => ({ tick, at: new Date(0) })),
      ),
    ),
  ),
  Route('/plain', () => new PlainTextResponse('plain')),
  Route('/bug', () => new PlainTextResponse('broken', { status: 500 })),
  WebSocketRoute('/rooms/{room}', async (websocket) => {
    await websocket.accept()
    await websocket.sendText(`${websocket.pathParams.room} ${websocket.queryParams.get('as')}`)
    await websocket.close()
  }),
] as const

export const app: Application = Application({ routes: api })
