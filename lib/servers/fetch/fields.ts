/** The fields of a fetch request, read as strictly as those of a connection. */
import { isAuthority } from '../../http/hosts.ts'
import type { HeaderList } from '../../types.ts'

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Z]+$/

/**
 * Returns the fields with names in lower case, or undefined for a request that must not reach an app.
 *
 * The host of the URL is used (RFC 9112 section 3.2.2). A Host field that differs only in case, or in the
 * default port, is kept.
 *
 * @param authority The host and port of the URL, or '' if it has none, as for HTTP/1.0 without a Host field on Bun.
 */
export function readFields(request: globalThis.Request, authority: string): HeaderList | undefined {
  const { method } = request
  if (!METHOD.test(method) || (authority && !isAuthority(authority))) return undefined
  const list: string[] = ['host', authority]
  let host = authority
  let hasLength = false
  request.headers.forEach((value, name) => {
    if (name === 'host') host = value
    else list.push(name, value)
    if (name === 'content-length' || name === 'transfer-encoding') hasLength = true
  })
  if (host !== authority && host !== '') {
    if (!isAuthority(host)) return undefined
    if (isSame(host, authority)) list[1] = host
  }
  // A body of unknown length is declared as it would be on a connection.
  if (!hasLength && mayHaveBody(method) && request.body !== null)
    list.push('transfer-encoding', 'chunked')
  return list
}

/**
 * Whether the method may have a body. Reading `request.body` creates a stream, which takes time; in fetch,
 * GET and HEAD have no body.
 */
function mayHaveBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** Whether two hosts are equal. URLs have host names in lower case, without the default port. */
function isSame(host: string, authority: string): boolean {
  return withoutPort(host.toLowerCase()) === withoutPort(authority.toLowerCase())
}

function withoutPort(host: string): string {
  return host.replace(/:(?:80|443)?$/, '')
}
