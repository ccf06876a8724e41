/** The only place where an Authorization field is interpreted (RFC 9110 section 11.6.2). */
import type { Headers } from '../http/headers.ts'

/** The credentials are invalid, or ambiguous because there are two. */
export class MalformedCredentials extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MalformedCredentials'
  }
}

const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/

/**
 * Returns the credentials of a scheme, whose name is case-insensitive. Returns null if there is no field,
 * or it has another scheme.
 *
 * @throws MalformedCredentials if there are several fields, or the credentials are not a `token68`.
 */
export function credentialsOf(headers: Headers, scheme: string): string | null {
  const fields = headers.getAll('authorization')
  if (fields.length > 1) throw new MalformedCredentials('There are several Authorization fields.')
  const [field = ''] = fields
  const space = field.indexOf(' ')
  const name = space < 0 ? field : field.slice(0, space)
  if (name.toLowerCase() !== scheme.toLowerCase()) return null
  const credentials = space < 0 ? '' : field.slice(space).replace(/^ +/, '')
  if (TOKEN68.test(credentials)) return credentials
  throw new MalformedCredentials('The credentials cannot be read.')
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
// Name and password must not contain control characters (RFC 7617 section 2).
const CONTROL = /[\0-\x1f\x7f]/

interface UserPassword {
  readonly username: string
  readonly password: string
}

/**
 * Returns the name and the password of basic authentication, decoded as UTF-8 and normalised to NFC (RFC
 * 7617). A password may contain colons.
 *
 * @throws MalformedCredentials if they are invalid.
 */
export function userPassword(credentials: string): UserPassword {
  const text = decodeBase64(credentials)?.normalize('NFC') ?? ''
  const colon = text.indexOf(':')
  if (colon < 0 || CONTROL.test(text)) {
    throw new MalformedCredentials('The credentials cannot be read.')
  }
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

function decodeBase64(text: string): string | undefined {
  if (!BASE64.test(text)) return undefined
  try {
    return strict.decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)))
  } catch {
    return undefined
  }
}
