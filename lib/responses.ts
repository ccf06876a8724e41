/** The responses that a handler can return. */
export { type ConditionalScope, checkPreconditions, type Validators } from './http/conditional.ts'
export { contentDisposition, type Disposition } from './http/disposition.ts'
export { type ByteRange, parseRange } from './http/ranges.ts'
export {
  HTMLResponse,
  JSONResponse,
  PlainTextResponse,
  type RedirectOptions,
  RedirectResponse,
} from './responses/bodies.ts'
export { earlyHints } from './responses/earlyhints.ts'
export { encodeEvent, type ServerSentEvent } from './responses/events.ts'
export { FileResponse, type FileResponseOptions } from './responses/file.ts'
export {
  type CSVOptions,
  CSVResponse,
  type CSVRow,
  JSONLinesResponse,
} from './responses/lines.ts'
export { type AnyResponse, Response, type ResponseOptions, toApp } from './responses/response.ts'
export {
  type EventSourceEvents,
  type EventSourceOptions,
  EventSourceResponse,
  lastEventId,
} from './responses/sse.ts'
export { StreamingResponse, type StreamSource } from './responses/streaming.ts'
