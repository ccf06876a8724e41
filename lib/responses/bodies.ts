/** Responses whose whole body is known: text, HTML, JSON, and the redirect, which has none. */

import type { HTML } from '../html.ts'
import { encodeText } from '../internal/bytes.ts'
import { isOf } from '../types/brand.ts'
import { Response, type ResponseOptions } from './response.ts'

/**
 * Text as it is.
 *
 * @example
 * new PlainTextResponse('hello')
 */
export class PlainTextResponse extends Response {
  static override readonly optionNames: string = 'status headers mediaType background'

  static override readonly mediaType: string = 'text/plain'
}

/**
 * HTML as it is; escape what is not yours, or use the `html` tag, which does.
 *
 * @throws TypeError for a template that still waits for something: send it by StreamingResponse.
 * @example
 * new HTMLResponse('<h1>hello</h1>', { status: 201 })
 */
export class HTMLResponse extends Response<string | Uint8Array | HTML | null | undefined> {
  static override readonly optionNames: string = 'status headers mediaType background'

  static override readonly mediaType: string = 'text/html'

  override render(content: string | Uint8Array | HTML | null | undefined): Uint8Array {
    return super.render(isOf<HTML>(content, 'HTML') ? content.toString() : content)
  }
}

/**
 * A value as compact JSON, by the rules of `JSON.stringify`.
 *
 * @throws TypeError for a value that has no JSON: undefined, a function, a bigint, a cycle.
 * @example
 * new JSONResponse({ id: 7 })
 */
export class JSONResponse extends Response<unknown> {
  static override readonly optionNames: string = 'status headers mediaType background'

  static override readonly mediaType: string = 'application/json'

  override render(content: unknown): Uint8Array {
    const text: string | undefined = JSON.stringify(content)
    if (text !== undefined) return encodeText(text)
    throw new TypeError(
      `JSONResponse: the content must have a JSON form, ${typeof content} was given. Pass null for "nothing".`,
    )
  }
}

export interface RedirectOptions extends Omit<ResponseOptions, 'mediaType'> {
  /** 201 or 300 to 399 (307, which repeats the method and body). */
  status?: number
}

/**
 * Sends the client to another URL; what cannot stand in one is percent-encoded.
 *
 * Check where a URL leads that came from the client: `//evil.example` is a URL too.
 *
 * @throws RangeError for a status that redirects nowhere.
 * @example
 * new RedirectResponse(request.urlFor('login'), { status: 303 })
 */
export class RedirectResponse extends Response<null> {
  static override readonly optionNames: string = 'status headers background'

  constructor(url: URL | string, options: RedirectOptions = {}) {
    const { status = 307 } = options
    if (status !== 201 && (status < 300 || status > 399)) {
      throw new RangeError(
        `RedirectResponse: the status must be from 300 to 399, or 201, ${status} was given. Use 303 after a form, 308 for good.`,
      )
    }
    super(null, { ...options, status })
    this.headers.set('location', encodeLocation(String(url)))
  }
}

/** Where a URL names a host: in a scheme that has one, or in the form `//host`. */
const WITH_HOST = /^(?:(?:https?|wss?|ftp|file):|\/\/)[^?#]*/i

/**
 * Percent-encodes all but the characters of a URL; `%` is taken as written on purpose.
 *
 * URL parsers read a backslash before the query as a slash. It is written as one next to a host, so
 * that the host stays the one that was checked: `http://good\@evil` is on "good", and encoded would
 * be on "evil" (CVE-2024-29041). In a mere path it is encoded, since `/\evil` must not become a host.
 */
function encodeLocation(url: string): string {
  const plain = url.replace(WITH_HOST, (start) => start.replaceAll('\\', '/'))
  const encoded = encodeURI(plain.toWellFormed())
  return encoded.replaceAll('%5B', '[').replaceAll('%5D', ']').replaceAll('%25', '%')
}
