/** Responses with a known body: text, HTML and JSON; and redirects, which have no body. */

import type { HTML } from '../html.ts'
import { encodeText } from '../internal/bytes.ts'
import { invalid, outOfRange } from '../internal/checks.ts'
import { isThenable } from '../internal/handled.ts'
import { isOf } from '../types/brand.ts'
import { Response, type ResponseOptions } from './response.ts'

/**
 * Plain text.
 *
 * @example
 * new PlainTextResponse('hello')
 */
export class PlainTextResponse extends Response {
  static override readonly optionNames: string = 'status headers mediaType background'

  static override readonly mediaType: string = 'text/plain'
}

/**
 * HTML. Escape text from users, or use the `html` tag, which escapes it.
 *
 * @throws TypeError if a template contains pending values: send it by StreamingResponse.
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
 * @throws TypeError if the value has no JSON form: undefined, a function, a bigint, a cycle, a promise.
 * @example
 * new JSONResponse({ id: 7 })
 */
export class JSONResponse extends Response<unknown> {
  static override readonly optionNames: string = 'status headers mediaType background'

  static override readonly mediaType: string = 'application/json'

  override render(content: unknown): Uint8Array {
    // A promise would become {}.
    const text: string | undefined = isThenable(content) ? undefined : JSON.stringify(content)
    if (text !== undefined) return encodeText(text)
    const what = 'the content must have a JSON form'
    throw invalid('JSONResponse', what, content, 'Await promises, pass null for "nothing"')
  }
}

export interface RedirectOptions extends Omit<ResponseOptions, 'mediaType'> {
  /** 201 or 300 to 399 (307, after which clients repeat the method and body). */
  status?: number
}

/**
 * Redirects the client to a URL; characters that are invalid in URLs are percent-encoded.
 *
 * Check the target of a URL that came from the client: `//evil.example` is a URL too.
 *
 * @throws RangeError if the status is not a redirect status, TypeError if there is no URL.
 * @example
 * new RedirectResponse(request.urlFor('login'), { status: 303 })
 */
export class RedirectResponse extends Response<null> {
  static override readonly optionNames: string = 'status headers background'

  constructor(url: URL | string, options: RedirectOptions = {}) {
    const { status = 307 } = options
    if (status !== 201 && (status < 300 || status > 399)) {
      const what = 'the status must be from 300 to 399, or 201'
      throw outOfRange('RedirectResponse', what, status, 'Use 303 after a form, 308 for good')
    }
    if (url == null) throw invalid('RedirectResponse', 'it needs a URL', url, "Write '/' or a URL")
    super(null, { ...options, status })
    this.headers.set('location', encodeLocation(String(url)))
  }
}

/** The part of a URL that names a host: after a scheme that has one, or after `//`. */
const WITH_HOST = /^(?:(?:https?|wss?|ftp|file):|\/\/)[^?#]*/i

/**
 * Percent-encodes all characters that are invalid in a URL, but not `%`.
 *
 * URL parsers read a backslash before the query as a slash. After a host it is written as a slash, because
 * the host must not change: `http://good\@evil` is on "good", but would be on "evil" if the backslash were
 * encoded (CVE-2024-29041). In a path without a host it is encoded: `/\evil` must not become a host.
 */
function encodeLocation(url: string): string {
  const plain = url.replace(WITH_HOST, (start) => start.replaceAll('\\', '/'))
  const encoded = encodeURI(plain.toWellFormed())
  return encoded.replaceAll('%5B', '[').replaceAll('%5D', ']').replaceAll('%25', '%')
}
