/** The messages of the contract, which an app receives and sends, with their defaults. */

/**
 * Names and values alternate: name, value, name, value. Names are lower-case, values are latin-1.
 *
 * A list or a message that was given or sent must not be changed. To change one, send another: `send({
 * ...message, headers: [...message.headers, 'x-powered-by', name] })`.
 */
export type HeaderList = readonly string[]

/** A part of the request body; the last one has `moreBody: false` and may be empty. */
export interface HTTPRequestMessage {
  readonly type: 'http.request'
  readonly body: Uint8Array
  readonly moreBody: boolean
}

/** The client has disconnected, or the response is complete. From then on every `receive` returns it. */
export interface HTTPDisconnectMessage {
  readonly type: 'http.disconnect'
}

/** The messages that an app receives for an HTTP request. */
export type HTTPReceiveMessage = HTTPRequestMessage | HTTPDisconnectMessage

/**
 * Status and headers. It is sent exactly once. The server writes it together with the first body message.
 */
export interface HTTPResponseStartMessage {
  readonly type: 'http.response.start'
  /** 200 to 599. */
  readonly status: number
  readonly headers: HeaderList
  /** Whether `http.response.trailers` follows the last body (false). */
  readonly trailers?: boolean
}

/** A part of the response body. The last part is the one without `moreBody`. */
export interface HTTPResponseBodyMessage {
  readonly type: 'http.response.body'
  /** Empty when absent. */
  readonly body?: Uint8Array
  /** Whether more parts follow (false). */
  readonly moreBody?: boolean
}

/** Fields after the body. It needs the extension of that name. */
export interface HTTPResponseTrailersMessage {
  readonly type: 'http.response.trailers'
  readonly headers: HeaderList
  /** Whether more of these messages follow (false). */
  readonly moreTrailers?: boolean
}

/** A 103 response with `Link` values. It needs the extension of that name. */
export interface HTTPResponseEarlyHintMessage {
  readonly type: 'http.response.early_hint'
  readonly links: readonly string[]
}

/** Sends the file at this absolute path as the whole body. It needs the extension of that name. */
export interface HTTPResponsePathsendMessage {
  readonly type: 'http.response.pathsend'
  readonly path: string
}

/**
 * Information about a response for a test client, sent before the start. It needs the extension of that
 * name.
 */
export interface HTTPResponseDebugMessage {
  readonly type: 'http.response.debug'
  readonly info: Record<string, unknown>
}

/** The messages that an app sends for an HTTP request. */
export type HTTPSendMessage =
  | HTTPResponseStartMessage
  | HTTPResponseBodyMessage
  | HTTPResponseTrailersMessage
  | HTTPResponseEarlyHintMessage
  | HTTPResponsePathsendMessage
  | HTTPResponseDebugMessage

/** The first message of a socket. The handshake waits for `websocket.accept` or a refusal. */
export interface WebSocketConnectMessage {
  readonly type: 'websocket.connect'
}

/** One whole message. Exactly one of `text` and `bytes` is set. */
export interface WebSocketReceivedMessage {
  readonly type: 'websocket.receive'
  readonly text?: string
  readonly bytes?: Uint8Array
}

/** The socket is closed. The code is 1005 if the peer gave none. */
export interface WebSocketDisconnectMessage {
  readonly type: 'websocket.disconnect'
  readonly code: number
  readonly reason: string
}

/** The messages that an app receives from a websocket. */
export type WebSocketReceiveMessage =
  | WebSocketConnectMessage
  | WebSocketReceivedMessage
  | WebSocketDisconnectMessage

/** Completes the handshake. */
export interface WebSocketAcceptMessage {
  readonly type: 'websocket.accept'
  /** One of the offered subprotocols (none). */
  readonly subprotocol?: string
  /** Further fields of the response to the handshake (none). */
  readonly headers?: HeaderList
}

/** Sends one message. Exactly one of `text` and `bytes` must be set. */
export interface WebSocketSentMessage {
  readonly type: 'websocket.send'
  readonly text?: string
  readonly bytes?: Uint8Array
}

/** Closes the socket. Before `websocket.accept` it refuses the handshake with 403. */
export interface WebSocketCloseMessage {
  readonly type: 'websocket.close'
  /** 1000 when absent. */
  readonly code?: number
  readonly reason?: string
}

/** Refuses the handshake with a response of the app. It needs the extension `websocket.http.response`. */
export interface WebSocketDenialStartMessage {
  readonly type: 'websocket.http.response.start'
  readonly status: number
  readonly headers: HeaderList
}

/** A part of the body of that response. The last part is the one without `moreBody`. */
export interface WebSocketDenialBodyMessage {
  readonly type: 'websocket.http.response.body'
  readonly body?: Uint8Array
  readonly moreBody?: boolean
}

/** The messages that an app sends to a websocket. */
export type WebSocketSendMessage =
  | WebSocketAcceptMessage
  | WebSocketSentMessage
  | WebSocketCloseMessage
  | WebSocketDenialStartMessage
  | WebSocketDenialBodyMessage

/** The messages that an app receives when its server starts and stops. */
export type LifespanReceiveMessage =
  | { readonly type: 'lifespan.startup' }
  | { readonly type: 'lifespan.shutdown' }

/** The messages that an app sends when it has started or stopped, or has failed to. */
export type LifespanSendMessage =
  | { readonly type: 'lifespan.startup.complete' }
  | { readonly type: 'lifespan.startup.failed'; readonly message?: string }
  | { readonly type: 'lifespan.shutdown.complete' }
  | { readonly type: 'lifespan.shutdown.failed'; readonly message?: string }
