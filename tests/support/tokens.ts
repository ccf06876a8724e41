// Tokens as an issuer makes them, and as forgers do; and a server for sets of keys.
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { Test } from 'tap'

export const SECRET: Uint8Array = randomBytes(32)

type Fields = Record<string, unknown>

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token with a proper HS256 signature, whatever is in it; texts are taken as JSON. */
export function forged(
  header: Fields | string,
  claims: Fields | string,
  secret: Uint8Array = SECRET,
): string {
  const content = `${encode(header)}.${encode(claims)}`
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}

/** Claims of a token that is good for an hour. */
export function claims(more: Fields = {}): Fields {
  return { sub: 'ada', exp: Math.floor(Date.now() / 1000) + 3600, ...more }
}

export const good = (more: Fields = {}): string => forged({ alg: 'HS256' }, claims(more))

export interface Issuer {
  readonly jwk: JWK
  readonly sign: (more?: Fields, header?: Fields) => Promise<string>
}

/** Somebody with a key pair. */
export async function issuer(alg: string, kid?: string): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const jwk = { ...(await exportJWK(publicKey)), ...(kid === undefined ? {} : { kid }) }
  const named = kid === undefined ? {} : { kid }
  return {
    jwk,
    sign: (more = {}, header = {}) =>
      new SignJWT(claims(more)).setProtectedHeader({ alg, ...named, ...header }).sign(privateKey),
  }
}

export interface KeyServer {
  readonly url: URL
  keys: JWK[]
  /** What it answers instead of the keys. */
  status: number
  requests: number
}

/** Serves a set of keys that can change. */
export async function keyServer(t: Test, keys: JWK[]): Promise<KeyServer> {
  const server = createServer((_request, response) => {
    state.requests++
    response.statusCode = state.status
    response.end(JSON.stringify({ keys: state.keys }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const state: KeyServer = {
    url: new URL(`http://127.0.0.1:${port}/jwks`),
    keys,
    status: 200,
    requests: 0,
  }
  return state
}
