// Cookies that clients cannot change, or not even read.
import t from 'tap'
import type { CookieOptions } from '../lib/http/cookies.ts'
import { JSONResponse, PlainTextResponse, Route, Router } from '../lib/index.ts'
import { type SignedCookiesOptions, signedCookies } from '../lib/signedcookies.ts'
import { testClient } from '../lib/testing/client.ts'

const secret = 'example of a secret with 32 bytes or more'
const next = 'another secret that has 32 bytes or more!'

function appOf(options: SignedCookiesOptions, cookie: CookieOptions = {}) {
  const cookies = signedCookies(options)
  return Router([
    Route('/set/{value}', ({ pathParams: { value } }) => {
      const response = new PlainTextResponse('set')
      cookies.set(response, 'cart', value, cookie)
      return response
    }),
    Route(
      '/get/{name}',
      (request) => new JSONResponse(cookies.get(request, request.pathParams.name) ?? null),
    ),
    Route('/delete', () => {
      const response = new PlainTextResponse('deleted')
      cookies.delete(response, 'cart')
      return response
    }),
  ])
}

/** The token that the app sets. */
async function tokenOf(options: SignedCookiesOptions, cookie?: CookieOptions): Promise<string> {
  await using client = await testClient(appOf(options, cookie))
  const [field = ''] = (await client.get('/set/t%C3%A9a,1')).headers.getSetCookie()
  return field.slice('cart='.length, field.indexOf(';'))
}

/** What the app makes of a token. */
async function read(options: SignedCookiesOptions, token: string, name = 'cart'): Promise<unknown> {
  await using client = await testClient(appOf(options), { headers: { cookie: `${name}=${token}` } })
  return (await client.get(`/get/${name}`)).json()
}

for (const sealed of [false, true]) {
  const options = { secret, sealed }
  t.test(`a value comes back as it was set (sealed: ${sealed})`, async (t) => {
    await using client = await testClient(appOf(options))
    t.equal(await (await client.get('/get/cart')).json(), null)
    const { headers } = await client.get('/set/t%C3%A9a,1')
    t.match(headers.get('set-cookie'), /^cart=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)
    t.equal(await (await client.get('/get/cart')).json(), 'téa,1')
    await client.get('/delete')
    t.equal(await (await client.get('/get/cart')).json(), null)
  })

  t.test(`any change of a value is detected (sealed: ${sealed})`, async (t) => {
    const token = await tokenOf(options)
    t.equal(await read(options, token), 'téa,1')
    for (let index = 0; index < token.length; index += 5) {
      const changed = token[index] === 'A' ? 'B' : 'A'
      const text = token.slice(0, index) + changed + token.slice(index + 1)
      t.equal(await read(options, text), null, text)
      t.equal(await read(options, token.slice(0, index)), null)
    }
    t.equal(await read(options, token, 'car'), null, 'it is bound to its name')
    t.equal(await read({ secret, sealed: !sealed }, token), null, 'and to its kind')
  })

  t.test(`secrets are rotated (sealed: ${sealed})`, async (t) => {
    const token = await tokenOf(options)
    t.equal(await read({ secret: [next, secret], sealed }, token), 'téa,1')
    t.equal(await read({ secret: next, sealed }, token), null)
    const renewed = await tokenOf({ secret: [next, secret], sealed })
    t.equal(await read({ secret: next, sealed }, renewed), 'téa,1')
  })

  t.test(`an expired cookie is refused (sealed: ${sealed})`, async (t) => {
    const early = { maxAge: -1 }
    t.equal(await read(options, await tokenOf(options, early)), null)
    t.equal(await read(options, await tokenOf(options, { maxAge: 3600 })), 'téa,1')
    t.equal(await read(options, await tokenOf(options, { expires: new Date(1000) })), null)
    t.equal(await read(options, await tokenOf(options, { expires: 60 })), 'téa,1')
  })
}

t.test('a sealed cookie cannot be read, and differs each time', async (t) => {
  const one = await tokenOf({ secret, sealed: true })
  t.not(one, await tokenOf({ secret, sealed: true }))
  t.notMatch(Buffer.from(one, 'base64url').toString('latin1'), /cart|,1/)
})

t.test('invalid options throw at definition', async (t) => {
  t.throws(() => signedCookies({ secret: 'short' }), /at least 32 bytes, one of 5 was given/)
  t.throws(() => signedCookies({ secret: [secret, 'short'] }), RangeError)
  t.throws(
    () => signedCookies({ secret: [] }),
    /secret must be text or a list of texts, another list was given/,
  )
  t.throws(
    () => signedCookies({} as never),
    /secret must be text or a list of texts, undefined was given/,
  )
  t.throws(() => signedCookies({ secret: 7 as never }), TypeError)
  t.throws(() => signedCookies({ secrets: secret } as never), /Did you mean "secret"\?/)
  t.throws(() => signedCookies({ secret, sealed: 1 as never }), /sealed must be a boolean, 1/)
  const cookies = signedCookies({ secret })
  const response = new PlainTextResponse('')
  t.throws(() => cookies.set(response, 'a', 1 as never), /a value must be text, 1 was given/)
  for (const maxAge of ['10', 1e22]) {
    const options = { maxAge: maxAge as number }
    t.throws(() => cookies.set(response, 'a', 'b', options), /setCookie: maxAge must be an integer/)
  }
  t.throws(() => cookies.set(response, 'a', 'x'.repeat(3100)), /at most 4096 bytes/)
})
