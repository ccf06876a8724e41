/** Serves the requests of a browser under Playwright with an app in this process. */
import type { TestRequestOptions } from './client/options.ts'
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
 * The browser stores its own cookies and follows redirects itself. A response is passed on only when it is
 * complete, so event streams and websockets need a server.
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
  return fulfilmentOf(response)
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
