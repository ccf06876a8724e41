// A first application: routes, a typed parameter, JSON, a stream and an error page.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  Application,
  HTMLResponse,
  HTTPException,
  JSONResponse,
  Mount,
  Route,
  Router,
} from 'stellula'
import { html } from 'stellula/html'
import { FileResponse, StreamingResponse } from 'stellula/responses'
import { serve } from 'stellula/servers/node'

const planets = ['Mercury', 'Venus', 'Earth', 'Mars', 'Jupiter', 'Saturn', 'Uranus', 'Neptune']

const planetRoutes = Router([
  Route('/', () => new JSONResponse(planets)),
  Route(
    '/{place:int}',
    (request) => {
      const { place } = request.pathParams
      const name = planets[place - 1]
      if (name === undefined) throw new HTTPException(404, `There is no planet number ${place}.`)
      return new JSONResponse({ name, self: request.urlFor('planets:detail', { place }) })
    },
    { name: 'detail' },
  ),
])

async function* countdown(): AsyncGenerator<string> {
  for (let seconds = 5; seconds > 0; seconds--) {
    yield `${seconds}…\n`
    await sleep(1000)
  }
  yield 'Lift-off!\n'
}

const welcome = (earth: URL) => html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stellula</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<main>
<h1>Stellula is running</h1>
<ul>
  <li><a href="${earth}">a typed parameter</a>
  <li><a href="/planets/">JSON</a>
  <li><a href="/countdown">a stream</a>
  <li><a href="/planets/9">an error of the client</a>
  <li><a href="/planet/3">no route: while debug is on, the routes that there are</a>
  <li><a href="/bug">an error of the server, on the debug page</a>
</ul>
</main>`

const app = Application({
  debug: true,
  routes: [
    Route(
      '/',
      (request) => new HTMLResponse(welcome(request.urlFor('planets:detail', { place: 3 }))),
    ),
    Route('/style.css', () => new FileResponse('examples/style.css')),
    Mount('/planets', planetRoutes, { name: 'planets' }),
    Route('/countdown', () => new StreamingResponse(countdown(), { mediaType: 'text/plain' })),
    Route('/bug', () => {
      throw new Error('This is what a bug looks like while debug is on.')
    }),
  ],
})

const server = await serve(app, { port: Number(process.env['PORT'] ?? 8000) })
console.log(`Stellula listens on ${server.url} (Ctrl+C stops it)`)
