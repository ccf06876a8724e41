/** The request body of an operation. */
import { handled, isThenable } from '../internal/handled.ts'
import type { Body, BodyContract } from '../operations/bodies.ts'
import { bodiesOf, needsFile } from '../operations/bodyreader.ts'
import type { UploadRule } from '../operations/formbodies.ts'
import { isObject } from '../operations/jsonreference.ts'
import { type JSONSchema, validateNow } from '../operations/schemas.ts'
import type { Components, Use } from './components.ts'
import { formEncoding } from './parameters.ts'
import type { OpenAPIBody, OpenAPIMedia } from './types.ts'

/** The bodies that a contract accepts, by media type. */
export function requestBodyOf(
  contract: BodyContract,
  components: Components,
  use: Use,
): OpenAPIBody {
  const bodies = bodiesOf('openapi', contract)
  const named: Use = { ...use, where: `${use.where}, the body`, hint: `${use.hint}Body` }
  const content = bodies.flatMap((body) =>
    mediaTypesOf(body).map((type) => [type, mediaOf(body, components, named)] as const),
  )
  const [first] = bodies
  const required = (first !== undefined && (needsFile(first) || isNeeded(first))) || undefined
  return { required, content: Object.fromEntries(content) } as OpenAPIBody
}

/** The listed media types: one of several equivalent ones. */
function mediaTypesOf({ kind, mediaTypes }: Body): readonly string[] {
  return kind === 'json' || kind === 'msgpack' ? mediaTypes.slice(0, 1) : mediaTypes
}

/** Whether a request without a body is refused. The first kind of body decides, as for requests. */
function isNeeded({ schema, mediaTypes }: Body): boolean {
  if (schema === undefined) return !mediaTypes.includes('*/*')
  const result = validateNow(schema, undefined)
  if (!isThenable(result)) return result.issues !== undefined
  handled(Promise.resolve(result))
  return true
}

function mediaOf({ kind, schema, files }: Body, components: Components, use: Use): OpenAPIMedia {
  if (kind === 'bytes' || kind === 'stream') return {}
  if (schema === undefined) return { schema: { type: 'string' } }
  const described = components.of(schema, use) ?? {}
  const isForm = kind === 'form' || kind === 'multipart'
  const encoding = { ...(isForm && formEncoding(schema)), ...(files && fileEncoding(files)) }
  return {
    schema: files === undefined ? described : withFiles(described, files),
    ...(Object.keys(encoding).length > 0 && { encoding }),
  }
}

function fileEncoding(files: Readonly<Record<string, UploadRule>>): OpenAPIMedia['encoding'] {
  const limited = Object.entries(files).flatMap(([name, { types }]) =>
    types === undefined ? [] : [[name, { contentType: types.join(', ') }] as const],
  )
  return Object.fromEntries(limited)
}

function withFiles(schema: JSONSchema, files: Readonly<Record<string, UploadRule>>): JSONSchema {
  const own = isObject(schema['properties']) ? schema : { allOf: [schema] }
  const needed = Object.keys(files).filter((name) => !files[name]?.optional && !files[name]?.many)
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return {
    type: 'object',
    ...own,
    properties: {
      ...(own['properties'] as object),
      ...Object.fromEntries(Object.entries(files).map(fileProperty)),
    },
    ...(needed.length + required.length === 0 ? {} : { required: [...required, ...needed] }),
  }
}

/** The schema of a file. In JSON Schema 2020-12, bytes are a string with a media type. */
function fileProperty([name, { many, maxCount }]: [string, UploadRule]): [string, JSONSchema] {
  const file = { type: 'string', contentMediaType: 'application/octet-stream' }
  if (!many) return [name, file]
  return [name, { type: 'array', items: file, maxItems: maxCount }]
}
