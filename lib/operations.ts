/**
 * Operations: handlers with a contract. Their inputs are validated and typed, and their replies are checked.
 * Documents and clients can be generated from them.
 */
export type { SecurityNeed, SecurityRequirement, SecurityScheme } from './authentication/schemes.ts'
export { type Secured, type SecuredOptions, secured } from './authentication/secured.ts'
export { securedByAny } from './authentication/securedbyany.ts'
export {
  type Body,
  type BodyContract,
  type BodyKind,
  type BodyLimitOptions,
  type BytesOptions,
  bytes,
  type FormBodyOptions,
  form,
  json,
  type MultipartOptions,
  multipart,
  stream,
  text,
  type UploadRule,
} from './operations/bodies.ts'
export type {
  Contract,
  OnInvalid,
  Resolvable,
  Responses,
} from './operations/contract.ts'
export { operation } from './operations/define.ts'
export { InvalidResponse } from './operations/invalidresponse.ts'
export { Reply, type ReplyOptions, reply } from './operations/reply.ts'
export {
  type Content,
  type EventOf,
  event,
  events,
  file,
  lines,
  type ResponseContract,
  type ResponseDetails,
  type ResponseHeader,
  type ServerSentEventOf,
} from './operations/responses.ts'
export type { AnyOperation, Input, Operation, Result } from './operations/types.ts'
export { layer } from './routing/layer.ts'
export type { AnySchema, Schema, SchemaInput, SchemaOutput } from './types/schemas.ts'
