/** The messages of the contract: what an app receives and sends, with defaults and who sets them. */

/**
 * Names and values in turn: name, value, name, value. Names are lower-case, values are latin-1.
 *
 * The list of a message is its own: whoever hands the message on may change it in place.
 */
export type HeaderList = string[]

/** A part of the request body; the last one has `moreBody: false` and may be empty. */
export interface HTTPRequestMessage {
  readonly type: 'http.request'
  readonly body: Uint8Array
  readonly moreBody: boolean
}

/** The client is gone, or the response is complete; answered again and again from then on. */
export interface HTTPDisconnectMessage {
  readonly type: 'http.disconnect'
}

export type HTTPReceiveMessage = HTTPRequestMessage | HTTPDisconnectMessage

/** Status and headers, exactly once; held back by the server until the first body message. */
export interface HTTPResponseStartMessage {
  type: 'http.response.start'
  /** 200 to 599. */
  status: number
  headers: HeaderList
  /** Whether `http.response.trailers` follows the last body (false). */
  trailers?: boolean
}

/** Changes the status or the headers of a response that is about to start, in place. */
export type StartChange = (message: HTTPResponseStartMessage) => void

/** A part of the response body; the one without `moreBody` is the last. */
export interface HTTPResponseBodyMessage {
  type: 'http.response.body'
  /** Empty when absent. */
  body?: Uint8Array
  /** Whether more parts follow (false). */
  moreBody?: boolean
}

/** Fields after the body; needs the extension of that name. */
export interface HTTPResponseTrailersMessage {
  type: 'http.response.trailers'
  headers: HeaderList
  /** Whether more of these messages follow (false). */
  moreTrailers?: boolean
}

/** A 103 response with `Link` values; needs the extension of that name. */
export interface HTTPResponseEarlyHintMessage {
  type: 'http.response.early_hint'
  links: readonly string[]
}

/** Sends the file at this absolute path as the whole body; needs the extension of that name. */
export interface HTTPResponsePathsendMessage {
  type: 'http.response.pathsend'
  path: string
}

/** What a test client wants to know of a response, before its start; needs the extension. */
export interface HTTPResponseDebugMessage {
  type: 'http.response.debug'
  info: Record<string, unknown>
}

export type HTTPSendMessage =
  | HTTPResponseStartMessage
  | HTTPResponseBodyMessage
  | HTTPResponseTrailersMessage
  | HTTPResponseEarlyHintMessage
  | HTTPResponsePathsendMessage
  | HTTPResponseDebugMessage

/** The first message of a socket; the handshake waits for `websocket.accept` or a refusal. */
export interface WebSocketConnectMessage {
  readonly type: 'websocket.connect'
}

/** One whole message; exactly one of `text` and `bytes` is there. */
export interface WebSocketReceivedMessage {
  readonly type: 'websocket.receive'
  readonly text?: string
  readonly bytes?: Uint8Array
}

/** The socket is closed; 1005 when the peer gave no code. */
export interface WebSocketDisconnectMessage {
  readonly type: 'websocket.disconnect'
  readonly code: number
  readonly reason: string
}

export type WebSocketReceiveMessage =
  | WebSocketConnectMessage
  | WebSocketReceivedMessage
  | WebSocketDisconnectMessage

export interface WebSocketAcceptMessage {
  type: 'websocket.accept'
  /** One of the offered subprotocols (none). */
  subprotocol?: string
  /** Further fields of the handshake's answer (none). */
  headers?: HeaderList
}

/** Sends one message; exactly one of `text` and `bytes`. */
export interface WebSocketSentMessage {
  type: 'websocket.send'
  text?: string
  bytes?: Uint8Array
}

/** Closes the socket; before `websocket.accept` it refuses the handshake with 403. */
export interface WebSocketCloseMessage {
  type: 'websocket.close'
  /** 1000 when absent. */
  code?: number
  reason?: string
}

/** Refuses the handshake with an answer of one's own; needs `websocket.http.response`. */
export interface WebSocketDenialStartMessage {
  type: 'websocket.http.response.start'
  status: number
  headers: HeaderList
}

export interface WebSocketDenialBodyMessage {
  type: 'websocket.http.response.body'
  body?: Uint8Array
  moreBody?: boolean
}

export type WebSocketSendMessage =
  | WebSocketAcceptMessage
  | WebSocketSentMessage
  | WebSocketCloseMessage
  | WebSocketDenialStartMessage
  | WebSocketDenialBodyMessage

export type LifespanReceiveMessage =
  | { readonly type: 'lifespan.startup' }
  | { readonly type: 'lifespan.shutdown' }

export type LifespanSendMessage =
  | { type: 'lifespan.startup.complete' }
  | { type: 'lifespan.startup.failed'; message?: string }
  | { type: 'lifespan.shutdown.complete' }
  | { type: 'lifespan.shutdown.failed'; message?: string }
