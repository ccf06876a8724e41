/** The ASGI extension `tls`: the properties of a TLS connection in a scope. */
import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Extensions, TLSExtension } from '../../../types.ts'
import { suiteNumber, versionNumber } from './ciphers.ts'

/** The maximum number of certificates in a chain. */
const LONGEST_CHAIN = 16

/**
 * The extension of one connection. Its getters read the certificates from the socket, because Node parses them each
 * time and few apps need them. A closed connection has no certificates.
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

  /** The error code of OpenSSL. It is null for a client that sent no certificate. */
  get clientCertError(): string | null {
    const { authorizationError } = this.#socket
    if (!authorizationError || this.#socket.getPeerX509Certificate?.() === undefined) return null
    return String((authorizationError as { code?: unknown }).code ?? authorizationError)
  }
}

/** Converts Node's lines to the form of RFC 4514: in reverse order, with commas. Node has escaped the values. */
function asDistinguishedName(subject: string): string {
  return subject.split('\n').reverse().join(',').replaceAll(' + ', '+')
}

/** The extensions with `tls` by those without it, as HTTP and websockets have different ones, and by connection. */
const KNOWN = new WeakMap<Extensions, WeakMap<Socket, Extensions>>()

/** Returns extensions with `tls` if it is a TLS connection. All its scopes of one type share one object. */
export function withTLS(extensions: Extensions, socket: Socket): Extensions {
  if (typeof (socket as Partial<TLSSocket>).getCipher !== 'function') return extensions
  const bySocket = KNOWN.get(extensions) ?? new WeakMap<Socket, Extensions>()
  KNOWN.set(extensions, bySocket)
  const known = bySocket.get(socket)
  if (known !== undefined) return known
  const tls: TLSExtension = new ConnectionTLS(socket as TLSSocket)
  const made = Object.freeze({ ...extensions, tls })
  bySocket.set(socket, made)
  return made
}
