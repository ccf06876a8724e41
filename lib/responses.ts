/** Everything that a handler can return. */
export {
  HTMLResponse,
  JSONResponse,
  PlainTextResponse,
  type RedirectOptions,
  RedirectResponse,
} from './responses/bodies.ts'
export { Response, type ResponseOptions, toApp } from './responses/response.ts'
export { StreamingResponse, type StreamSource } from './responses/streaming.ts'
