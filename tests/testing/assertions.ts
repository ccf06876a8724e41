// Assertions about responses, and how test runners show them.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import {
  assertHeader,
  assertJSON,
  assertRedirect,
  assertStatus,
  assertText,
  type TestAssertionError,
} from '../../lib/testing/client.ts'

const json = (value: unknown, type = 'application/json'): Response =>
  new Response(JSON.stringify(value), { headers: { 'content-type': type } })

t.test('a pattern with the flag g matches again', async (t) => {
  const pattern = /json/g
  assertHeader(json(1), 'content-type', pattern)
  assertHeader(json(1), 'content-type', pattern)
  t.equal(await assertText(json('json'), pattern), '"json"')
  t.equal(await assertText(json('json'), pattern), '"json"')
})

t.test('a text without its quotes is not JSON', async (t) => {
  const headers = { 'content-type': 'application/json' }
  t.equal(await assertJSON(json('hello'), 'hello'), 'hello')
  await t.rejects(
    assertJSON(new Response('hello', { headers }), 'hello'),
    /the body must be "hello", hello was received/,
  )
})

t.test('LS-TEST-1: another status fails, and the error shows the body', async (t) => {
  await assertStatus(new Response(null, { status: 204 }), 204)
  await assertStatus(new Response(null, { status: 204 }), [200, 204])
  const refused = new Response('name is missing', { status: 422 })
  await t.rejects(assertStatus(refused, 200), {
    ...{ name: 'AssertionError', code: 'ERR_ASSERTION', actual: 422, expected: 200 },
    message: 'assertStatus: the status must be 200, 422 was received. Its body is name is missing',
  })
  t.equal(await refused.text(), 'name is missing', 'the body can still be read')
  await t.rejects(assertStatus(refused, [200, 201]), /must be 200 or 201, .* was read before/)
  await t.rejects(assertStatus(new Response(null), 404), /200 was received. It has no body./)
  const long = assertStatus(new Response('a'.repeat(900)), 404)
  await t.rejects(long, /Its body is a{500}…$/)
  let cancelled = false
  const endless = new ReadableStream({
    cancel: () => {
      cancelled = true
    },
  })
  const stream = new Response(endless, { status: 500 })
  await t.rejects(assertStatus(stream, 200), /It has no body/)
  await stream.body?.cancel()
  t.ok(cancelled)
})

t.test('LS-TEST-1: a field has a value, matches a pattern, or is missing', async (t) => {
  const response = json({})
  assertHeader(response, 'content-type', 'application/json')
  assertHeader(response, 'Content-Type', /json$/)
  assertHeader(response, 'x-a', null)
  t.throws(() => assertHeader(response, 'x-a', '1'), {
    ...{ actual: null, expected: '1' },
    message: 'assertHeader: x-a must be "1", null was received.',
  })
  t.throws(() => assertHeader(response, 'x-a', /1/), /x-a must match \/1\/, null was received/)
  t.throws(() => assertHeader(response, 'content-type', null), /must be null, "application\/json"/)
})

t.test('LS-TEST-1: JSON is compared as a whole, with keys in any order', async (t) => {
  t.same(
    await assertJSON(json({ a: 1, b: [{ c: 2, d: null }] }), { b: [{ d: null, c: 2 }], a: 1 }),
    {
      ...{ b: [{ d: null, c: 2 }], a: 1 },
    },
  )
  await assertJSON(json([], 'application/problem+json; charset=utf-8'), [])
  const response = json({ a: 1 })
  for (const expected of [{ a: 2 }, { a: 1, b: 2 }, {}, [1], null, 'a']) {
    const checking = assertJSON<unknown>(response, expected)
    await checking.catch((error: unknown) =>
      t.same((error as TestAssertionError).expected, expected),
    )
    await t.rejects(checking, { name: 'AssertionError', actual: { a: 1 } })
  }
  await t.rejects(assertJSON(json([1, 2]), [2, 1]), { name: 'AssertionError' })
  await t.rejects(assertJSON(json({}, 'text/html'), {}), /content-type must match/)
  const broken = new Response('{', { headers: { 'content-type': 'application/json' } })
  await t.rejects(assertJSON(broken, {}), { message: /must be {}, { was received/, actual: '{' })
  t.same(await response.json(), { a: 1 }, 'the body can still be read')
})

t.test('LS-TEST-1: texts and redirects', async (t) => {
  t.equal(await assertText(new Response('hello'), 'hello'), 'hello')
  t.equal(await assertText(new Response('hello'), /^h/), 'hello')
  await t.rejects(assertText(new Response('hello'), 'bye'), /must be bye, hello was received/)
  await t.rejects(assertText(new Response('hello'), /^b/), /must match \/\^b\/, hello was received/)
  const moved = new Response(null, { status: 307, headers: { location: '/new' } })
  await assertRedirect(moved, '/new')
  await assertRedirect(moved, /new/)
  await t.rejects(assertRedirect(moved, '/old'), /location must be "\/old", "\/new" was received/)
  await t.rejects(assertRedirect(new Response(null), '/new'), /must be 301 or .* 200 was received/)
})

t.test('node:test shows the received and the expected value', async (t) => {
  const file = path.join(t.testdir({}), 'failing.mjs')
  const library = pathToFileURL(path.resolve('dist/testing/client.js')).href
  writeFileSync(
    file,
    `import test from 'node:test'
    import { assertStatus } from '${library}'
    test('fails', () => assertStatus(new Response('no tea', { status: 418 }), 200))`,
  )
  const env = { ...process.env, NODE_OPTIONS: '' }
  const args = ['--test-reporter=tap', file]
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env })

  t.equal(status, 1)
  t.match(stdout, /418 was received. Its body is no tea/)
  t.match(stdout, /expected: 200\s+actual: 418/)
})
