/** Routes of `main` for websockets that are handled by functions. */
import { HTTPException, WebSocketException } from '../../../lib/exceptions.ts'
import {
  JSONResponse,
  PlainTextResponse,
  RedirectResponse,
  type Response,
  StreamingResponse,
} from '../../../lib/responses.ts'
import { type Routable, type WebSocketHandler, WebSocketRoute } from '../../../lib/routing.ts'
import { type WebSocket, WebSocketDisconnect } from '../../../lib/websockets.ts'

import { textsOfParams } from './echo.ts'
import { digits } from './files.ts'
import { LOG, messageOf, wsHello } from './shared.ts'

async function info(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  await websocket.sendJSON({
    url: websocket.url,
    base_url: websocket.baseUrl,
    path: websocket.scope.path,
    query: [...websocket.queryParams],
    cookies: websocket.cookies,
    params: textsOfParams(websocket),
    x: websocket.headers.get('x-test'),
    subprotocols: websocket.subprotocols,
    state_count: websocket.state['count'],
    url_for: websocket.urlFor('ws_hello'),
    http_url_for: websocket.urlFor('home'),
  })
  await websocket.close()
}

async function echoText(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  for (;;) await websocket.sendText(`echo:${await websocket.receiveText()}`)
}

async function echoBytes(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  for (;;) await websocket.sendBytes(Buffer.concat([ECHO, await websocket.receiveBytes()]))
}

const ECHO = Buffer.from('echo:')

async function echoJSON(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  for (;;) await websocket.sendJSON({ message: await websocket.receiveJSON() })
}

async function jsonBinary(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  await websocket.sendJSON(await websocket.receiveJSON(), 'binary')
  await websocket.close()
}

async function subprotocol(websocket: WebSocket): Promise<void> {
  const last = websocket.subprotocols.at(-1)
  await websocket.accept({
    headers: ['x-accepted', 'yes', 'x-multi', '1', 'x-multi', '2'],
    ...(last === undefined ? {} : { subprotocol: last }),
  })
  await websocket.sendJSON(websocket.subprotocols)
  await websocket.close()
}

async function close(websocket: WebSocket): Promise<void> {
  const { queryParams } = websocket
  await websocket.accept()
  await websocket.close(Number(queryParams.get('code') ?? 1000), queryParams.get('reason') ?? '')
}

const denying =
  (response: () => Response<never>): WebSocketHandler =>
  (websocket) =>
    websocket.denial(response())

/** Throws this, before or after accepting and saying so. */
const throwing =
  (error: () => Error, text?: string): WebSocketHandler =>
  async (websocket) => {
    if (text !== undefined) await websocket.accept()
    if (text) await websocket.sendText(text)
    throw error()
  }

async function returnWithoutClose(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  await websocket.sendText('bye')
}

async function doubleClose(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  await websocket.close(4000, 'first')
  await websocket.close().catch((error) => LOG.push(`RuntimeError: ${messageOf(error)}`))
}

/** What these attempts are answered, each as a text, once the websocket is accepted. */
const telling =
  (
    when: 'before' | 'after',
    ...attempts: ((websocket: WebSocket) => unknown)[]
  ): WebSocketHandler =>
  async (websocket) => {
    const texts: string[] = []
    if (when === 'after') await websocket.accept()
    for (const attempt of attempts) {
      try {
        await attempt(websocket)
      } catch (error) {
        texts.push(`RuntimeError: ${messageOf(error)}`)
      }
    }
    if (when === 'before') await websocket.accept()
    for (const text of texts) await websocket.sendText(text)
    await websocket.close()
  }

/** Types forbid a mode that is none. */
const badMode = (): never => {
  throw new TypeError('the mode must be "text" or "binary"')
}

async function clientClose(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  try {
    await websocket.receiveText()
  } catch (error) {
    if (!(error instanceof WebSocketDisconnect)) throw error
    LOG.push(`disconnect ${error.code} '${error.reason}'`)
    await websocket.receive().catch((again) => LOG.push(`RuntimeError: ${messageOf(again)}`))
  }
}

const expecting =
  (receive: (websocket: WebSocket) => Promise<string>): WebSocketHandler =>
  async (websocket) => {
    await websocket.accept()
    const text = await receive(websocket).catch((error: Error) => `error:${error.name}`)
    await websocket.sendText(text)
    await websocket.close()
  }

const late = (): PlainTextResponse => new PlainTextResponse('late')
const unauthorized = (): HTTPException =>
  new HTTPException(401, 'Unauthorized', { headers: { 'X-Why': 'token' } })

export const wsHTTP: WebSocketHandler = throwing(unauthorized)

const handlers: Readonly<Record<string, WebSocketHandler>> = {
  '/ws/echo-text': echoText,
  '/ws/echo-bytes': echoBytes,
  '/ws/echo-json': echoJSON,
  '/ws/json-binary': jsonBinary,
  '/ws/subprotocol': subprotocol,
  '/ws/close': close,
  '/ws/close-before': (websocket) => websocket.close(4001, 'nope'),
  '/ws/deny-plain': denying(
    () => new PlainTextResponse('denied', { status: 401, headers: { 'X-Deny': '1' } }),
  ),
  '/ws/deny-json': denying(() => new JSONResponse({ detail: 'no' }, { status: 404 })),
  '/ws/deny-stream': denying(() => new StreamingResponse(['hello', 'world'], { status: 403 })),
  '/ws/deny-file': denying(digits({ status: 401 })),
  '/ws/deny-redirect': denying(() => new RedirectResponse('/elsewhere')),
  '/ws/http-exc': wsHTTP,
  '/ws/http-exc-default': throwing(() => new HTTPException(403)),
  '/ws/http-exc-after': throwing(() => new HTTPException(401), 'before'),
  '/ws/ws-exc': throwing(() => new WebSocketException(1003, 'unsupported'), ''),
  '/ws/ws-exc-before': throwing(() => new WebSocketException(1008, 'policy')),
  '/ws/runtime-before': throwing(() => new Error('kaput')),
  '/ws/runtime-after': throwing(() => new Error('kaput'), 'before'),
  '/ws/return-without-accept': () => {},
  '/ws/return-without-close': returnWithoutClose,
  '/ws/double-close': doubleClose,
  '/ws/receive-before-accept': telling('before', (websocket) => websocket.receiveText()),
  '/ws/send-before-accept': telling('before', (websocket) => websocket.sendText('x')),
  '/ws/bad-mode': telling('after', badMode, badMode),
  '/ws/client-close': clientClose,
  '/ws/text-expect': expecting(async (websocket) => `got:'${await websocket.receiveText()}'`),
  '/ws/bytes-expect': expecting(async (websocket) => {
    return `got:bytes:${Buffer.from(await websocket.receiveBytes()).toString('latin1')}`
  }),
  '/ws/deny-after-accept': telling('after', (websocket) => websocket.denial(late())),
}

export const websockets: readonly Routable[] = [
  WebSocketRoute('/ws', wsHello, { name: 'ws_hello' }),
  WebSocketRoute('/ws/info', info),
  WebSocketRoute('/ws/room/{room}/{n:int}', info, { name: 'ws_room' }),
  ...Object.entries(handlers).map(([path, handler]) => WebSocketRoute(path, handler)),
]
