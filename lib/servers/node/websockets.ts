/** The websockets of a server: handles its upgrade requests. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type Server, WebSocketServer } from 'ws'
import { fits, parseTarget, type Target } from '../../protocol/target.ts'
import type { Acceptance } from '../../protocol/websocket.ts'
import type { HeaderList, WebSocketScope } from '../../types.ts'
import { Refusal, readFields } from './fields.ts'
import type { Site } from './scope.ts'
import type { Service } from './service.ts'
import { type Handshake, refuseHandshake } from './websockets/answer.ts'
import { readable, readHandshake } from './websockets/handshake.ts'
import type { WebSocketSettings } from './websockets/options.ts'
import { Peer } from './websockets/peer.ts'
import { Pings } from './websockets/pings.ts'
import { buildWebSocketScope } from './websockets/scope.ts'
import { type Host, Session } from './websockets/session.ts'

export {
  type CompressionOptions,
  readWebSocketOptions,
  type WebSocketOptions,
  type WebSocketSettings,
} from './websockets/options.ts'

export class WebSockets {
  readonly #service: Service
  readonly #host: Host
  readonly #sessions = new Set<Session>()
  readonly #pings: Pings
  readonly #server: Server<typeof Peer>
  /** The fields and the subprotocol that the app adds to the current handshake. `ws` answers synchronously. */
  #adding: Acceptance | undefined

  /**
   * @param shortcuts Whether undocumented properties of Node and of `ws` may be used.
   * @param leave Passes a handshake that no route matches to other listeners. Returns whether there are any.
   */
  constructor(
    service: Service,
    settings: WebSocketSettings,
    shortcuts: boolean,
    leave?: (handshake: Handshake) => boolean,
  ) {
    this.#service = service
    this.#pings = new Pings(settings)
    this.#host = {
      app: service.app,
      settings,
      shortcuts,
      leave,
      upgrade: (handshake, acceptance) => this.#upgrade(handshake, acceptance),
      opened: (connection) => this.#pings.add(connection),
      closed: (connection) => this.#pings.delete(connection),
      ended: (session) => this.#forget(session),
      onError: service.onError,
    }
    this.#server = new WebSocketServer({
      noServer: true,
      WebSocket: Peer,
      clientTracking: false,
      maxPayload: settings.maxMessageSize,
      handleProtocols: () => this.#adding?.subprotocol ?? false,
      perMessageDeflate: settings.compression,
      // The types of `ws` lack these options.
      ...{ closeTimeout: settings.closeTimeoutMs, maxFragments: settings.maxFragments },
    })
    this.#server.on('headers', (lines) => {
      const { headers = [] } = this.#adding ?? {}
      for (let index = 0; index < headers.length; index += 2) {
        lines.push(`${headers[index]}: ${headers[index + 1]}`)
      }
    })
  }

  /** The listener of 'upgrade'. A host passes the path at which the app is mounted. */
  readonly take = (
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    hosted?: { readonly target: Target | undefined; readonly site: Site },
  ): void => {
    // Without a listener an error would end the process; the 'close' event is handled elsewhere.
    socket.on('error', ignore)
    const handshake = { request, socket, head }
    const { inFlight } = this.#service
    const { site, target } = hosted ?? {
      site: this.#service.site,
      target: parseTarget(request.url ?? ''),
    }
    if (inFlight.closing) {
      refuseHandshake(handshake, 503)
      return
    }
    if (target === undefined || !fits(target, request.method)) {
      refuseHandshake(handshake, 400)
      return
    }
    const fields = readFields(request.rawHeaders, request.httpVersion, target.authority)
    if (fields instanceof Refusal) refuseHandshake(handshake, fields.status, fields.fields)
    else this.#open(handshake, target, fields.headers, fields.headers, site)
  }

  /**
   * Takes a handshake whose request has been read already, as with HTTP/2.
   *
   * @param headers The fields for the scope.
   * @param checked The same fields in the form of a handshake over HTTP/1.1.
   */
  takeRead(handshake: Handshake, target: Target, headers: HeaderList, checked: HeaderList): void {
    handshake.socket.on('error', ignore)
    const { inFlight, site } = this.#service
    if (inFlight.closing) refuseHandshake(handshake, 503)
    else this.#open(handshake, target, headers, checked, site)
  }

  #open(
    handshake: Handshake,
    target: Target,
    headers: HeaderList,
    checked: HeaderList,
    site: Site,
  ): void {
    const { request } = handshake
    const offered = readHandshake(checked)
    if (offered instanceof Refusal) {
      refuseHandshake(handshake, offered.status, offered.fields)
      return
    }
    const session = new Session(this.#host, handshake)
    this.#sessions.add(session)
    this.#service.inFlight.begin(session)
    const scope = buildWebSocketScope(request, target, headers, offered, site, (listener) =>
      session.onDisconnect(listener),
    )
    if (this.#host.leave !== undefined) noteUnmatched(scope, session)
    session.run(scope)
  }

  /** Closes all websockets with 1012. */
  close(): void {
    for (const session of this.#sessions) session.shutDown()
  }

  #upgrade({ request, socket, head }: Handshake, adding: Acceptance): Peer | undefined {
    let upgraded: Peer | undefined
    this.#adding = adding
    // Values are latin-1, as in any response. `ws` writes text in the default encoding of the socket.
    socket.setDefaultEncoding('latin1')
    this.#server.handleUpgrade(readable(request), socket, head, (ws) => {
      upgraded = ws
    })
    socket.setDefaultEncoding('utf8')
    this.#adding = undefined
    if (upgraded !== undefined) socket.off('error', ignore) // `ws` adds its own listener
    return upgraded
  }

  #forget(session: Session): void {
    this.#sessions.delete(session)
    this.#service.inFlight.end(session)
  }
}

function noteUnmatched(scope: WebSocketScope, session: Session): void {
  const onUnmatched = (): void => {
    session.unmatched = true
  }
  scope.onUnmatched = onUnmatched
}

function ignore(): void {}
