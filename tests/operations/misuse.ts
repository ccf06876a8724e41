// Misuse of operations fails when they are defined.
import t from 'tap'
import * as z from 'zod'
import {
  bytes,
  event,
  file,
  form,
  multipart,
  operation,
  reply,
  stream,
  text,
} from '../../lib/operations.ts'

const handler = () => reply(200)
const define = (contract: object) => () => operation(contract as never, handler as never)

t.test('a contract with a mistake throws, and says what to do', async (t) => {
  const cases: [contract: object, message: RegExp][] = [
    [{ querry: z.object({}) }, /operation: unknown option "querry"\. Did you mean "query"\?/],
    [{ security: [{ bearer: [] }] }, /unknown option "security"\. Did you mean "guards"\?/],
    [{ query: {} }, /query must be a Standard Schema, an object was given\. Use zod/],
    [
      { body: 7 },
      /the body must be a schema, a kind of body, or an object of these by media type, 7 was given/,
    ],
    [{ body: { json: z.string() } }, /the body must be a schema/],
    [{ body: { 'text/plain': 7 } }, /the body of text\/plain must be a schema or a kind of body/],
    [
      { responses: { 99: null } },
      /a status of responses must be from 200 to 599, or default, "99" was given/,
    ],
    [
      { responses: { 204: z.string() } },
      /a response with 204 has no body, a schema was given\. Write { 204: null }/,
    ],
    [{ responses: { 200: 'user' } }, /the response of 200: must be a schema, null, or/],
    [{ responses: { 200: { schema: z.string(), descripton: '' } } }, /unknown option "descripton"/],
    [{ use: { a: 7 } }, /use\.a: it must be a dependency, 7 was given/],
    [
      { use: { body: { of: () => 1 } } },
      /a dependency cannot have the name of an input, "body" was given/,
    ],
    [{ guards: [7] }, /guards must be a list of dependencies/],
    [{ status: 500 }, /status must be 400 or 422, 500 was given/],
    [{ onInvalid: 'page' }, /onInvalid must be a function/],
  ]
  for (const [contract, message] of cases) t.throws(define(contract), message)
  t.throws(() => operation({}, 7 as never), /the handler must be a function, 7 was given/)
  t.throws(
    () => operation({}, operation({}, handler) as never),
    /the handler must be a plain function/,
  )
  t.throws(() => reply(99), /reply: the status must be an integer from 200 to 599, 99 was given/)
  t.throws(() => reply(200, 1, { header: {} } as never), /unknown option "header"/)
  t.throws(() => event({ data: 1, ids: '' } as never), /event: unknown option "ids"/)
  t.throws(() => file('csv'), /it takes a media type, "csv" was given/)
  t.throws(() => text(7 as never), /text: the schema must be a Standard Schema/)
  t.throws(
    () => multipart(z.object({}), { files: { a: { type: 'x' } } } as never),
    /unknown option "type"/,
  )
})

t.test('a body with a mistake throws when it is declared', async (t) => {
  const all = z.object({})
  const cases: [() => unknown, RegExp][] = [
    [
      () => multipart(all, { file: {} } as never),
      /multipart: unknown option "file"\. Did you mean "files"\?/,
    ],
    [
      () => multipart(all, { maxFileSize: '5 MB' as never }),
      /multipart: maxFileSize must be a number from 0 on, "5 MB" was given/,
    ],
    [() => form(all, { maxFields: Number.NaN }), /form: maxFields must be a number from 0 on/],
    [() => form(all, { maxSize: -1 }), /form: maxSize must be a number from 0 on, -1 was given/],
    [
      () => bytes({ mediaTypes: 'image/png' as never }),
      /bytes: mediaTypes must be a list of media types, "image\/png" was given/,
    ],
    [() => stream({ mediaTypes: ['png'] }), /stream: mediaTypes must be a list of media types/],
    [() => stream({ mediaType: [] } as never), /unknown option "mediaType"/],
  ]
  for (const [misuse, message] of cases) t.throws(misuse, message)
})

t.test('an error message names the operation', async (t) => {
  const names: [() => unknown, RegExp][] = [
    [() => operation({ status: 1 as never, operationId: 'list' }, handler), /^operation "list": /],
    [() => operation({ status: 1 as never }, handler), /^operation "handler": /],
    [
      () => operation({ status: 1 as never, summary: 'A list' }, () => reply(200)),
      /^operation "A list": /,
    ],
  ]
  for (const [misuse, message] of names) t.throws(misuse, { message })
})
