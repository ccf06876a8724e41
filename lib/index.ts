/**
 * The front door: what a first program needs. All else, such as other responses, websockets, middleware
 * and servers, is loaded from its subpath.
 */
export { Application, type ApplicationOptions } from './applications.ts'
export { type Background, backgroundTasks } from './background.ts'
export {
  ClientDisconnected,
  HTTPException,
  ProtocolError,
  UnsupportedProtocol,
  WebSocketException,
} from './exceptions.ts'
export type { Form, UploadFile } from './forms.ts'
export { Headers } from './http/headers.ts'
export { chain } from './internal/apps.ts'
export { Request } from './requests.ts'
export {
  HTMLResponse,
  JSONResponse,
  PlainTextResponse,
  RedirectResponse,
} from './responses/bodies.ts'
export { Response } from './responses/response.ts'
export { Host } from './routing/host.ts'
export { Mount } from './routing/mount.ts'
export { Route } from './routing/route.ts'
export { Router } from './routing/router.ts'
export { WebSocketRoute } from './routing/websocketroute.ts'
export type {
  App,
  HTTPScope,
  LifespanScope,
  Middleware,
  Receive,
  ReceiveMessage,
  Scope,
  Send,
  SendMessage,
  State,
  WebSocketScope,
} from './types.ts'
export type { WebSocket } from './websockets.ts'
