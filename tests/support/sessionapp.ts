// An app that uses sessions in every way, and a client for it.
import type { Test } from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { type SessionsOptions, sessions } from '../../lib/middleware/sessions.ts'
import type { Request } from '../../lib/requests.ts'
import { JSONResponse, PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { type TestClient, type TestClientOptions, testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'

const shown = ({ session }: Request): JSONResponse => new JSONResponse(session.data)

export const app: App = Router([
  Route('/show', shown),
  Route('/add', (request) => {
    const list = request.session.data.list
    if (Array.isArray(list)) list.push(list.length)
    else request.session.data.list = [0]
    return shown(request)
  }),
  Route('/login', (request) => {
    request.session.regenerate()
    request.session.data.user = 'ada'
    return shown(request)
  }),
  Route('/logout', ({ session }) => {
    session.destroy()
    return new PlainTextResponse('bye')
  }),
  Route('/large', (request) => {
    request.session.data.large = 'a'.repeat(4000)
    return shown(request)
  }),
  Route('/none', () => new PlainTextResponse('none')),
  Route('/bad', ({ session }) => {
    session.data.bad = true
    throw new HTTPException(400)
  }),
  Route('/late', ({ session }) => {
    async function* parts(): AsyncGenerator<string> {
      session.data.late = true
      yield 'late'
    }
    return new StreamingResponse(parts())
  }),
  WebSocketRoute('/ws', async (websocket) => {
    websocket.session.data.socket = true
    await websocket.accept()
    await websocket.close()
  }),
])

export async function client(
  t: Test,
  options: SessionsOptions,
  rest?: TestClientOptions,
): Promise<TestClient> {
  const made = await testClient(sessions(options)(exceptions()(app)), rest)
  t.teardown(made.close)
  return made
}

export async function setCookies(from: TestClient, path: string): Promise<string[]> {
  return (await from.get(path)).headers.getSetCookie()
}
