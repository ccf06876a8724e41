// The application: its middleware, outermost first, and its routes.
import { randomBytes } from 'node:crypto'
import { Application, Mount, Route } from 'stellula'
import { authentication } from 'stellula/middleware/authentication'
import { csrf } from 'stellula/middleware/csrf'
import { secureHeaders } from 'stellula/middleware/secureheaders'
import { sessions } from 'stellula/middleware/sessions'
import { FileResponse } from 'stellula/responses'
import { StaticFiles } from 'stellula/staticfiles'
import { liveRoutes } from './live.ts'
import { loggedIn, loginRoutes } from './login.ts'
import { notFound } from './pages.ts'
import { photoRoutes } from './photos.ts'
import { lifespan } from './state.ts'

const secret = process.env['GALLERY_SECRET'] ?? randomBytes(32).toString('hex')

export const app = Application({
  lifespan,
  middleware: [
    secureHeaders({ strictTransportSecurity: false }),
    sessions({ secret }),
    csrf({ requireToken: true }),
    authentication({ backends: [loggedIn] }),
  ],
  exceptionHandlers: [[404, notFound]],
  routes: [
    ...loginRoutes,
    ...photoRoutes,
    ...liveRoutes,
    Route('/style.css', () => new FileResponse('examples/style.css')),
    Mount('/static', StaticFiles({ directory: 'examples/starlette/public' })),
  ],
})
