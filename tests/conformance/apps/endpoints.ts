/** Routes of `main` that have a handler for each method. */
import type { Request } from '../../../lib/requests.ts'
import { PlainTextResponse, Response } from '../../../lib/responses.ts'
import { type MethodTable, type Routable, Route } from '../../../lib/routing.ts'
import { text } from './shared.ts'

const basic: MethodTable = {
  get: async ({ pathParams }) => new PlainTextResponse(`ep get ${pathParams['name'] ?? '-'}`),
}

/** A method `purge` cannot be written at all: a table has the seven methods and nothing else. */
const multi: MethodTable = {
  get: text('ep sync get'),
  post: async (request: Request) => new PlainTextResponse(`ep post:${await request.text()}`),
  delete: async () => new Response(null, { status: 204 }),
  options: text('ep options'),
}

const head: MethodTable = {
  get: text('get body', { headers: { 'x-from': 'get' } }),
  head: text('head body!', { headers: { 'x-from': 'head' } }),
}

export const endpoints: readonly Routable[] = [
  Route('/ep/basic', basic),
  Route('/ep/basic/{name}', basic),
  Route('/ep/multi', multi),
  Route('/ep/head', head),
  Route('/ep/post', { post: text('post only') }),
  Route('/ep/limited', multi, { methods: ['GET'] }),
]
