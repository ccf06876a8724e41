/** Reads the body of a request by the contract: the content type decides how. */
import type { IssueInit } from '../exceptions/issues.ts'
import { contentLength, indexOfName } from '../http/headers.ts'
import { wrong } from '../internal/must.ts'
import type { Request } from '../requests.ts'
import type { HTTPScope } from '../types.ts'
import { type Body, type BodyContract, json } from './bodies.ts'
import { chosenBy } from './contenttypes.ts'
import { FormInput } from './formbodies.ts'
import { type Gathered, issuesOf } from './inputs.ts'
import { isSchema, validate } from './schemas.ts'

/** Reads a body into what was gathered of the request. */
export type BodyReader = (request: Request<never, never>, gathered: Gathered) => Promise<void>

/**
 * The kinds of bodies of a contract.
 *
 * @throws TypeError if one of them is neither a schema nor a kind of body.
 */
export function bodiesOf(where: string, contract: BodyContract): Body[] {
  if (isSchema(contract)) return [json(contract)]
  if (isBody(contract)) return [contract]
  const isRecord = typeof contract === 'object' && contract !== null
  const entries = isRecord ? Object.entries(contract) : []
  if (entries.length === 0 || !entries.every(([type]) => type.includes('/'))) {
    const what = 'the body must be a schema, a kind of body, or an object of these by media type'
    throw wrong(where, what, contract, 'Write body: form(schema)')
  }
  return entries.map(([type, one]) => ({ ...kindOf(where, type, one), mediaTypes: [type] }))
}

function kindOf(where: string, type: string, given: unknown): Body {
  if (isSchema(given)) return json(given)
  if (isBody(given)) return given
  const what = `the body of ${type} must be a schema or a kind of body`
  throw wrong(where, what, given, 'Write form(schema)')
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && 'kind' in value && 'read' in value
}

/** Makes the reader of a contract's body. */
export function bodyReader(where: string, contract: BodyContract): BodyReader {
  const bodies = bodiesOf(where, contract)
  return async (request, gathered) => {
    const { scope } = request
    const contentType = request.headers.get('content-type')
    if (isEmpty(scope) && bodies.every(({ schema }) => schema !== undefined)) {
      return takeMissing(bodies, gathered)
    }
    const body = chosenBy(contentType, bodies, scope)
    // A stream is an async generator, which must not be awaited away.
    const value = body.kind === 'stream' ? body.read(request) : await body.read(request)
    await takeBody(body, value, gathered)
  }
}

/** Whether there is no body: neither field announces one. Over HTTP/2 it needs no announcement. */
function isEmpty({ headers, httpVersion }: HTTPScope): boolean {
  const length = contentLength(headers)
  if (length !== undefined) return length === 0
  if (indexOfName(headers, 'transfer-encoding') >= 0) return false
  return httpVersion !== '2' || indexOfName(headers, 'content-type') < 0
}

async function takeMissing([first]: readonly Body[], { values, issues }: Gathered): Promise<void> {
  if (first?.schema === undefined) return
  const result = await validate(first.schema, undefined)
  if (result.issues === undefined) values['body'] = result.value
  else issues.push(missing)
}

const missing: IssueInit = Object.freeze({ source: 'body', message: 'A body is required.' })

async function takeBody({ schema }: Body, read: unknown, gathered: Gathered): Promise<void> {
  const { values, issues } = gathered
  const [value, files] = read instanceof FormInput ? [read.value, read.files] : [read, undefined]
  if (read instanceof FormInput) issues.push(...read.issues)
  if (schema === undefined) {
    values['body'] = value
    return
  }
  const result = await validate(schema, value)
  issues.push(...issuesOf('body', result))
  if (result.issues !== undefined) return
  values['body'] = files === undefined ? result.value : { ...(result.value as object), ...files }
}
