/** Routes of `main` that apply a list of operations to the cookies or headers of a response. */
import type { CookieOptions } from '../../../lib/http/cookies.ts'
import type { Headers } from '../../../lib/http/headers.ts'
import type { Request } from '../../../lib/requests.ts'
import { PlainTextResponse, Response } from '../../../lib/responses.ts'
import { type Routable, Route } from '../../../lib/routing.ts'
import { messageOf } from './shared.ts'

interface CookieArgs {
  key: string
  value?: string
  max_age?: number | null
  expires?: number | string | { datetime: string } | null
  path?: string | null
  domain?: string | null
  secure?: boolean
  httponly?: boolean
  samesite?: 'lax' | 'strict' | 'none' | null
}

type CookieOp = ['set' | 'delete', CookieArgs]

async function cookieOps(request: Request): Promise<PlainTextResponse> {
  // Whoever sends another form gets an error, as it should be.
  const ops = (await request.json({ anyContentType: true })) as CookieOp[]
  const response = new PlainTextResponse('cookies')
  try {
    for (const [op, args] of ops) {
      if (op === 'set') response.setCookie(args.key, args.value ?? '', cookieOptions(args))
      else response.deleteCookie(args.key, cookieOptions(args))
    }
    return response
  } catch (error) {
    const reason = /samesite/i.test(messageOf(error)) ? 'invalid samesite' : 'cookie error'
    return new PlainTextResponse(reason, { status: 400 })
  }
}

/** What is missing has the default; null leaves an attribute out. */
function cookieOptions(args: CookieArgs): CookieOptions {
  const { max_age: maxAge, expires, path, domain, samesite } = args
  return {
    secure: args.secure ?? false,
    httpOnly: args.httponly ?? false,
    ...(typeof maxAge === 'number' ? { maxAge } : {}),
    ...(expires ? { expires: expiry(expires) } : {}),
    ...(path === undefined ? {} : { path }),
    ...(domain ? { domain } : {}),
    ...(samesite === undefined ? {} : { sameSite: samesite }),
  }
}

function expiry(expires: number | string | { datetime: string }): Date | number {
  if (typeof expires === 'number') return expires
  return new Date(typeof expires === 'string' ? expires : expires.datetime)
}

type HeaderOp =
  | ['set' | 'append' | 'setdefault', name: string, value: string]
  | ['delete' | 'get' | 'getlist', name: string]
  | ['vary', value: string]
  | ['update', Record<string, string>]

async function headerOps(request: Request): Promise<Response> {
  // As above.
  const ops = (await request.json({ anyContentType: true })) as HeaderOp[]
  const response = new Response()
  const log: unknown[] = []
  for (const op of ops) apply(op, response.headers, log)
  response.headers.set('x-log', JSON.stringify(log))
  return response
}

function apply(op: HeaderOp, headers: Headers, log: unknown[]): void {
  switch (op[0]) {
    case 'set':
      headers.set(op[1], op[2])
      break
    case 'append':
      headers.append(op[1], op[2])
      break
    case 'setdefault':
      log.push(headers.setDefault(op[1], op[2]))
      break
    case 'delete':
      headers.delete(op[1])
      break
    case 'vary':
      headers.vary(op[1])
      break
    case 'update':
      for (const [name, value] of Object.entries(op[1])) headers.set(name, value)
      break
    case 'get':
      log.push(headers.get(op[1]))
      break
    case 'getlist':
      log.push(headers.getAll(op[1]))
      break
  }
}

export const operations: readonly Routable[] = [
  Route('/cookie-ops', cookieOps, { methods: ['POST'] }),
  Route('/header-ops', headerOps, { methods: ['POST'] }),
]
