/** The apps `auth` and `auth_onerror`: users by basic authentication, and what they may do. */
import { Application } from '../../../lib/applications.ts'
import {
  AuthenticationError,
  requireScopes,
  requires,
  SimpleUser,
} from '../../../lib/authentication/authentication.ts'
import type { Connection } from '../../../lib/connections.ts'
import {
  type AuthenticationErrorHandler,
  authentication,
  type Backend,
} from '../../../lib/middleware/authentication.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../../lib/routing.ts'
import type { WebSocket } from '../../../lib/websockets.ts'
import { text } from './shared.ts'

const basic: Backend = ({ headers }) => {
  const field = headers.get('authorization')
  if (field === null) return null
  const [scheme = '', credentials, ...more] = field.split(/\s+/)
  if (credentials === undefined || more.length > 0) throw invalid()
  if (scheme.toLowerCase() !== 'basic') return null
  const decoded = Buffer.from(credentials, 'base64')
  if (decoded.toString('base64') !== credentials || decoded.some((byte) => byte > 127)) {
    throw invalid()
  }
  const [name = ''] = decoded.toString('ascii').split(':')
  const scopes = name === 'root' ? ['authenticated', 'admin'] : ['authenticated']
  return { user: new SimpleUser(name), scopes }
}

function invalid(): AuthenticationError {
  return new AuthenticationError('Invalid basic auth credentials')
}

const who = ({ user, auth }: Connection): JSONResponse =>
  new JSONResponse({
    authenticated: user.isAuthenticated,
    user: user.displayName,
    scopes: auth.scopes,
  })

const name = ({ user }: Connection): JSONResponse => new JSONResponse({ user: user.displayName })

const talk = async (websocket: WebSocket): Promise<void> => {
  await websocket.accept()
  const { user, auth } = websocket
  await websocket.sendJSON({ user: user.displayName, scopes: auth.scopes })
  await websocket.close()
}

const known = requires('authenticated')
const login = requires('authenticated', { redirect: 'login' })

function application(onError?: AuthenticationErrorHandler): Application {
  const options = onError === undefined ? {} : { onError }
  return Application({
    middleware: [authentication({ backends: [basic], ...options })],
    routes: [
      Route('/', who),
      Route('/login', text('login'), { name: 'login' }),
      Route('/dash', known(who)),
      Route('/dash-sync', name, { middleware: [requireScopes('authenticated')] }),
      Route('/admin', requires(['authenticated', 'admin'], { status: 404 })(who)),
      Route('/redirect', login(who)),
      Route('/redirect-sync', name, {
        middleware: [requireScopes('authenticated', { redirect: 'login' })],
      }),
      Route('/class', { get: known(who) }),
      WebSocketRoute('/ws', known(talk)),
      WebSocketRoute('/ws-open', talk),
    ],
  })
}

export const auth: Application = application()

export const authOnError: Application = application(
  (_connection, { message }) =>
    new JSONResponse({ error: message }, { status: 401, headers: { 'www-authenticate': 'Basic' } }),
)
