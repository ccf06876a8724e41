/** The apps `cors_*`: the same routes behind one CORS middleware each. */
import { Application } from '../../../lib/applications.ts'
import { type CORSOptions, cors } from '../../../lib/middleware/cors.ts'
import { Route, WebSocketRoute } from '../../../lib/routing.ts'
import { excHeaders, excRuntime, text, wsHello } from './shared.ts'

const OWN = { 'access-control-allow-origin': 'https://own.example', vary: 'Origin' }
const EXAMPLE = 'https://example.org'

function corsApp(options?: CORSOptions): Application {
  return Application({
    middleware: [cors(options)],
    routes: [
      Route('/', text('Homepage'), { methods: ['GET', 'POST', 'OPTIONS'] }),
      Route('/vary', text('Homepage', { headers: { vary: 'Accept-Encoding' } })),
      Route('/err', excHeaders),
      Route('/boom', excRuntime),
      Route('/own', text('own', { headers: OWN })),
      Route('/varystar', text('v', { headers: { vary: '*' } })),
      WebSocketRoute('/ws', wsHello),
    ],
  })
}

const ALL = { methods: '*', headers: '*' } as const

export const corsApps: Readonly<Record<string, Application>> = {
  cors_default: corsApp(),
  cors_all: corsApp({ ...ALL, origins: '*', exposeHeaders: ['X-Status', 'X-Other'] }),
  // Everybody with credentials takes a function here: "*" is refused when it is written.
  cors_all_cred: corsApp({
    ...ALL,
    origins: () => true,
    exposeHeaders: ['X-Status'],
    credentials: true,
  }),
  cors_specific: corsApp({
    origins: [EXAMPLE, 'https://two.example'],
    headers: ['X-Example', 'Content-Type'],
    maxAge: 60,
  }),
  cors_specific_cred: corsApp({
    origins: [EXAMPLE],
    methods: ['GET', 'POST'],
    exposeHeaders: ['X-Status'],
    credentials: true,
  }),
  cors_regex: corsApp({
    origins: [/https:\/\/.*\.example\.org/, 'https://plain.test'],
    methods: ['PUT'],
  }),
  cors_private: corsApp({ origins: '*', privateNetwork: true }),
}
