/** Makes responses of fetch handlers cheaper on Node. */
import { LightResponse, prepare } from './fromfetch/lazyresponse.ts'

/**
 * Replaces `globalThis.Response` in the whole process with a class that takes a quarter of the time. Returns
 * a function that restores it. The servers of Hono and h3 do the same.
 *
 * Creating a response in Node takes longer than the rest of a small exchange. This class creates the real one
 * only if code reads its body; `fromFetch` sends it without. Both kinds pass `instanceof`. Only code that
 * needs the internals of the class, such as `WebAssembly.compileStreaming`, requires a response from `fetch`.
 *
 * @example
 * const restore = installLightResponse()
 * await new globalThis.Response('hello').text() // 'hello'
 * restore()
 */
export function installLightResponse(): () => void {
  prepare()
  const before = globalThis.Response
  // Its prototype, delegates and static methods make it a Response.
  globalThis.Response = LightResponse as unknown as typeof globalThis.Response
  return () => {
    globalThis.Response = before
  }
}
