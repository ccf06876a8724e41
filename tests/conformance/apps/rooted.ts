/** The app `rooted`, which is served below the prefix of a proxy. */
import { Application } from '../../../lib/applications.ts'
import { Mount, Route, Router } from '../../../lib/routing.ts'
import { echo } from './echo.ts'
import { urlFor } from './reverse.ts'
import { text } from './shared.ts'
import { html } from './static.ts'

const sub = Router([
  Route('/', echo, { name: 'root' }),
  Route('/echo', echo, { name: 'echo' }),
  Route('/url-for', urlFor),
])

export const rooted: Application = Application({
  routes: [
    Route('/', echo, { name: 'home' }),
    Route('/echo', echo, { name: 'echo' }),
    Route('/url-for', urlFor),
    Route('/slash/', text('slash')),
    Mount('/sub', sub, { name: 'sub' }),
    Mount('/static', html, { name: 'static' }),
  ],
})
