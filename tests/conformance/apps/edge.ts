/** The apps `trusted*` and `https`: what stands before all others. */
import { Application } from '../../../lib/applications.ts'
import { httpsRedirect } from '../../../lib/middleware/httpsredirect.ts'
import { trustedHost } from '../../../lib/middleware/trustedhost.ts'
import { Route, WebSocketRoute } from '../../../lib/routing.ts'
import type { Middleware } from '../../../lib/types.ts'
import { echo } from './echo.ts'
import { text, wsHello } from './shared.ts'

function edgeApp(middleware: Middleware): Application {
  return Application({
    middleware: [middleware],
    routes: [
      Route('/', text('OK'), { methods: ['GET', 'POST'] }),
      Route('/p', echo),
      WebSocketRoute('/ws', wsHello),
    ],
  })
}

const HOSTS = ['testserver', '*.example.org', 'www.redirect.test', '[::1]']

export const trusted: Application = edgeApp(trustedHost({ allowedHosts: HOSTS }))
export const trustedNoredir: Application = edgeApp(
  trustedHost({ allowedHosts: ['www.redirect.test'], wwwRedirect: false }),
)
export const trustedAny: Application = edgeApp(trustedHost())
export const https: Application = edgeApp(httpsRedirect())
