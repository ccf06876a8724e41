/** Runs in the thread of Node's module hooks, and reports each module that is loaded. */
import type { MessagePort } from 'node:worker_threads'

let port: MessagePort | undefined

/** Called by Node with the data that was passed to `register`. */
export function initialize(data: MessagePort): void {
  port = data
}

/** Called by Node for each module. */
export function load(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => unknown,
): unknown {
  port?.postMessage(url)
  return next(url, context)
}
