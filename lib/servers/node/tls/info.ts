/** What scopes tell of a TLS connection: the extension `tls` of ASGI. */
import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Extensions, TLSExtension } from '../../../types.ts'
import { suiteNumber, versionNumber } from './ciphers.ts'

/** More certificates than that are no chain. */
const LONGEST_CHAIN = 16

/**
 * Certificates are asked for when they are read: they are parsed anew each time, and few apps look at
 * them. A connection that has closed has none.
 */
class ConnectionTLS implements TLSExtension {
  readonly tlsVersion: number | null
  readonly cipherSuite: number | null
  readonly #socket: TLSSocket

  constructor(socket: TLSSocket) {
    this.tlsVersion = versionNumber(socket.getProtocol())
    this.cipherSuite = suiteNumber(socket.getCipher()?.standardName ?? '')
    this.#socket = socket
  }

  get serverCert(): string | null {
    return this.#socket.getX509Certificate?.()?.toString() ?? null
  }

  get clientCertName(): string | null {
    const subject = this.#socket.getPeerX509Certificate?.()?.subject
    return subject === undefined ? null : asDistinguishedName(subject)
  }

  get clientCertChain(): readonly string[] {
    const chain: string[] = []
    let next: X509Certificate | undefined = this.#socket.getPeerX509Certificate?.()
    while (next !== undefined && chain.length < LONGEST_CHAIN) {
      chain.push(next.toString())
      const issuer: X509Certificate | undefined = next.issuerCertificate
      next = issuer?.fingerprint256 === next.fingerprint256 ? undefined : issuer
    }
    return chain
  }

  /** The code of OpenSSL; a client that showed no certificate made no mistake. */
  get clientCertError(): string | null {
    const { authorizationError } = this.#socket
    if (!authorizationError || this.#socket.getPeerX509Certificate?.() === undefined) return null
    return String((authorizationError as { code?: unknown }).code ?? authorizationError)
  }
}

/** Node's lines as RFC 4514 has it: the last first, with commas. Values are escaped already. */
function asDistinguishedName(subject: string): string {
  return subject.split('\n').reverse().join(',').replaceAll(' + ', '+')
}

const KNOWN = new WeakMap<Socket, Extensions>()

/** Extensions of a connection, with `tls` if it is one of Node's over TLS: one object for all its scopes. */
export function withTLS(extensions: Extensions, socket: Socket): Extensions {
  if (typeof (socket as Partial<TLSSocket>).getCipher !== 'function') return extensions
  const known = KNOWN.get(socket)
  if (known !== undefined) return known
  const tls: TLSExtension = new ConnectionTLS(socket as TLSSocket)
  const made = Object.freeze({ ...extensions, tls })
  KNOWN.set(socket, made)
  return made
}
