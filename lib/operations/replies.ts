/** Makes a response from the value that a handler returns, by its contract. */
import { isBodyless } from '../http/status.ts'
import { invalid } from '../internal/checks.ts'
import { isThenable } from '../internal/handled.ts'
import { Response } from '../responses/response.ts'
import type { Answer } from '../routing/endpoint.ts'
import type { MergedSettings } from '../types/keys.ts'
import type { Contract } from './contract.ts'
import type { ReplySettings } from './encode.ts'
import { invalidResponse } from './invalidresponse.ts'
import { Reply, type ReplyOptions } from './reply.ts'
import { type Declared, declaredOf } from './responses.ts'
import { givesPlainJSON, type Validated, validate } from './schemas.ts'
import { type ResponseFormat, responseOf, usualResponse } from './writing.ts'

/** Makes the responses of an operation. */
export class Replies {
  readonly #where: string
  readonly #settings: ReplySettings
  readonly #byStatus: ReadonlyMap<number, ResponseFormat>
  readonly #rest: ResponseFormat | undefined
  readonly #only: number | undefined

  /**
   * @param layered The settings of the layers around the operation. The settings of the contract override them.
   * @throws TypeError if a response is invalid.
   */
  constructor(
    where: string,
    { responses, validateResponses, encode }: Contract,
    layered: MergedSettings | undefined,
  ) {
    this.#where = where
    this.#settings = {
      validates: validateResponses ?? layered?.validateResponses ?? true,
      encode: encode ?? layered?.encode,
    }
    const entries = Object.entries({ ...layered?.responses, ...responses }).filter(
      ([, given]) => given !== undefined,
    )
    const formats = entries.map(([status, given]) => formatOf(where, status, given))
    this.#byStatus = new Map(formats.map((format) => [format.status, format]))
    this.#rest = this.#byStatus.get(ANY_STATUS) ?? (responses === undefined ? ANYTHING : undefined)
    const successes = [...this.#byStatus.keys()].filter((status) => status >= 200 && status < 300)
    // Types know the contract only, so what it declares comes before what layers add.
    const own = successes.filter((status) => responses?.[status] !== undefined)
    const { length, 0: only } = own.length > 0 ? own : successes
    this.#only = length === 1 ? only : undefined
  }

  /** The declared responses by status; -1 stands for all other statuses. */
  get declared(): ReadonlyMap<number, Declared> {
    return this.#byStatus
  }

  /**
   * Returns the response for the value that a handler returned.
   *
   * @throws InvalidResponse if the value does not match its schema; TypeError if the contract does not
   * declare such a response.
   */
  answer(value: unknown): Answer | Promise<Answer> {
    if (value instanceof Reply) return this.#responseFor(value.status, value.body, value.options)
    if (value instanceof Response || typeof value === 'function') return value as Answer
    if (this.#only !== undefined) return this.#responseFor(this.#only, value, undefined)
    throw invalid(
      this.#where,
      'the handler must return a reply or a Response',
      value,
      this.#fix(value),
    )
  }

  #fix(value: unknown): string {
    if (value === undefined) return 'Add the missing return or await'
    return 'Write reply(200, body), or declare exactly one 2xx in responses'
  }

  #responseFor(
    status: number,
    body: unknown,
    options: ReplyOptions | undefined,
  ): Answer | Promise<Answer> {
    const format = this.#byStatus.get(status) ?? this.#rest
    if (format === undefined) {
      const known = [...this.#byStatus.keys()].join(', ')
      throw new TypeError(
        `${this.#where}: the contract declares the statuses ${known}, reply(${status}, …) was returned. Add ${status} to responses.`,
      )
    }
    if (format.content !== 'json' || format.schema === undefined || !this.#settings.validates)
      return this.#respond(format, status, body, options)
    const result = validate(format.schema, body)
    return isThenable(result)
      ? result.then((settled) => this.#checked(format, status, settled, options))
      : this.#checked(format, status, result, options)
  }

  #checked(
    format: ResponseFormat,
    status: number,
    result: Validated,
    options: ReplyOptions | undefined,
  ): Answer {
    if (result.issues !== undefined)
      throw invalidResponse(`${this.#where}: the body of ${status}`, result)
    return this.#respond(format, status, result.value, options)
  }

  #respond(
    format: ResponseFormat,
    status: number,
    body: unknown,
    options: ReplyOptions | undefined,
  ): Answer {
    if (format.isUsual && options === undefined) return usualResponse(format, body, this.#settings)
    const unfitting = (result: Validated): Error =>
      invalidResponse(`${this.#where}: the body of ${status}`, result)
    return responseOf({ format, status, options, settings: this.#settings, unfit: unfitting }, body)
  }
}

const ANY_STATUS = -1

/** For contracts without responses. */
const ANYTHING: ResponseFormat = {
  ...{ status: ANY_STATUS, schema: undefined, content: 'json', details: undefined },
  ...{ mediaType: 'application/json', isPlain: false, isUsual: false },
}

function formatOf(where: string, status: string, given: unknown): ResponseFormat {
  const number = status === 'default' ? ANY_STATUS : Number(status)
  if (!Number.isInteger(number) || number > 599 || (number < 200 && number !== ANY_STATUS)) {
    throw invalid(
      where,
      'a status of responses must be from 200 to 599, or default',
      status,
      'Write { 200: schema }',
    )
  }
  const declared = declaredOf(where, status, given)
  if (number !== ANY_STATUS && isBodyless(number) && declared.content !== 'none') {
    throw new TypeError(
      `${where}: a response with ${status} has no body, a schema was given. Write { ${status}: null }.`,
    )
  }
  const { content, schema, mediaType } = declared
  const isJSON = content === 'json' && schema !== undefined && mediaType === 'application/json'
  const isUsual = isJSON && number !== ANY_STATUS
  const isPlain = schema !== undefined && givesPlainJSON(schema)
  return { ...declared, status: number, isPlain, isUsual }
}
