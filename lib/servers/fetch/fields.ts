/** The fields of a fetch request, read as strictly as those of a connection. */
import { isAuthority } from '../../http/hosts.ts'
import type { HeaderList } from '../../types.ts'

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Z]+$/

/**
 * The fields, names in lower case; or undefined for a request that must not reach an app.
 *
 * The host of the URL is the one that counts (RFC 9112 section 3.2.2). A Host field that says the same
 * in other letters stays as it is.
 *
 * @param authority The host and port of the URL.
 */
export function readFields(request: globalThis.Request, authority: string): HeaderList | undefined {
  const { method } = request
  if (!METHOD.test(method) || !isAuthority(authority)) return undefined
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
  // A body whose length is not known, as it would be sent.
  if (!hasLength && mayHaveBody(method) && request.body !== null)
    list.push('transfer-encoding', 'chunked')
  return list
}

/** Asking for the body makes a stream of it, which takes time; fetch knows none for these. */
function mayHaveBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** URLs have host names in lower case, and leave out the port that their scheme has by itself. */
function isSame(host: string, authority: string): boolean {
  return withoutPort(host.toLowerCase()) === withoutPort(authority.toLowerCase())
}

function withoutPort(host: string): string {
  return host.replace(/:(?:80|443)?$/, '')
}
