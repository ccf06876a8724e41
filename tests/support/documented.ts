// An API that its pages can try: a bearer token, a session, a form with a file, and a stream.
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { bearerToken } from '../../lib/authentication/authentication.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { Mount, Route } from '../../lib/index.ts'
import { sessions, sessionUser } from '../../lib/middleware/sessions.ts'
import { events, layer, multipart, operation, reply, secured } from '../../lib/operations.ts'
import type { Routable } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'

export const TOKEN = 'x4KqV0p7mZ'

const bearerUser = secured({ type: 'http', scheme: 'bearer' }, async (request) => {
  if (bearerToken(request) !== TOKEN) throw new HTTPException(401)
  return 'Ada'
})
const visitor = sessionUser(({ data }) => (typeof data['user'] === 'string' ? data['user'] : null))

const Said = z.object({ said: z.string() })

async function* news(): AsyncGenerator<{ said: string }> {
  for (const said of ['first news', 'second news', 'last news']) {
    yield { said }
    await sleep(300)
  }
}

const operations = [
  Route('/token', {
    get: operation(
      { summary: 'By token', use: { user: bearerUser }, responses: { 200: Said } },
      ({ user }) => ({ said: `token of ${user}` }),
    ),
  }),
  Route('/session', {
    get: operation(
      { summary: 'By session', use: { user: visitor }, responses: { 200: Said } },
      ({ user }) => ({ said: `session of ${user}` }),
    ),
    post: operation(
      { summary: 'Log in', body: z.object({ user: z.string() }), responses: { 200: Said } },
      ({ body, request }) => {
        request.session.data['user'] = body.user
        return { said: `welcome ${body.user}` }
      },
    ),
  }),
  Route('/upload', {
    post: operation(
      {
        summary: 'Upload',
        body: multipart(z.object({ title: z.string() }), { files: { photo: {} } }),
        responses: { 200: Said },
      },
      async ({ body: { title, photo } }) =>
        reply(200, { said: `${title}: ${photo.filename}, ${photo.size} bytes` }),
    ),
  }),
  Route('/news', {
    get: operation({ summary: 'News', responses: { 200: events(Said) } }, () => reply(200, news())),
  }),
]

/** The routes of the API, with its documentation below `/docs`. */
export function documented(docs: App): readonly Routable[] {
  const middleware = [sessions({ secret: 'a secret of more than thirty-two bytes' })]
  return [...layer({ middleware }, operations), Mount('/docs', docs)]
}
