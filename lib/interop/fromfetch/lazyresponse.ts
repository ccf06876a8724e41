/** A fetch response that is created only if code reads its body: most responses are only sent. */
import { toFetchHeaders } from '../../http/fetchheaders.ts'
import { indexOfName, isHeaderName, isHeaderValue } from '../../http/headers.ts'
import type { HeaderList } from '../../types.ts'
import { standIn } from './lazyrequest.ts'

const Real = globalThis.Response

/** A response that can be sent without creating a real one. */
interface Whole {
  readonly status: number
  readonly headers: HeaderList
  readonly body: string | null
}

const NO_FIELDS: HeaderList = Object.freeze([])

/**
 * A response with text or an empty body, a status and header fields. Any other response is real from the
 * start, so errors are thrown at once.
 */
export class LightResponse {
  readonly #status: number = 200
  readonly #statusText: string = ''
  readonly #content: string | null = null
  readonly #list: HeaderList = NO_FIELDS
  #headers: globalThis.Headers | undefined
  #real: globalThis.Response | undefined

  constructor(body?: BodyInit | null, init: ResponseInit = {}) {
    const { status = 200, statusText = '' } = init
    const isText = typeof body === 'string'
    const isLight =
      (isText && ![204, 205, 304].includes(status)) || body === undefined || body === null
    const list = isLight && isStatus(status) && statusText === '' ? listOf(init.headers) : undefined
    if (list === undefined) {
      this.#real = new Real(body, init)
      return
    }
    if (isText && indexOfName(list, 'content-type') < 0) {
      list.push('content-type', 'text/plain;charset=UTF-8')
    }
    this.#status = status
    this.#statusText = statusText
    this.#content = isText ? body : null
    this.#list = list
  }

  /** The real response, created on the first call. */
  static toReal(response: LightResponse): globalThis.Response {
    response.#real ??= new Real(response.#content, {
      status: response.#status,
      statusText: response.#statusText,
      headers: response.headers,
    })
    return response.#real
  }

  /** The response to send; undefined if the body was accessed. */
  static toWhole(response: unknown): Whole | undefined {
    if (typeof response !== 'object' || response === null || !(#list in response)) return undefined
    if (response.#real !== undefined) return undefined
    const headers = response.#headers === undefined ? response.#list : listOf(response.#headers)
    return headers && { status: response.#status, headers, body: response.#content }
  }

  get status(): number {
    return this.#real?.status ?? this.#status
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get headers(): globalThis.Headers {
    this.#headers ??= this.#real?.headers ?? toFetchHeaders(this.#list)
    return this.#headers
  }

  /** Makes a copy with the current header fields. */
  clone(): globalThis.Response {
    const real = LightResponse.toReal(this)
    return real.body === null ? this.#copy(null) : this.#copy(real.clone().body)
  }

  #copy(body: ReadableStream<Uint8Array> | null): globalThis.Response {
    const { status, statusText } = LightResponse.toReal(this)
    return new Real(body, { status, statusText, headers: this.headers })
  }
}

let prepared = false

/** Prepares the class to replace that of the runtime, static methods included. */
export function prepare(): void {
  if (prepared) return
  prepared = true
  standIn(LightResponse.prototype, Real.prototype, new Real(), LightResponse.toReal)
  Object.defineProperty(LightResponse.prototype, 'constructor', { value: LightResponse })
  Object.setPrototypeOf(LightResponse, Real)
  // Responses of `fetch` are instances too.
  Object.defineProperty(LightResponse, Symbol.hasInstance, {
    value: (value: unknown) => value instanceof Real,
  })
  Object.defineProperty(LightResponse, 'name', { value: 'Response' })
}

function isStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599
}

/** Undefined if the runtime must check the fields. */
function listOf(init: HeadersInit | undefined): string[] | undefined {
  const list: string[] = []
  if (init === undefined) return list
  if (init instanceof globalThis.Headers) {
    init.forEach((value, name) => {
      list.push(name, value)
    })
    return list
  }
  if (Symbol.iterator in init) return undefined
  for (const name of Object.keys(init)) {
    const value: unknown = init[name]
    if (typeof value !== 'string' || !isHeaderName(name) || !isHeaderValue(value)) return undefined
    if (value !== value.trim()) return undefined
    list.push(name.toLowerCase(), value)
  }
  return list
}
