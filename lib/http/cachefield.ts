/** When a response may be given a `Cache-Control` field. */
import type { HeaderList, HTTPResponseStartMessage } from '../types.ts'
import { indexOfName } from './headers.ts'

/** Whether the response itself says how long it may be stored. */
export function saysCaching(headers: HeaderList): boolean {
  return indexOfName(headers, 'cache-control') >= 0 || indexOfName(headers, 'expires') >= 0
}

/** Whether a field may go with the cookies of a response: not if shared caches would store those. */
export function suitsCookies(headers: HeaderList, isPrivate: boolean): boolean {
  return isPrivate || indexOfName(headers, 'set-cookie') < 0
}

/** Whether a success, or a 304, takes this value of `Cache-Control`. */
export function takesCacheField(
  { status, headers }: HTTPResponseStartMessage,
  value: string,
): boolean {
  if (status >= 300 && status !== 304) return false
  const isPrivate = /(?:^|[\s,])(?:private|no-store)(?:$|[\s,])/i.test(value)
  return !saysCaching(headers) && suitsCookies(headers, isPrivate)
}
