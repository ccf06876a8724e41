/** Forwards one websocket, message by message. */
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { ClientDisconnected, HTTPException, isCloseCode } from '../../exceptions.ts'
import { encodePath } from '../../http/urls.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import type { HeaderList, Receive, Send, WebSocketScope } from '../../types.ts'
import { UpstreamError } from './call.ts'
import type { Settings } from './forward.ts'
import { sendsPrefixField } from './forwarded.ts'
import { upstreamPath } from './path.ts'
import { requestFields } from './requestfields.ts'
import { responseFields } from './responsefields.ts'

/** The close code if the upstream is lost (in the registry of RFC 6455: Bad Gateway). */
const BAD_GATEWAY = 1014

/**
 * Opens a websocket to the upstream and forwards messages both ways, until one side closes.
 *
 * @throws HTTPException if the handshake is not forwarded, UpstreamError if it is not answered.
 */
export async function forwardSocket(
  settings: Settings,
  scope: WebSocketScope,
  receive: Receive,
  send: Send,
): Promise<void> {
  const path = upstreamPath(settings.base.path, scope)
  if (path === undefined) throw new HTTPException(400)
  await receive() // websocket.connect
  const fields = requestFields(scope, settings)
  const upstream = open(settings, scope, path, fields)
  settings.sockets.add(upstream)
  let late: NodeJS.Timeout | undefined
  const ended = new Promise<void>((resolve) => {
    upstream.once('close', () => {
      settings.sockets.delete(upstream)
      clearTimeout(late)
      resolve()
    })
  })
  let gone = false
  scope.onDisconnect?.(() => {
    gone = true
    const { readyState } = upstream
    const { idleTimeoutMs } = settings
    if (readyState === WebSocket.CONNECTING) upstream.terminate()
    else if (readyState !== WebSocket.CLOSED && idleTimeoutMs > 0) {
      // An upstream that reads nothing would keep the last messages, and its connection, for ever.
      late = setTimeout(() => upstream.terminate(), idleTimeoutMs)
    }
  })
  const refusal = await refusalOf(upstream).catch((error: unknown) => {
    throw gone ? new ClientDisconnected() : error
  })
  if (refusal !== undefined) {
    const denied = deny(refusal, settings, scope, fields[1] ?? '', send)
    return denied.finally(() => upstream.terminate())
  }
  const { protocol } = upstream
  passUp(upstream, receive)
  passDown(upstream, send)
  await send({ type: 'websocket.accept', ...(protocol === '' ? {} : { subprotocol: protocol }) })
  upstream.resume()
  await ended
}

function open(
  settings: Settings,
  scope: WebSocketScope,
  path: string,
  fields: HeaderList,
): WebSocket {
  const { base, upstream: address, maxMessageSize } = settings
  const scheme = base.secure ? 'wss' : 'ws'
  const { hostname: _, port: __, ...tls } = address.connection
  const upstream = new WebSocket(`${scheme}://${base.authority}${path}`, [...scope.subprotocols], {
    ...tls,
    headers: handshakeFields(fields),
    handshakeTimeout: address.connectTimeoutMs || address.headTimeoutMs,
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: maxMessageSize,
  })
  upstream.on('error', () => {}) // reported by 'close', and before that by the handshake
  upstream.on('open', () => upstream.pause())
  return upstream
}

/**
 * The fields as an object of texts and lists by name, as `ws` expects them. Clients choose the names, so
 * `__proto__` must be an ordinary one.
 */
function handshakeFields(fields: HeaderList): Record<string, string> {
  const byName = new Map<string, string | string[]>()
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? ''
    const value = fields[index + 1] ?? ''
    if (name.startsWith('sec-websocket-')) continue // set for the upstream's handshake
    const known = byName.get(name)
    // A single value is text, because Node rejects lists for some names.
    if (known === undefined) byName.set(name, value)
    else if (typeof known === 'string') byName.set(name, [known, value])
    else known.push(value)
  }
  // The types do not include lists.
  return Object.fromEntries(byName) as Record<string, string>
}

/** Resolves with undefined if the upstream accepts, or with its response if it refuses. */
function refusalOf(upstream: WebSocket): Promise<IncomingMessage | undefined> {
  return new Promise((resolve, reject) => {
    upstream.once('open', () => resolve(undefined))
    upstream.once('unexpected-response', (_request, response) => resolve(response))
    upstream.once('error', (error) => {
      const isLate = /handshake has timed out/.test(error.message)
      reject(new UpstreamError(isLate ? 504 : 502, error.message, { cause: error }))
    })
  })
}

/** Denies with the upstream's own response, if the server can send it. */
async function deny(
  response: IncomingMessage,
  { base, forwarded }: Settings,
  { extensions, rootPath }: WebSocketScope,
  host: string,
  send: Send,
): Promise<void> {
  const sendsPrefix = sendsPrefixField(forwarded)
  const rules = { base, host, mount: encodePath(rootPath), sendsPrefix, rewriteLocation: true }
  const { rawHeaders, statusCode = 0 } = response
  const headers = responseFields(rawHeaders, {
    ...rules,
    rewriteCookies: false,
    keepsTrailer: false,
  })
  const canSend = extensions?.['websocket.http.response'] !== undefined
  const isAnswer = headers !== undefined && statusCode >= 300 && statusCode <= 599
  if (!canSend || !isAnswer) {
    response.destroy()
    return send({ type: 'websocket.close' })
  }
  const type = 'websocket.http.response.body'
  await send({ type: 'websocket.http.response.start', status: statusCode, headers })
  for await (const body of response) await send({ type, body, moreBody: true })
  await send({ type, body: NO_BYTES, moreBody: false })
}

/** Forwards from the client to the upstream, with back-pressure. */
function passUp(upstream: WebSocket, receive: Receive): void {
  const forward = async (): Promise<void> => {
    for (;;) {
      const message = await receive()
      if (message.type === 'websocket.disconnect') {
        if (isCloseCode(message.code)) upstream.close(message.code, message.reason)
        else if (message.code === 1005) upstream.close()
        else upstream.terminate()
        return
      }
      if (message.type !== 'websocket.receive') continue
      const { text, bytes = NO_BYTES } = message
      await new Promise<void>((resolve) => {
        upstream.send(text ?? bytes, { binary: text === undefined }, () => resolve())
      })
    }
  }
  forward().catch(() => upstream.terminate())
}

/** Forwards from the upstream to the client, with back-pressure. */
function passDown(upstream: WebSocket, send: Send): void {
  let last = Promise.resolve()
  const queue = (next: () => Promise<void>): void => {
    last = last.then(next).catch(() => upstream.terminate())
  }
  upstream.on('message', (data, isBinary) => {
    upstream.pause()
    queue(async () => {
      // A Buffer, by the default binary type.
      const bytes = data as Buffer
      const message = isBinary ? { bytes } : { text: bytes.toString() }
      await send({ type: 'websocket.send', ...message })
      upstream.resume()
    })
  })
  upstream.on('close', (code, reason) => {
    const sent = closeCodeFor(code)
    queue(() => send({ type: 'websocket.close', code: sent, reason: reason.toString() }))
  })
}

/** The code to close with, as some codes are never sent: 1005 tells that the upstream gave none. */
function closeCodeFor(code: number): number {
  if (code === 1005) return 1000
  return isCloseCode(code) ? code : BAD_GATEWAY
}
