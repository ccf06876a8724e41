/** Sends the examples of a document to the app, and compares the responses with the declared ones. */
import type { OpenAPIDocument, OpenAPIOperation, OpenAPIResponse } from '../../openapi/types.ts'
import type { TestClient } from '../../testing/client.ts'
import { type ExampleRequest, exampleRequests } from './requests.ts'

/** The results of the examples. */
export interface ExamplesReport {
  readonly answered: number
  /** Operations without a request, because a value has no example. */
  readonly without: readonly string[]
  /** Operations without a request, because they may change something. */
  readonly changing: readonly string[]
  readonly faults: readonly string[]
}

const SAFE = ['GET', 'HEAD', 'OPTIONS', 'QUERY']

/** The timeout of a request; a handler that takes longer is reported. */
const LONGEST_MS = 10_000

/** @param all Whether to send requests with methods that may change something. */
export async function checkExamples(
  client: TestClient,
  document: OpenAPIDocument,
  all: boolean,
): Promise<ExamplesReport> {
  const { requests, without } = exampleRequests(document)
  const sent = requests.filter(({ method }) => all || SAFE.includes(method))
  const changing = requests.filter((request) => !sent.includes(request)).map(({ name }) => name)
  const faults: string[] = []
  for (const request of sent) {
    const fault = await faultOf(client, request, document)
    if (fault !== undefined) faults.push(`${request.name}: ${fault}`)
  }
  return { answered: sent.length, without, changing, faults }
}

async function faultOf(
  client: TestClient,
  { method, target, headers, body, operation }: ExampleRequest,
  document: OpenAPIDocument,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(LONGEST_MS)
  try {
    const response = await client.request(method, target, {
      headers,
      signal,
      followRedirects: false,
      ...(body !== undefined && { body }),
    })
    const type = response.headers.get('content-type') ?? ''
    // A stream may never end.
    if (/^(?:text\/event-stream|application\/(?:x-ndjson|jsonl))/.test(type)) {
      await response.body?.cancel()
      return undeclaredResponse(operation, response.status, type, document)
    }
    const text = await response.text()
    const isRefused = response.status === 400 || response.status === 422
    if (isRefused) return `the example is refused with ${response.status}: ${text}`
    return undeclaredResponse(operation, response.status, type, document)
  } catch (error) {
    if (signal.aborted) return `no answer within ${LONGEST_MS / 1000} s`
    return error instanceof Error ? error.message : String(error)
  }
}

function undeclaredResponse(
  { responses }: OpenAPIOperation,
  status: number,
  type: string,
  document: OpenAPIDocument,
): string | undefined {
  const found =
    responses[status] ?? responses[`${Math.floor(status / 100)}XX`] ?? responses['default']
  if (found === undefined) return `the answer ${status} is not declared`
  const { content } = '$ref' in found ? (resolveReference(found.$ref, document) ?? {}) : found
  if (content === undefined || type === '') return undefined
  const [given = ''] = type.toLowerCase().split(/[;\s]/)
  const isDeclared = Object.keys(content).some((range) => matches(range.toLowerCase(), given))
  if (isDeclared) return undefined
  return `the answer ${status} has the type ${given}, declared is ${Object.keys(content).join(', ')}`
}

function matches(range: string, type: string): boolean {
  const [essence = ''] = range.split(';')
  return essence === '*/*' || essence === type || essence === type.replace(/\/.*/, '/*')
}

function resolveReference(
  reference: string,
  { components }: OpenAPIDocument,
): OpenAPIResponse | undefined {
  return components?.responses?.[reference.slice(reference.lastIndexOf('/') + 1)]
}
