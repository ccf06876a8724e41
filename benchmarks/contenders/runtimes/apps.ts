// The same two routes with Stellula and with Hono, for any runtime.

import { Hono } from 'hono'
import { type App, Application, JSONResponse, PlainTextResponse, Route } from 'stellula'
import { greeting } from '../../scenarios.ts'

export function stellulaApp(): App {
  return Application({
    routes: [
      Route('/', () => new PlainTextResponse(greeting)),
      Route('/users/{id:int}', ({ pathParams }) => new JSONResponse({ id: pathParams.id })),
    ],
  })
}

export function honoApp(): Hono {
  const app = new Hono()
  app.get('/', (c) => c.text(greeting))
  app.get('/users/:id', (c) => c.json({ id: Number(c.req.param('id')) }))
  return app
}
