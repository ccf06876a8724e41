/** Reports the durations of the parts of a request to the browser's developer tools. */

import { changeStart, type StartChange } from '../authoring/changestart.ts'
import { withHeaders } from '../http/fieldlists.ts'
import { isHeaderName } from '../http/headers.ts'
import { named } from '../internal/apps.ts'
import { checkFunction } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { brand } from '../types/brand.ts'
import type { ConnectionScope, HTTPScope, Middleware } from '../types.ts'

export interface ServerTimingOptions {
  /** The name of the time until the response started ('total'), or false to omit it. */
  total?: string | false
  /**
   * Returns whether the response has the times (all do). Times can reveal secrets, for example whether
   * something was found, or how long a comparison took.
   */
  show?: (scope: HTTPScope) => boolean
}

/**
 * Adds `Server-Timing` with the time until the response started and the times that the app measured,
 * to error responses too.
 *
 * @throws TypeError if `total` or `show` is invalid.
 * @example
 * Route('/', async (request) => {
 *   const answer = await timingsOf(request).measure('upstream', () => fetch(upstream))
 *   return new PlainTextResponse(await answer.text())
 * }, { middleware: [serverTiming({ show: ({ client }) => client?.host === '127.0.0.1' })] })
 */
export function serverTiming(options: ServerTimingOptions = {}): Middleware {
  knownOptions('serverTiming', options, 'total show')
  const { total = 'total', show = () => true } = options
  assertOptions(total, show)
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' || !show(scope)) return app(scope, receive, send)
    const started = performance.now()
    const timings = timingsOf({ scope })
    const add: StartChange = (message) => {
      if (total !== false) timings.add(total, performance.now() - started)
      const field = timings.toString()
      if (field === '') return message
      return withHeaders(message, [...message.headers, 'server-timing', field])
    }
    return app(scope, receive, changeStart(send, add))
  }
  return named('serverTiming', middleware)
}

/**
 * Returns the timings of a request. Without `serverTiming()` they are recorded but not sent.
 *
 * @example
 * timingsOf(request).add('db', 12.3, 'two queries')
 */
export function timingsOf({ scope }: { readonly scope: ConnectionScope }): Timings {
  scope.state ??= {}
  const present = scope.state['serverTiming']
  if (present instanceof Timings) return present
  const timings = new Timings()
  scope.state['serverTiming'] = timings
  return timings
}

/** The maximum number of timings that one response sends. */
const MOST = 50

/** The timings of one response. */
export class Timings {
  static {
    brand(Timings, 'Timings')
  }

  readonly #fields: string[] = []

  /**
   * Records a time in milliseconds. Times that are added after the start of the response are not sent.
   *
   * @throws TypeError if the name is not a token, or the time is not a number.
   */
  add(name: string, ms: number, description?: string): void {
    assertName(name)
    if (!(ms >= 0)) {
      throw new TypeError(
        `serverTiming: a time is a number of milliseconds, ${ms} was given for ${name}. Measure it by performance.now().`,
      )
    }
    if (this.#fields.length >= MOST) return
    const text = description === undefined ? '' : `;desc="${quotable(description)}"`
    this.#fields.push(`${name};dur=${ms.toFixed(1)}${text}`)
  }

  /** Runs a function and records its duration, whether or not it succeeds. */
  async measure<Result>(
    name: string,
    work: () => Result | Promise<Result>,
    description?: string,
  ): Promise<Result> {
    const started = performance.now()
    try {
      return await work()
    } finally {
      this.add(name, performance.now() - started, description)
    }
  }

  /** The value of `Server-Timing`. */
  toString(): string {
    return this.#fields.join(', ')
  }
}

function assertOptions(total: string | false, show: unknown): void {
  if (total !== false) assertName(total)
  checkFunction('serverTiming', 'show', show, 'Write (scope) => true')
}

function assertName(name: string): void {
  if (typeof name === 'string' && isHeaderName(name)) return
  throw new TypeError(
    `serverTiming: a name is made of letters, digits and !#$%&'*+-.^_\`|~ only, ${JSON.stringify(name)} was given. Put other text into the description.`,
  )
}

/** Removes characters that a quoted string cannot contain. */
function quotable(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, '').slice(0, 100)
}
