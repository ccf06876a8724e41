/** Makes the responses of fetch handlers cheap, on Node. */
import { LightResponse, prepare } from './fromfetch/lazyresponse.ts'

/**
 * Puts a class that is a quarter of the price in the place of `globalThis.Response`, for all of the
 * process; gives a function that puts the other back. The servers of Hono and h3 do the same.
 *
 * Making a response of Node's takes longer than all the rest of a small exchange. This one is made when
 * somebody looks into its body; `fromFetch` sends it without. It is taken for a real one, and those of
 * `fetch` for one of these. Only what looks at the insides of the class, such as
 * `WebAssembly.compileStreaming`, wants what `fetch` gives.
 *
 * @example
 * const restore = installLightResponse()
 * await new globalThis.Response('hello').text() // 'hello'
 * restore()
 */
export function installLightResponse(): () => void {
  prepare()
  const before = globalThis.Response
  // By its prototype, its delegates and its static methods it is one.
  globalThis.Response = LightResponse as unknown as typeof globalThis.Response
  return () => {
    globalThis.Response = before
  }
}
