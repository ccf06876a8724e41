/** Serves the requests of a browser under Playwright with an app in this process. */
import type { TestRequestOptions } from './client/options.ts'
import { becomesGet } from './client/redirects.ts'
import type { TestResponse } from './client/wire.ts'

/** The part of a `Route` of Playwright that is used. */
export interface PlaywrightRoute {
  request(): {
    method(): string
    url(): string
    allHeaders(): Promise<Record<string, string>>
    postDataBuffer(): Buffer | null
  }
  fulfill(response: {
    status: number
    headers: Record<string, string>
    body: Buffer
  }): Promise<unknown>
  abort(): Promise<unknown>
}

/** The part of a test client that is used. */
interface Requesting {
  request(method: string, url: string | URL, options?: TestRequestOptions): Promise<TestResponse>
}

/**
 * Returns a handler for `page.route` of Playwright: the app of a test client answers the browser, without a
 * port.
 *
 * The browser stores its own cookies. Playwright passes no request on that follows a redirect, so a page goes
 * on by the field `Refresh`; redirects of fetch need a server. A response is passed on only when it is complete,
 * so event streams and websockets need a server too.
 *
 * @example
 * await using client = await testClient(app)
 * const handler = playwrightRoute(client)
 * // await page.route('http://testserver/**', handler)
 */
export function playwrightRoute(client: Requesting): (route: PlaywrightRoute) => Promise<void> {
  return async (route) => {
    try {
      await route.fulfill(await answerRoute(client, route))
    } catch (error) {
      await route.abort()
      throw error
    }
  }
}

async function answerRoute(
  client: Requesting,
  route: PlaywrightRoute,
): ReturnType<typeof fulfilmentOf> {
  const request = route.request()
  const fields = Object.entries(await request.allHeaders())
  const data = request.postDataBuffer()
  const response = await client.request(request.method(), request.url(), {
    headers: fields.filter(([name]) => !name.startsWith(':')),
    body: data && new Uint8Array(data),
    followRedirects: false,
    cookies: false,
  })
  const answer = await fulfilmentOf(response)
  const { location, ...headers } = answer.headers
  const isPage = fields.some(([name, value]) => name === 'accept' && value.includes('text/html'))
  const isGet = request.method() === 'GET' || becomesGet(request.method(), response.status)
  const isRedirect = [301, 302, 303, 307, 308].includes(response.status)
  if (location === undefined || !isPage || !isGet || !isRedirect) return answer
  return { ...answer, status: 200, headers: { ...headers, refresh: `0;url=${location}` } }
}

async function fulfilmentOf(
  response: TestResponse,
): Promise<Parameters<PlaywrightRoute['fulfill']>[0]> {
  const headers = Object.fromEntries(response.headers)
  const cookies = response.headers.getSetCookie()
  // Playwright takes several values of one name on separate lines.
  if (cookies.length > 0) headers['set-cookie'] = cookies.join('\n')
  const body = globalThis.Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers, body }
}
