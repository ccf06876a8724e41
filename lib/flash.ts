/** Messages for the visitor that outlive a redirect: kept in the session until they are read. */
import type { Connection } from './connections.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { must } from './internal/must.ts'
import type { TemplateContext } from './templating.ts'

/** A message for the visitor. */
export interface Flash {
  readonly message: string
  /** What kind of message it is, such as a CSS class ('info'). */
  readonly category: string
}

export interface FlashOptions {
  /** What kind of message it is ('info'). */
  category?: string
}

/** Where the session has them. */
const KEY = '_flashes'

/** A client that is never shown its messages must not fill its session. */
const MOST = 50

/**
 * Keeps a message for the next page that reads `flashes()`, after any number of redirects. The last 50 are
 * kept.
 *
 * @throws TypeError if the message or an option is not text, or if there is no `sessions()`.
 * @throws RangeError if the session is stored in a cookie that has no room for it.
 * @example
 * const saved = Route('/save', { post: (request) => {
 *   flash(request, 'Your changes were saved.', { category: 'success' })
 *   return new RedirectResponse('/', { status: 303 })
 * } })
 */
export function flash(
  connection: Connection<unknown, unknown>,
  message: string,
  options: FlashOptions = {},
): void {
  knownOptions('flash', options, 'category')
  const { category = 'info' } = options
  must('flash', typeof message === 'string', 'a message must be text', message, 'Pass its text')
  const isText = typeof category === 'string'
  must('flash', isText, 'a category must be text', category, "Write { category: 'error' }")
  const { data } = connection.session
  data[KEY] = [...stored(data[KEY]), { message, category }].slice(-MOST)
}

/**
 * Takes the messages out of the session, oldest first.
 *
 * Call it before the response starts: a session is saved then. A page that is streamed calls it first.
 *
 * @throws TypeError if there is no `sessions()`.
 * @example
 * const home = Route('/', (request) =>
 *   new HTMLResponse(html`${flashes(request).map(({ category, message }) =>
 *     html`<p class="${category}">${message}</p>`)}`),
 * )
 */
export function flashes(
  connection: Connection<unknown, unknown>,
  options: FlashOptions = {},
): readonly Flash[] {
  knownOptions('flashes', options, 'category')
  const { data } = connection.session
  const all = stored(data[KEY])
  const { category } = options
  const isTaken = (one: Flash): boolean => category === undefined || one.category === category
  const left = all.filter((one) => !isTaken(one))
  if (left.length === all.length) return []
  if (left.length === 0) delete data[KEY]
  else data[KEY] = left
  return all.filter(isTaken)
}

/**
 * A context processor for `templates()`: templates see `flashes()`, and `flashes(category)`, which take
 * the messages when they are called.
 *
 * @example
 * const page = templates({ render: (name) => name }, { contextProcessors: [flashContext] })
 */
export function flashContext(connection: Connection<unknown, unknown>): TemplateContext {
  return {
    flashes: (category?: unknown) =>
      flashes(connection, typeof category === 'string' ? { category } : {}),
  }
}

/** The data of a session may be older than this code. */
function stored(value: unknown): readonly Flash[] {
  return Array.isArray(value) ? value.filter(isFlash) : []
}

function isFlash(value: unknown): value is Flash {
  const { message, category } = (value ?? {}) as Partial<Record<keyof Flash, unknown>>
  return typeof message === 'string' && typeof category === 'string'
}
