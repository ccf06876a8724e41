// Login by OpenID Connect: the code flow with PKCE, by openid-client.
import * as oidc from 'openid-client'
import { Application, HTTPException, JSONResponse, RedirectResponse, Route } from 'stellula'
import { sessions } from 'stellula/middleware/sessions'
import { memoryStore } from 'stellula/stores'

export interface LoginSettings {
  /** What the provider is called, such as https://login.example.org. */
  readonly issuer: URL
  readonly clientId: string
  readonly clientSecret: string
  /** The origin of this application, as browsers see it. */
  readonly origin: string
  /** For a provider without TLS, in tests. */
  readonly isInsecure?: boolean
}

export function makeApp(settings: LoginSettings) {
  const { issuer, clientId, clientSecret, origin, isInsecure = false } = settings
  const callback = new URL('/login/callback', origin).href

  async function* lifespan() {
    const execute = isInsecure ? [oidc.allowInsecureRequests] : []
    yield { provider: await oidc.discovery(issuer, clientId, clientSecret, undefined, { execute }) }
  }

  return Application({
    lifespan,
    middleware: [sessions({ store: memoryStore() })],
    exceptionHandlers: [
      [oidc.AuthorizationResponseError, refused], // by the user, or by the provider
      [oidc.ResponseBodyError, failed], // a code that is not valid any more
      [oidc.ClientError, failed], // a forged answer
    ],
    routes: [
      Route('/login', async ({ state, session }) => {
        const login = {
          verifier: oidc.randomPKCECodeVerifier(),
          state: oidc.randomState(),
          nonce: oidc.randomNonce(),
        }
        session.data['login'] = login
        const url = oidc.buildAuthorizationUrl(state.provider, {
          redirect_uri: callback,
          scope: 'openid',
          code_challenge: await oidc.calculatePKCECodeChallenge(login.verifier),
          code_challenge_method: 'S256',
          state: login.state,
          nonce: login.nonce,
        })
        return new RedirectResponse(url, { status: 303 })
      }),
      Route('/login/callback', async ({ state, session, url }) => {
        const login = session.data['login'] as
          | Record<'verifier' | 'state' | 'nonce', string>
          | undefined
        if (login === undefined) throw new HTTPException(400, 'Begin at /login.')
        delete session.data['login'] // it is for one answer
        const current = new URL(url.search, callback)
        const tokens = await oidc.authorizationCodeGrant(state.provider, current, {
          pkceCodeVerifier: login.verifier,
          expectedState: login.state,
          expectedNonce: login.nonce,
        })
        session.regenerate() // a new id, against session fixation
        session.data['user'] = tokens.claims()?.sub
        return new RedirectResponse('/me', { status: 303 })
      }),
      Route('/me', ({ session }) => new JSONResponse({ user: session.data['user'] ?? null })),
      Route('/logout', {
        post: ({ session }) => {
          session.destroy()
          return new JSONResponse({})
        },
      }),
    ],
  })
}

const refused = () => new JSONResponse({ error: 'refused' }, { status: 403 })
const failed = () => new JSONResponse({ error: 'failed' }, { status: 400 })
