// Makes requests for the operations of a document: some that fit it, and some that do not.
import * as fc from 'fast-check'
import type { OpenAPIMedia, OpenAPIOperation, OpenAPIParameter } from '../../lib/openapi.ts'
import { type Definitions, type JSONSchema, valuesOf } from './generated.ts'
import { anyText } from './texts.ts'

/** A request that was made of a document. */
export interface Made {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
  /** Whether all of it fits the document. */
  readonly isFitting: boolean
}

/** A value for a parameter, or undefined to leave it out; and whether it fits. */
type Given = readonly [value: unknown, isFitting: boolean]

/** Texts that hardly any schema wants, without those that a URL or a field cannot hold. */
const noise: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }),
  anyText({ minLength: 1 }).filter((text) => text.isWellFormed()),
  fc.constantFrom('null', '__proto__', '-1', '1e309', 'NaN', '0x10', '99999999999999999999', '[]'),
)

/** Paths are decoded before they are matched, so that a slash ends a parameter; URLs resolve dots. */
function isSegment(text: string): boolean {
  return !text.includes('/') && text !== '.' && text !== '..'
}

/** Requests for one operation. */
export function requestsFor(
  path: string,
  { parameters = [], requestBody }: OpenAPIOperation,
  definitions: Definitions,
): fc.Arbitrary<Made> {
  const given = fc.tuple(...parameters.map((parameter) => givenFor(parameter, definitions)))
  const entries = Object.entries(requestBody?.content ?? {})
  const bodies = entries.map(([mediaType, media]) => bodyOf(mediaType, media, definitions))
  if (requestBody !== undefined) {
    const empty: Body = { body: undefined, type: undefined, isFitting: !requestBody.required }
    bodies.push(fc.constant(empty))
  }
  const body = bodies.length === 0 ? fc.constant(NONE) : fc.oneof(...bodies)
  return fc.tuple(given, body).map(([values, made]) => requestOf(path, parameters, values, made))
}

function givenFor(parameter: OpenAPIParameter, definitions: Definitions): fc.Arbitrary<Given> {
  const fits = valuesOf(parameter.schema, definitions).map((value): Given => [value, true])
  const others = noise.map((value): Given => [value, false])
  const missing = fc.constant<Given>([undefined, parameter.required !== true])
  return parameter.in === 'path'
    ? fc
        .oneof({ weight: 8, arbitrary: fits }, { weight: 1, arbitrary: others })
        .filter(([value]) => isSegment(String(value)))
    : fc.oneof(
        { weight: 8, arbitrary: fits },
        { weight: 1, arbitrary: others },
        { weight: 2, arbitrary: missing },
      )
}

interface Body {
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
  readonly type: string | undefined
  readonly isFitting: boolean
}

const NONE: Body = { body: undefined, type: undefined, isFitting: true }

function bodyOf(
  mediaType: string,
  { schema = {} }: OpenAPIMedia,
  definitions: Definitions,
): fc.Arbitrary<Body> {
  const values = valuesOf(schema as JSONSchema, definitions)
  const type = mediaType === '*/*' ? 'application/octet-stream' : mediaType
  const fits = values.map((value): Body => ({ ...written(type, value), isFitting: true }))
  const others = fc
    .jsonValue()
    .map((value): Body => ({ ...written(type, value), isFitting: false }))
  const raw = fc.uint8Array().map((body): Body => ({ body, type, isFitting: false }))
  const mistyped = fits.map((body): Body => ({ ...body, type: 'image/gif', isFitting: false }))
  return fc.oneof(
    { weight: 6, arbitrary: fits },
    ...[others, raw, mistyped].map((arbitrary) => ({ weight: 1, arbitrary })),
  )
}

function written(type: string, value: unknown): Omit<Body, 'isFitting'> {
  if (type.endsWith('json')) return { body: JSON.stringify(value), type }
  const isObject = typeof value === 'object' && value !== null
  if (type === 'application/x-www-form-urlencoded') {
    const pairs = isObject ? Object.entries(value).map(([name, one]) => [name, String(one)]) : []
    return { body: new URLSearchParams(pairs).toString(), type }
  }
  if (type === 'multipart/form-data') return multipart(isObject ? value : {})
  return { body: typeof value === 'string' ? value : JSON.stringify(value), type }
}

/** Lists are several parts of one name; those that are called so are files. */
function multipart(value: object): Omit<Body, 'isFitting'> {
  const parts = Object.entries(value).flatMap(([name, given]) =>
    (Array.isArray(given) ? given : [given]).map((one) => {
      const isFile = name === 'photo' || name === 'more'
      const file = isFile ? '; filename="a.png"\r\nContent-Type: image/png' : ''
      const plain = encodeURIComponent(String(one))
      return `--b\r\nContent-Disposition: form-data; name="${encodeURIComponent(name)}"${file}\r\n\r\n${plain}\r\n`
    }),
  )
  return { body: `${parts.join('')}--b--\r\n`, type: 'multipart/form-data; boundary=b' }
}

function requestOf(
  template: string,
  parameters: readonly OpenAPIParameter[],
  values: readonly Given[],
  { body, type, isFitting }: Body,
): Made {
  let path = template
  const query = new URLSearchParams()
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
  parameters.forEach(({ name, in: place, style }, index) => {
    const value = values[index]?.[0]
    if (value === undefined) return
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(String(value)))
    else if (place === 'header') headers[name] = fieldOf(value)
    else if (place === 'cookie') headers['cookie'] = `${name}=${encodeURIComponent(String(value))}`
    else append(query, name, value, style === 'deepObject')
  })
  const search = query.size === 0 ? '' : `?${query}`
  return {
    ...{ url: path + search, headers, body },
    isFitting: isFitting && values.every(([, fits]) => fits),
  }
}

/** What a field can hold: encoded, as other characters are for nobody to interpret. */
function fieldOf(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : encodeURIComponent(String(value))
}

function append(query: URLSearchParams, name: string, value: unknown, isDeep: boolean): void {
  if (Array.isArray(value)) for (const item of value) query.append(name, String(item))
  else if (isDeep && typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) query.append(`${name}[${key}]`, String(one))
  } else query.append(name, String(value))
}
