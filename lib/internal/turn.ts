/** Waits for the event loop. */

/** Lets the event loop turn. Not every runtime has `setImmediate`. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof globalThis.setImmediate === 'function') globalThis.setImmediate(resolve)
    else setTimeout(resolve)
  })
}
