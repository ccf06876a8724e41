// What tests run in threads.
import { threadId } from 'node:worker_threads'

export function add({ a, b }: { readonly a: number; readonly b: number }): number {
  return a + b
}

export async function thread(_input: null): Promise<number> {
  return threadId
}

/** Keeps its thread busy. */
export function block(ms: number): number {
  const end = Date.now() + ms
  while (Date.now() < end);
  return ms
}

export function fail(what: string): never {
  throw new RangeError(`no ${what}`)
}

export function size(bytes: Uint8Array): number {
  return bytes.byteLength
}

/** No function, so not callable. */
export const version = 1
