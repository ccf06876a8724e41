/** Decides when a response may get a `Cache-Control` field. */
import type { HeaderList, HTTPResponseStartMessage } from '../types.ts'
import { indexOfName } from './headers.ts'

/** Whether the response has its own caching field. */
export function hasCacheField(headers: HeaderList): boolean {
  return indexOfName(headers, 'cache-control') >= 0 || indexOfName(headers, 'expires') >= 0
}

/** Whether the field keeps the cookies of a response, if it sets any, out of shared caches. */
export function protectsCookies(headers: HeaderList, isPrivate: boolean): boolean {
  return isPrivate || indexOfName(headers, 'set-cookie') < 0
}

/** Whether a response may get this value of `Cache-Control`: only a success or a 304 may. */
export function mayAddCacheField(
  { status, headers }: HTTPResponseStartMessage,
  value: string,
): boolean {
  if (status >= 300 && status !== 304) return false
  const isPrivate = /(?:^|[\s,])(?:private|no-store)(?:$|[\s,])/i.test(value)
  return !hasCacheField(headers) && protectsCookies(headers, isPrivate)
}
