/** MessagePack bodies of operations. It needs the package @msgpack/msgpack. */
import { msgpack as decoded } from '../msgpack.ts'
import type { AnySchema, SchemaInput, SchemaOutput } from '../types/schemas.ts'
import { type Body, type BodyLimitOptions, limitOf } from './bodies.ts'
import { assertSchema } from './schemas.ts'

/**
 * Declares a MessagePack body. It is a separate subpath because the package that decodes it is optional.
 *
 * @throws TypeError if the schema does not follow Standard Schema, or an option is unknown.
 * @example
 * operation({ body: msgpack(z.object({ at: z.date() })) }, async ({ body }) => reply(200, body.at))
 */
export function msgpack<Given extends AnySchema>(
  schema: Given,
  options: BodyLimitOptions = {},
): Body<SchemaOutput<Given>, 'msgpack', SchemaInput<Given>> {
  assertSchema('msgpack', 'the schema', schema)
  const limit = limitOf('msgpack', options)
  return {
    kind: 'msgpack',
    mediaTypes: ['application/vnd.msgpack', 'application/msgpack', 'application/x-msgpack'],
    schema,
    read: (request) => decoded(request, { ...limit, anyContentType: true }),
  }
}
