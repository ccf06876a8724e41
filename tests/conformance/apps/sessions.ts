/** The apps `session*`: one set of routes around sessions of several kinds. */
import { Application } from '../../../lib/applications.ts'
import { HTTPException } from '../../../lib/exceptions.ts'
import type { Session } from '../../../lib/http/session.ts'
import { type SessionsOptions, sessions } from '../../../lib/middleware/sessions.ts'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse, PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../../lib/routing.ts'
import { text } from './shared.ts'

const shown = ({ session }: { session: Session }): JSONResponse =>
  new JSONResponse({ session: session.data })

type Operation = [name: string, key: string, value?: unknown]

const OPERATIONS: Readonly<
  Record<string, (session: Session, key: string, value: unknown) => void>
> = {
  set: ({ data }, key, value) => {
    data[key] = value
  },
  del: ({ data }, key) => delete data[key],
  pop: ({ data }, key) => delete data[key],
  setdefault: ({ data }, key, value) => {
    data[key] ??= value
  },
  clear: (session) => session.destroy(),
  nested: ({ data }, key, value) => {
    const list = data[key]
    if (Array.isArray(list)) list.push(value)
  },
}

async function update(request: Request): Promise<JSONResponse> {
  Object.assign(request.session.data, await request.json())
  return shown(request)
}

async function operate(request: Request): Promise<JSONResponse> {
  // The recordings have nothing else in these bodies.
  const operations = (await request.json()) as Operation[]
  for (const [name, key, value] of operations) OPERATIONS[name]?.(request.session, key, value)
  return shown(request)
}

function clear(request: Request): JSONResponse {
  request.session.destroy()
  return shown(request)
}

function late({ session }: Request): StreamingResponse {
  async function* parts(): AsyncGenerator<string> {
    session.data.late = true
    yield 'late'
  }
  return new StreamingResponse(parts())
}

function bad(): never {
  throw new HTTPException(400, 'bad')
}

const count = ({ session }: Request): PlainTextResponse =>
  new PlainTextResponse(String(Object.keys(session.data).length), { headers: { vary: 'Accept' } })

function around(options: SessionsOptions): Application {
  return Application({
    middleware: [sessions(options)],
    routes: [
      Route('/view', shown),
      Route('/update', { post: update }),
      Route('/op', { post: operate }),
      Route('/clear', { post: clear }),
      Route('/none', text('no session')),
      Route('/late', late),
      Route('/exc', bad),
      Route('/vary', count),
      WebSocketRoute('/ws', async (websocket) => {
        await websocket.accept()
        await websocket.sendJSON({ session: websocket.session.data })
        await websocket.close()
      }),
    ],
  })
}

const secret = 'example of a secret with 32 bytes or more'

export const session: Application = around({ secret })
export const sessionOpts: Application = around({
  secret,
  cookie: 'sid',
  maxAge: 60,
  path: '/app',
  sameSite: 'strict',
  secure: true,
  domain: '.example.com',
})
export const sessionNoAge: Application = around({ secret, untilClosed: true })
export const sessionExpired: Application = around({ secret, maxAge: -1 })
