/** Makes requests from the examples of an OpenAPI document. */
import type {
  OpenAPIBody,
  OpenAPIDocument,
  OpenAPIOperation,
  OpenAPIParameter,
} from '../../openapi/types.ts'
import { exampleOf } from './values.ts'

/** A request that is made from examples. */
export interface ExampleRequest {
  /** The name in reports, such as `GET /users/{id}`. */
  readonly name: string
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly operation: OpenAPIOperation
}

interface ExampleRequests {
  readonly requests: readonly ExampleRequest[]
  /** Operations with a required value that has no example. */
  readonly without: readonly string[]
}

/** Makes one request for each operation, from the first example of each of its inputs. */
export function exampleRequests(document: OpenAPIDocument): ExampleRequests {
  const requests: ExampleRequest[] = []
  const without: string[] = []
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const name = `${method.toUpperCase()} ${path}`
      const made = operation.servers === undefined && requestOf(name, path, operation, document)
      if (made) requests.push(made)
      else without.push(name)
    }
  }
  return { requests, without }
}

function requestOf(
  name: string,
  path: string,
  operation: OpenAPIOperation,
  document: OpenAPIDocument,
): ExampleRequest | undefined {
  const { parameters = [], requestBody } = operation
  const inputs = inputsOf(parameters, document)
  const body = bodyOf(requestBody, document)
  if (inputs === undefined || body === undefined) return undefined
  const target = path.replace(/\{([^}]+)\}/g, (_, key: string) =>
    encodeURIComponent(String(inputs.path.get(key) ?? '')),
  )
  const cookies = [...inputs.cookie].map(([key, value]) => `${key}=${value}`).join('; ')
  const query = queryOf(inputs.query)
  return {
    name,
    method: name.slice(0, name.indexOf(' ')),
    target: query === '' ? target : `${target}?${query}`,
    headers: {
      ...Object.fromEntries([...inputs.header].map(([key, value]) => [key, String(value)])),
      ...(cookies === '' ? {} : { cookie: cookies }),
      ...(body.type === undefined ? {} : { 'content-type': body.type }),
    },
    body: body.text,
    operation,
  }
}

type Inputs = Readonly<Record<OpenAPIParameter['in'], ReadonlyMap<string, unknown>>>

/** The parameters of a request; undefined if a required one has no example. */
function inputsOf(
  parameters: readonly OpenAPIParameter[],
  document: OpenAPIDocument,
): Inputs | undefined {
  const inputs = {
    path: new Map<string, unknown>(),
    query: new Map<string, unknown>(),
    header: new Map<string, unknown>(),
    cookie: new Map<string, unknown>(),
  }
  for (const { name, in: place, required, schema } of parameters) {
    const example = exampleOf(schema, document)
    if (example !== undefined) inputs[place].set(name, example.value)
    else if (required) return undefined
  }
  return inputs
}

/** The query string: lists are repeated names, and objects use brackets, as the server parses them. */
function queryOf(values: ReadonlyMap<string, unknown>): string {
  const pairs: [string, string][] = []
  for (const [name, value] of values) {
    if (Array.isArray(value))
      pairs.push(...value.map((item): [string, string] => [name, `${item}`]))
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) pairs.push([`${name}[${key}]`, `${item}`])
    } else if (value !== null) pairs.push([name, String(value)])
  }
  return new URLSearchParams(pairs).toString()
}

interface ExampleBody {
  readonly type?: string
  readonly text: string | undefined
}

/** The body of a request; undefined if one is required and has no example. */
function bodyOf(body: OpenAPIBody | undefined, document: OpenAPIDocument): ExampleBody | undefined {
  for (const [type, { schema, examples }] of Object.entries(body?.content ?? {})) {
    const [named] = Object.values(examples ?? {})
    const example = named ?? (schema && exampleOf(schema, document))
    const text = example && writeBody(type, example.value)
    if (text !== undefined) return { type, text }
  }
  return body?.required ? undefined : { text: undefined }
}

function writeBody(type: string, value: unknown): string | undefined {
  if (/^application\/(?:[\w.-]+\+)?json$/.test(type)) return JSON.stringify(value)
  if (type === 'application/x-www-form-urlencoded' && typeof value === 'object') {
    return queryOf(new Map(Object.entries(value ?? {})))
  }
  return type.startsWith('text/') && typeof value === 'string' ? value : undefined
}
