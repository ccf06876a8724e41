/** Messages for the user that are kept in the session until they are read, also after a redirect. */
import type { Connection } from './connections.ts'
import { check } from './internal/checks.ts'
import { knownOptions } from './internal/knownoptions.ts'
import type { TemplateContext } from './templating.ts'

/** A message for the user. */
export interface Flash {
  readonly message: string
  /** The kind of message, such as a CSS class ('info'). */
  readonly category: string
}

export interface FlashOptions {
  /** The kind of message ('info'). */
  category?: string
}

/** The key of the messages in the session. */
const KEY = '_flashes'

/** The maximum number of messages. Without it a client that never reads them could fill its session. */
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
  check('flash', typeof message === 'string', 'a message must be text', message, 'Pass its text')
  const isText = typeof category === 'string'
  check('flash', isText, 'a category must be text', category, "Write { category: 'error' }")
  const { data } = connection.session
  data[KEY] = [...storedMessages(data[KEY]), { message, category }].slice(-MOST)
}

/**
 * Returns the messages, oldest first, and removes them from the session.
 *
 * Call it before the response starts, because the session is saved then. For a streamed page call it
 * before streaming.
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
  const all = storedMessages(data[KEY])
  const { category } = options
  const isTaken = (one: Flash): boolean => category === undefined || one.category === category
  const left = all.filter((one) => !isTaken(one))
  if (left.length === all.length) return []
  if (left.length === 0) delete data[KEY]
  else data[KEY] = left
  return all.filter(isTaken)
}

/**
 * A context processor for `templates()`. It gives templates the function `flashes(category)`, which
 * returns and removes the messages, all or those of a category.
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

/** Whether the value is a message. The data of a session may have been written by another version. */
function storedMessages(value: unknown): readonly Flash[] {
  return Array.isArray(value) ? value.filter(isFlash) : []
}

function isFlash(value: unknown): value is Flash {
  const { message, category } = (value ?? {}) as Partial<Record<keyof Flash, unknown>>
  return typeof message === 'string' && typeof category === 'string'
}
