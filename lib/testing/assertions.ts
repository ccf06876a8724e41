/** Assertions about responses, for any test runner. Their errors show what was received. */
import { inTime } from '../internal/deadline.ts'

/**
 * The error of a failed assertion. Test runners show `actual` and `expected`, as for errors of `node:assert`.
 *
 * @example
 * const error = new TestAssertionError('assertStatus: the status must be 200, 404 was received.', 404, 200)
 * console.assert(error.code === 'ERR_ASSERTION')
 */
export class TestAssertionError extends Error {
  readonly code = 'ERR_ASSERTION'
  readonly operator = 'strictEqual'
  readonly generatedMessage = false
  readonly actual: unknown
  readonly expected: unknown

  constructor(message: string, actual: unknown, expected: unknown) {
    super(message)
    this.name = 'AssertionError'
    this.actual = actual
    this.expected = expected
  }
}

/**
 * Checks a status. If it differs, the error shows the beginning of the body, which often contains the reason.
 *
 * @throws TestAssertionError if the status is not one of the expected statuses.
 * @example
 * await using client = await testClient(app)
 * await assertStatus(await client.get('/users/7'), 200)
 */
export async function assertStatus(
  response: globalThis.Response,
  expected: number | readonly number[],
): Promise<void> {
  const { status } = response
  if ([expected].flat().includes(status)) return
  const wanted = [expected].flat().join(' or ')
  const what = `assertStatus: the status must be ${wanted}, ${status} was received${from(response)}.`
  throw new TestAssertionError(`${what} ${await excerpt(response)}`, status, expected)
}

/**
 * Checks a header field: its whole value, a pattern or, with null, that the field is missing.
 *
 * @throws TestAssertionError if the field does not have the expected value.
 * @example
 * const app = Route('/', () => new JSONResponse({ id: 7 }))
 * await using client = await testClient(app)
 * assertHeader(await client.get('/'), 'content-type', /json/)
 */
export function assertHeader(
  response: globalThis.Response,
  name: string,
  expected: string | RegExp | null,
): void {
  const actual = response.headers.get(name)
  const isPattern = expected instanceof RegExp
  if (isPattern ? actual !== null && matches(actual, expected) : actual === expected) return
  const rule = isPattern ? `match ${expected}` : `be ${JSON.stringify(expected)}`
  throw new TestAssertionError(
    `assertHeader: ${name} must ${rule}, ${JSON.stringify(actual)} was received${from(response)}.`,
    actual,
    isPattern ? String(expected) : expected,
  )
}

/**
 * Checks a redirect: its status and its location. The client must have `followRedirects: false`.
 *
 * @throws TestAssertionError if the response is not a redirect, or has another location.
 * @example
 * const app = Route('/old', () => new RedirectResponse('/new'))
 * await using client = await testClient(app, { followRedirects: false })
 * await assertRedirect(await client.get('/old'), '/new')
 */
export async function assertRedirect(
  response: globalThis.Response,
  location: string | RegExp,
): Promise<void> {
  await assertStatus(response, [301, 302, 303, 307, 308])
  assertHeader(response, 'location', location)
}

/**
 * Checks a text body: the whole text or a pattern.
 *
 * @returns The text.
 * @throws TestAssertionError if the body is a different text.
 * @example
 * const app = Route('/', () => new PlainTextResponse('hello'))
 * await using client = await testClient(app)
 * await assertText(await client.get('/'), 'hello')
 */
export async function assertText(
  response: globalThis.Response,
  expected: string | RegExp,
): Promise<string> {
  const actual = await response.clone().text()
  const isPattern = expected instanceof RegExp
  if (isPattern ? matches(actual, expected) : actual === expected) return actual
  const rule = isPattern ? `match ${expected}` : `be ${shortened(expected)}`
  throw new TestAssertionError(
    `assertText: the body must ${rule}, ${shortened(actual)} was received${from(response)}.`,
    actual,
    isPattern ? String(expected) : expected,
  )
}

/**
 * Checks a JSON body: its content type and the whole value.
 *
 * @returns The value.
 * @throws TestAssertionError if the body is a different value, or is not JSON.
 * @example
 * const app = Route('/', () => new JSONResponse({ id: 7 }))
 * await using client = await testClient(app)
 * await assertJSON(await client.get('/'), { id: 7 })
 */
export async function assertJSON<Value>(
  response: globalThis.Response,
  expected: Value,
): Promise<Value> {
  assertHeader(response, 'content-type', /^application\/(?:[^;]+\+)?json\b/)
  const text = await response.clone().text()
  const actual = parsed(text)
  if (actual !== text && isSame(actual, expected)) return expected
  throw new TestAssertionError(
    `assertJSON: the body must be ${shortened(JSON.stringify(expected))}, ${shortened(text)} was received${from(response)}.`,
    actual,
    expected,
  )
}

/** Whether a pattern matches. `test` of a pattern with the flag `g` goes on where its last match has ended. */
function matches(text: string, pattern: RegExp): boolean {
  return text.search(pattern) >= 0
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Whether two values have the same JSON. The order of keys does not matter. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted)
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function from({ url }: globalThis.Response): string {
  return url === '' ? '' : ` from ${url}`
}

const MOST_CHARACTERS = 500

function shortened(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
}

/** Returns the first chunk of a body. It does not wait for the whole body, because a stream may have no end. */
async function excerpt(response: globalThis.Response): Promise<string> {
  if (response.bodyUsed) return 'Its body was read before.'
  const reader = response.clone().body?.getReader()
  const first = reader && (await inTime(reader.read(), PATIENCE_MS).catch(() => undefined))
  void reader?.cancel().catch(() => {})
  if (first?.value === undefined) return 'It has no body.'
  return `Its body is ${shortened(new TextDecoder().decode(first.value))}`
}

const PATIENCE_MS = 100
