/** Reads the body of a request: its content type selects one of the bodies of the contract. */

import { assertUnencoded } from '../exceptions/common.ts'
import type { IssueInit } from '../exceptions/issues.ts'
import { contentLength, indexOfName } from '../http/headers.ts'
import { mediaTypeOf } from '../http/mediatypes.ts'
import { invalid } from '../internal/checks.ts'
import { isThenable } from '../internal/handled.ts'
import type { Request } from '../requests.ts'
import type { HTTPScope } from '../types.ts'
import { type Body, type BodyContract, json } from './bodies.ts'
import { chosenBy } from './contenttypes.ts'
import { FormInput } from './formbodies.ts'
import type { GatheredInputs } from './inputs.ts'
import { issuesOf } from './issues.ts'
import { isSchema, type Validated, validate } from './schemas.ts'

/**
 * Returns the kinds of bodies of a contract.
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
    throw invalid(where, what, contract, 'Write body: form(schema)')
  }
  return entries.map(([type, one]) => ({ ...kindOf(where, type, one), mediaTypes: [type] }))
}

function kindOf(where: string, type: string, given: unknown): Body {
  if (isSchema(given)) return json(given)
  if (isBody(given)) return given
  const what = `the body of ${type} must be a schema or a kind of body`
  throw invalid(where, what, given, 'Write form(schema)')
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && 'kind' in value && 'read' in value
}

/**
 * Reads the bodies of an operation. The caller runs its steps, and awaits only the bytes and async schemas.
 */
export class BodyReader {
  readonly #bodies: readonly Body[]
  readonly #needsOne: boolean
  /** Most requests have the same content type, so the last result is kept and not parsed again. */
  #lastType: string | null | undefined
  #lastBody: Body | undefined

  /** @throws TypeError if one of the bodies of the contract is neither a schema nor a kind of body. */
  constructor(where: string, contract: BodyContract) {
    this.#bodies = bodiesOf(where, contract)
    this.#needsOne = this.#bodies.every(({ schema }) => schema !== undefined)
  }

  /**
   * Returns the kind of body of a request; undefined if the body is missing but required.
   *
   * @throws HTTPException 415 if the contract has no such content type, or if the body has a schema but
   * is compressed.
   */
  bodyOf({ scope, headers }: Request<never, never>): Body | undefined {
    const contentType = headers.get('content-type')
    if (this.#needsOne && isEmpty(scope) && !this.#mayBeEmpty(mediaTypeOf(contentType)))
      return undefined
    if (contentType !== this.#lastType || this.#lastBody === undefined) {
      this.#lastBody = chosenBy(contentType, this.#bodies, scope)
      this.#lastType = contentType
    }
    const { schema } = this.#lastBody
    if (schema !== undefined) assertUnencoded(headers.get('content-encoding'))
    return this.#lastBody
  }

  /** Whether no bytes are a body: a text, or a form in which nothing is checked. */
  #mayBeEmpty(type: string): boolean {
    return this.#bodies.some(
      ({ kind, mediaTypes }) => /^(form|text)$/.test(kind) && mediaTypes.includes(type),
    )
  }

  /** Handles a request without a body: the schema validates `undefined`. */
  async takeNone(gathered: GatheredInputs): Promise<void> {
    const [first] = this.#bodies
    if (first?.schema === undefined) return
    const result = await validate(first.schema, undefined)
    const isMissing = result.issues !== undefined || needsFile(first)
    if (isMissing) gathered.issues.push(missing)
    else settle(result, noFiles(first), gathered)
  }

  /** Validates a body and adds it to the inputs. Returns a promise if the schema is async. */
  take({ schema }: Body, read: unknown, gathered: GatheredInputs): Promise<void> | undefined {
    const isForm = read instanceof FormInput
    if (isForm) gathered.issues.push(...read.issues)
    const value = isForm ? read.value : read
    const files = isForm ? read.files : undefined
    if (schema === undefined) {
      gathered.values['body'] = value
      return undefined
    }
    const result = validate(schema, value)
    if (isThenable(result)) return result.then((settled) => settle(settled, files, gathered))
    settle(result, files, gathered)
    return undefined
  }
}

function settle(
  result: Validated,
  files: object | undefined,
  { values, issues }: GatheredInputs,
): void {
  if (result.issues !== undefined) issues.push(...issuesOf('body', result))
  // Without files the value is kept, because it may be of any type.
  else if (Object.keys(files ?? {}).length === 0) values['body'] = result.value
  else {
    // A copy, because the value may be frozen, or used for other requests too.
    const whole: unknown = Object(result.value)
    const own = Object.getOwnPropertyDescriptors(whole)
    const added = Object.getOwnPropertyDescriptors(files)
    values['body'] = Object.create(Object.getPrototypeOf(whole), { ...own, ...added })
  }
}

function noFiles({ files = {} }: Body): object {
  const none = Object.entries(files).map(([name, { many }]) => [name, many ? [] : undefined])
  return Object.fromEntries(none)
}

/** Whether a form without any file is refused. */
export function needsFile({ files = {} }: Body): boolean {
  return Object.values(files).some(({ optional, many }) => !optional && !many)
}

const missing: IssueInit = Object.freeze({ source: 'body', message: 'A body is required.' })

/**
 * Whether there is no body: neither Content-Length nor Transfer-Encoding announces one. HTTP/2 needs
 * neither field, so there the content type decides.
 */
function isEmpty({ headers, httpVersion }: HTTPScope): boolean {
  const length = contentLength(headers)
  if (length !== undefined) return length === 0
  if (indexOfName(headers, 'transfer-encoding') >= 0) return false
  return httpVersion !== '2' || indexOfName(headers, 'content-type') < 0
}
