/** The front door: what a first program needs. Middleware and servers have subpaths of their own. */
export { Application, type ApplicationOptions } from './applications.ts'
export { httpMiddleware } from './authoring/httpmiddleware.ts'
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
export { chain } from './internal/chain.ts'
export { Request } from './requests.ts'
export {
  EventSourceResponse,
  FileResponse,
  HTMLResponse,
  JSONResponse,
  PlainTextResponse,
  RedirectResponse,
  Response,
  StreamingResponse,
} from './responses.ts'
export { Host, Mount, Route, Router, WebSocketRoute } from './routing.ts'
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
export { WebSocket } from './websockets.ts'
