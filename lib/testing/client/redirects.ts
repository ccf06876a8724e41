/** Follows redirects. */
import { Headers } from '../../http/headers.ts'
import { isStream } from './bodies.ts'
import type { TestRequestOptions } from './options.ts'

/** The location to which a response redirects, or null. */
export function locationOf({ status, headers }: globalThis.Response): string | null {
  return [301, 302, 303, 307, 308].includes(status) ? headers.get('location') : null
}

/** Whether the redirected request is a GET, as in browsers (Fetch, section 4.4 step 12). */
export function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}

/** @throws Error for a location where no app of a test could be, such as that of a mobile app. */
export function targetOf(location: string, from: URL): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url
  throw new Error(
    `testClient: the redirect to ${JSON.stringify(location)} cannot be followed. Pass followRedirects: false.`,
  )
}

/** Returns the options of the redirected request: no body for a GET, no credentials for another origin. */
export function redirectOptions(
  { body, json, headers, ...rest }: TestRequestOptions,
  dropsBody: boolean,
  isSameOrigin: boolean,
): TestRequestOptions {
  const kept = Headers.from(headers)
  if (dropsBody) for (const name of OF_BODIES) kept.delete(name)
  if (!isSameOrigin) for (const name of OF_ORIGINS) kept.delete(name)
  if (dropsBody) return { ...rest, headers: kept }
  if (isStream(body)) {
    throw new TypeError(
      'testClient: the redirect repeats the body, but a stream was given. Pass followRedirects: false, or a whole body.',
    )
  }
  return { ...rest, headers: kept, ...(body === undefined ? {} : { body }), json }
}

const OF_BODIES = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding']
const OF_ORIGINS = ['authorization', 'cookie', 'host']
