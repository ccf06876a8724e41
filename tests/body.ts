import fc from 'fast-check'
import t from 'tap'
import { Body, DEFAULT_MAX_BODY_SIZE } from '../lib/body.ts'
import { ClientDisconnected, HTTPException } from '../lib/exceptions.ts'
import type { HTTPScope, ReceiveMessage } from '../lib/types.ts'
import { httpScope, receiving } from './support/scopes.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

function part(text: string, moreBody = true): ReceiveMessage {
  return { type: 'http.request', body: encoder.encode(text), moreBody }
}

/** A body that comes in these parts, the last of which says so. */
function bodyOf(texts: readonly string[], overrides: Partial<HTTPScope> = {}): Body {
  const messages = texts.map((text, index) => part(text, index < texts.length - 1))
  return new Body(httpScope(overrides), receiving(messages))
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string[]> {
  const texts: string[] = []
  for await (const bytes of stream) texts.push(decoder.decode(bytes))
  return texts
}

const TOO_LARGE = { status: 413, message: /^The request body is larger than \d+ bytes\.$/ }

t.test('bytes', async (t) => {
  t.test('joins all parts, and keeps them: RQ-19', async (t) => {
    const body = bodyOf(['a', 'b', 'c'])

    const [first, second] = [await body.bytes(), await body.bytes()]

    t.equal(decoder.decode(first), 'abc')
    t.equal(first, second)
  })

  t.test('gives one promise to all callers while it is being read', async (t) => {
    const body = bodyOf(['a', 'b'])

    t.equal(body.bytes(), body.bytes())
  })

  t.test('gives no bytes for an empty body', async (t) => {
    t.equal((await bodyOf(['']).bytes()).byteLength, 0)
  })

  t.test('rejects if the client disconnects before the end: RQ-23', async (t) => {
    const body = new Body(httpScope(), receiving([part('a'), { type: 'http.disconnect' }]))

    await t.rejects(body.bytes(), new ClientDisconnected())
  })

  t.test('rejects a message that is not part of a body', async (t) => {
    const body = new Body(httpScope(), receiving([{ type: 'lifespan.startup' }]))

    await t.rejects(
      body.bytes(),
      /receive must return a message of the body, "lifespan.startup" was given/,
    )
  })

  t.test('is the parts in their order, for any parts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }),
        async (texts) => {
          const whole = decoder.decode(await bodyOf(texts).bytes())
          const streamed = (await collect(bodyOf(texts).stream())).join('')
          return whole === texts.join('') && streamed === whole
        },
      ),
      { numRuns: 50 },
    )
  })
})

t.test('stream', async (t) => {
  t.test('gives the parts as they come, and skips empty ones: RQ-20, RQ-22', async (t) => {
    t.same(await collect(bodyOf(['a', '', 'b', '']).stream()), ['a', 'b'])
  })

  t.test('reads nothing before the first call', async (t) => {
    let asked = 0
    const body = new Body(httpScope(), async () => {
      asked++
      return part('a')
    })

    const stream = body.stream()
    t.equal(asked, 0)
    await stream.next()
    t.equal(asked, 1)
  })

  t.test('yields the stored body after bytes(), any number of times: RQ-20', async (t) => {
    const body = bodyOf(['a', 'b'])
    await body.bytes()

    t.same(await collect(body.stream()), ['ab'])
    t.same(await collect(body.stream()), ['ab'])
  })

  t.test('gives nothing after bytes() of an empty body', async (t) => {
    const body = bodyOf([''])
    await body.bytes()

    t.same(await collect(body.stream()), [])
  })

  t.test('throws immediately if it was streamed before: RQ-20, advisory 74', async (t) => {
    const body = bodyOf(['a'])
    await collect(body.stream())

    t.throws(() => body.stream(), /request\.stream: the body was already read as a stream/)
  })

  t.test('leaves nothing for bytes(): RQ-21, advisory 74', async (t) => {
    const body = bodyOf(['a', 'b'])
    body.stream()

    await t.rejects(body.bytes(), /request\.bytes: the body was already read as a stream/)
  })

  t.test('counts as read if the reader stopped early', async (t) => {
    const body = bodyOf(['a', 'b'])
    for await (const _ of body.stream()) break

    await t.rejects(body.bytes(), TypeError)
  })
})

t.test('the limit', async (t) => {
  t.test('is 10 MB by default: advisory 63', async (t) => {
    t.equal(DEFAULT_MAX_BODY_SIZE, 10_000_000)
    const bodyOfSize = (size: number) =>
      new Body(
        httpScope(),
        receiving([{ type: 'http.request', body: new Uint8Array(size), moreBody: false }]),
      )

    t.equal((await bodyOfSize(10_000_000).bytes()).byteLength, 10_000_000)
    await t.rejects(bodyOfSize(10_000_001).bytes(), { ...TOO_LARGE, message: /10000000 bytes/ })
  })

  t.test('is the limit of the scope, also if it is larger', async (t) => {
    await t.rejects(bodyOf(['abc', 'def'], { maxBodySize: 5 }).bytes(), TOO_LARGE)
    t.equal((await bodyOf(['abc', 'def'], { maxBodySize: 6 }).bytes()).byteLength, 6)
    await t.rejects(bodyOf(['a'], { maxBodySize: 0 }).bytes(), TOO_LARGE)
  })

  t.test('is the limit of the call, which overrides that of the scope', async (t) => {
    await t.rejects(bodyOf(['abc'], { maxBodySize: 5 }).bytes(2), TOO_LARGE)
    t.equal((await bodyOf(['abc'], { maxBodySize: 1 }).bytes(3)).byteLength, 3)
    await t.rejects(collect(bodyOf(['abc'], { maxBodySize: 5 }).stream(2)), TOO_LARGE)
    t.same(await collect(bodyOf(['abc'], { maxBodySize: 1 }).stream(3)), ['abc'])
  })

  t.test('holds if the length is missing, wrong or invalid: advisory 62', async (t) => {
    for (const headers of [[], ['content-length', '1'], ['content-length', 'many']]) {
      await t.rejects(bodyOf(['abc', 'def'], { headers, maxBodySize: 5 }).bytes(), TOO_LARGE)
      await t.rejects(
        collect(bodyOf(['abc', 'def'], { headers, maxBodySize: 5 }).stream()),
        TOO_LARGE,
      )
    }
  })

  t.test('refuses a declared length over the limit without reading any of the body', async (t) => {
    let asked = 0
    const scope = httpScope({ headers: ['content-length', '6'], maxBodySize: 5 })
    const receive = async (): Promise<ReceiveMessage> => {
      asked++
      return part('abcdef', false)
    }

    await t.rejects(new Body(scope, receive).bytes(), HTTPException)
    await t.rejects(collect(new Body(scope, receive).stream()), HTTPException)
    t.equal(asked, 0)
  })

  t.test('yields the parts before the limit was exceeded', async (t) => {
    const seen: string[] = []
    const stream = bodyOf(['ab', 'cd', 'ef'], { maxBodySize: 4 }).stream()

    await t.rejects(async () => {
      for await (const bytes of stream) seen.push(decoder.decode(bytes))
    }, TOO_LARGE)
    t.same(seen, ['ab', 'cd'])
  })
})
