/** The target of a proxy: the upstream's origin, and the path that is put before all others. */

import { withoutTrailingSlashes } from '../../http/urls.ts'
import { invalid } from '../../internal/checks.ts'

export interface Base {
  readonly secure: boolean
  readonly origin: string
  /** Without brackets, as a connection needs it. */
  readonly hostname: string
  readonly port: number
  /** The value of its Host field. */
  readonly authority: string
  /** Percent-encoded, without a trailing slash. */
  readonly path: string
}

/**
 * Parses the target of a proxy.
 *
 * @throws TypeError if it is not an http or https URL, or has more than a host and a path.
 */
export function readBase(target: string | URL): Base {
  const url = parse(target)
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw invalidTarget('the target must be an http or https URL', target)
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalidTarget('the target must have only a host and a path', target)
  }
  const secure = url.protocol === 'https:'
  return {
    secure,
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (secure ? 443 : 80)),
    authority: url.host,
    path: withoutTrailingSlashes(url.pathname),
  }
}

function parse(target: string | URL): URL | undefined {
  try {
    return new URL(target)
  } catch {
    return undefined
  }
}

function invalidTarget(what: string, given: string | URL): TypeError {
  return invalid('proxy', what, String(given), "Write 'http://127.0.0.1:3000/api'")
}
